// How following a repository goes: what is stored of it, and what of that people are to be told.
import { HEALTH_SIGNS, type HealthSign, toneOf } from "../domain/health-sign.ts";
import { areMany, looksWanted, nextLookAt } from "../domain/vanished-branch.ts";
import { webhookKindOf } from "../domain/webhook-kind.ts";
import type { OrganizationId } from "../domain/model.ts";
import { isWebhookWorking, pollSeconds } from "../domain/poll-interval.ts";
import { readSilentFiles, readStoredHealth, type SilentFile, type StoredHealth } from "../store/repository-health.ts";
import { readTeamWebhooks, readWebhookOf, type StoredWebhook } from "../store/webhook.ts";
import { type NameReads, readNewest } from "./repository-names.ts";

/** A look that is so late means that nobody looks, in ms: a busy worker is minutes behind. */
const LATE_MS = 15 * 60_000;
/** Looks that may fail before anybody is told: a server that restarts is back by then. */
const FAILURES_UNTOLD = 2;

/** What the answer depends on beside what is stored. */
interface HealthSettings {
  /** ms since 1970 */
  readonly now: number;
  /** the operator's seconds between two looks; 0: none */
  readonly pollSeconds: number;
}

/** How following a repository goes, as the API gives it. */
export type HealthView = ReturnType<typeof viewOf>;

/** How following a repository goes. @throws TidemarkError `repository-not-found` */
export async function readHealth(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  settings: HealthSettings,
): Promise<HealthView> {
  return readNewest(reads, organization, nameOrId, async (reader, repository) => {
    const stored = await readStoredHealth(reader, repository);
    if (stored === null) throw new RangeError(`repository ${repository} is gone within a snapshot`);
    const own = await readWebhookOf(reader, repository);
    // one of the whole team is this repository's once it has told of it
    const isShared = own === null && stored.webhookAt !== null;
    const webhook = isShared ? likeliestOf(await readTeamWebhooks(reader), stored) : own;
    return viewOf({ stored, webhook, silent: await readSilentFiles(reader, repository) }, settings);
  });
}

/** @returns of a team's webhooks the one that has told of a repository: of its provider's kind before others, then the newest */
function likeliestOf(webhooks: readonly StoredWebhook[], { provider }: StoredHealth): StoredWebhook | null {
  const kind = webhookKindOf(provider);
  const rank = (webhook: StoredWebhook): number => Number(webhook.kind === kind && webhook.receivedAt !== null);
  const told = ({ receivedAt }: StoredWebhook): number => receivedAt?.getTime() ?? 0;
  return webhooks.toSorted((a, b) => rank(b) - rank(a) || told(b) - told(a))[0] ?? null;
}

interface Known {
  readonly stored: StoredHealth;
  readonly webhook: StoredWebhook | null;
  readonly silent: readonly SilentFile[];
}

const text = (time: Date | null): string | null => time?.toISOString() ?? null;
const isAhead = (time: Date | null, now: number): boolean => time !== null && time.getTime() > now;

function viewOf(known: Known, settings: HealthSettings) {
  const { stored, silent } = known;
  const { now } = settings;
  const signs = signsOf(known, settings);
  const silentFiles = silent.map(({ committedAt, ...file }) => ({ ...file, committedAt: committedAt.toISOString() }));
  return {
    tone: toneOf(signs),
    signs,
    webhook: webhookOf(known.webhook),
    deliveredAt: text(stored.webhookAt),
    poll: pollOf(stored, settings),
    missed: { count: stored.missed, at: text(stored.missedAt) },
    failing: failingOf(stored, settings.pollSeconds),
    account: accountOf(stored),
    waiting: {
      host: stored.host,
      hostUntil: isAhead(stored.hostUntil, now) ? text(stored.hostUntil) : null,
      accountUntil: isAhead(stored.accountUntil, now) ? text(stored.accountUntil) : null,
    },
    empty: stored.empty,
    vanished: stored.gone ? null : vanishedOf(stored),
    silentFiles,
    mirrorBytes: stored.mirrorBytes,
    provider: providerOf(stored),
  };
}

function signsOf({ stored, webhook, silent }: Known, { now, pollSeconds: setting }: HealthSettings): HealthSign[] {
  const { account, missedAt, webhookAt } = stored;
  const isRemote = stored.kind === "remote";
  const holds: Record<HealthSign, boolean> = {
    failing: stored.state === "failed" || stored.pollFailures > FAILURES_UNTOLD,
    "account-refused": account?.state === "refused",
    "account-expired": account?.state === "expired",
    "webhook-missing": webhook?.state === "missing",
    "webhook-refused": webhook?.state === "refused",
    // a delivery that came later shows that the webhook works again
    missed: webhook !== null && missedAt !== null && (webhookAt === null || webhookAt < missedAt),
    "poll-late": setting > 0 && isLate(stored, now),
    "host-paused": isAhead(stored.hostUntil, now),
    "account-limited": isAhead(stored.accountUntil, now),
    "poll-off": setting === 0,
    "silent-files": silent.length > 0,
    "branches-vanished": stored.vanished > 0,
    "branches-deleted": stored.empty?.reason === "deleted",
    "no-commits": stored.empty?.reason === "new",
    // made at a provider that sends nothing by itself, it shows only with the first push whether it works
    "webhook-waiting": webhook?.state === "waiting" || (webhook?.state === "active" && webhook.receivedAt === null),
    "no-webhook": isRemote && webhook === null,
    archived: stored.archived,
  };
  // what is gone is not followed any more: its problem says all
  const told: readonly HealthSign[] = stored.gone ? ["failing"] : HEALTH_SIGNS;
  return told.filter((sign) => holds[sign]);
}

function isLate(stored: StoredHealth, now: number): boolean {
  return stored.pollDueAt.getTime() < now - LATE_MS && isLookedAt(stored) && !isWaitedFor(stored, now);
}

/** @returns whether anybody looks at its branches: not once it is gone, or where its account's token is what it takes */
function isLookedAt({ gone, account, visibility }: StoredHealth): boolean {
  return !gone && (account === null || account.state === "active" || visibility === "public");
}

/** @returns whether a look waits for its server or its account, not for a worker */
function isWaitedFor({ hostUntil, accountUntil }: StoredHealth, now: number): boolean {
  return isAhead(hostUntil, now) || isAhead(accountUntil, now);
}

function webhookOf(webhook: StoredWebhook | null) {
  if (webhook === null) return null;
  const { kind, state, problem, checkedAt, repositoryId, providerHookId } = webhook;
  const madeBy = providerHookId === null ? ("hand" as const) : ("account" as const);
  return { kind, state, problem, isShared: repositoryId === null, madeBy, checkedAt: text(checkedAt) };
}

function pollOf(stored: StoredHealth, { now, pollSeconds: setting }: HealthSettings) {
  const isTold = stored.pollFailures > FAILURES_UNTOLD;
  return {
    everySeconds: setting === 0 ? null : pollSeconds(stored, setting, now),
    isWebhookWorking: isWebhookWorking(stored, now),
    polledAt: text(stored.polledAt),
    nextAt: setting === 0 || !isLookedAt(stored) ? null : text(afterPauses(stored, stored.pollDueAt)),
    comparedAt: text(stored.comparedAt),
    failures: stored.pollFailures,
    failingSince: isTold ? text(stored.pollFailingSince) : null,
    problem: isTold ? stored.pollProblem : null,
  };
}

function failingOf(stored: StoredHealth, setting: number) {
  const { state, problem, syncedAt, failingSince, retryAt, pollFailures, pollFailingSince, pollDueAt } = stored;
  if (state !== "failed" || problem === null) return null;
  const since = [failingSince, pollFailingSince]
    .filter((at) => at !== null)
    .toSorted((a, b) => Number(a) - Number(b))[0];
  // what was given up is tried again once a look succeeds
  const lookAt = pollFailures > 0 && setting > 0 ? pollDueAt : null;
  return { problem, since: text(since ?? syncedAt), nextAt: text(afterPauses(stored, retryAt ?? lookAt)) };
}

/** @returns when what is due at `at` is done: its server and its account may have asked to be left alone until later */
function afterPauses({ hostUntil, accountUntil }: StoredHealth, at: Date | null): Date | null {
  if (at === null) return null;
  return new Date(Math.max(...[at, hostUntil, accountUntil].map(Number)));
}

function accountOf({ account, accountExpiresAt }: StoredHealth) {
  return account === null ? null : { ...account, expiresAt: text(accountExpiresAt) };
}

function vanishedOf({ vanished, vanishedSince, vanishedLooks, vanishedNames, live }: StoredHealth) {
  if (vanishedSince === null || vanishedLooks === null) return null;
  const nextAt = nextLookAt({ since: vanishedSince.getTime(), looks: vanishedLooks });
  return {
    branches: vanished,
    names: [...(vanishedNames ?? [])],
    live: live ?? vanished,
    looks: vanishedLooks,
    looksWanted: looksWanted(areMany(vanished, live ?? vanished)),
    since: vanishedSince.toISOString(),
    nextAt: new Date(nextAt).toISOString(),
  };
}

function providerOf({ provider, providerName, webUrl, visibility, archived, providerCheckedAt }: StoredHealth) {
  if (provider === null) return null;
  return { kind: provider, name: providerName, webUrl, visibility, archived, checkedAt: text(providerCheckedAt) };
}
