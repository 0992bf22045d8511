// Follows a repository at its provider by its number there: renamed, moved, archived, made private, deleted, made anew.
import { type AccountDeps, gitAuthorization, withAccount } from "../account-access.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { cloneAddress, nameAtServer, pageAddress } from "../domain/provider-address.ts";
import { PROVIDER_LABELS, type ProviderKind } from "../domain/provider-kind.ts";
import { nameOfUrl } from "../domain/repository-name.ts";
import { isTidemarkError } from "../errors.ts";
import { seeToWebhook } from "./follow-webhook.ts";
import { limitBehind } from "./limit-asked.ts";
import { readRemote } from "../git/remote.ts";
import type { Log } from "../log.ts";
import { checkRemote } from "../outbound.ts";
import type { ProviderRepository } from "../providers/provider.ts";
import { providerOf as realProviderOf } from "../providers/registry.ts";
import type { Database, OrganizationStore } from "../store/database.ts";
import { insertOwnEvent } from "../store/event.ts";
import { hurryEvents } from "../store/poll.ts";
import { readAccount } from "../store/git-account.ts";
import {
  moveRepository,
  type ProvidedRepository,
  readProvided,
  setProviderChecked,
  setProviderFacts,
  setRepositoryFound,
  setRepositoryGone,
} from "../store/repository-provider.ts";
import type { WebhookDeps } from "../webhook-setup.ts";

/** What following providers needs. */
export interface FollowProviderDeps extends WebhookDeps {
  readonly database: Database;
  readonly log: Log;
}

/** What a provider says of a repository that was known. */
type ProviderLook =
  | {
      readonly kind: "found";
      readonly provider: ProviderKind;
      readonly baseUrl: string;
      readonly repository: ProviderRepository;
    }
  /** whoever asks does not see it; `heir`: another one has its name now */
  | { readonly kind: "absent"; readonly provider: ProviderKind; readonly heir: boolean }
  /** it cannot be asked, or not now */
  | { readonly kind: "unknown" };

type AbsentLook = Extract<ProviderLook, { readonly kind: "absent" }>;

/** A repository is asked about every day, in ms. */
export const EVERY_MS = 86_400_000;
/** One whose provider did not answer, or whose asker died, is asked about again after this, in ms. */
export const AGAIN_MS = 15 * 60_000;

/**
 * Asks the provider of a repository what has become of it, and keeps that; then sees to its webhook.
 * @param how `isAtWork`: who asks reads it next, and nobody has to be told to
 * @returns what became of it, in words for people; null: nothing that is new
 * @throws TidemarkError `provider-limited` and others that say that it has to be asked another time
 */
export async function followProvider(
  deps: FollowProviderDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  { isAtWork }: { readonly isAtWork: boolean } = { isAtWork: false },
): Promise<string | null> {
  const store = deps.database.worker.in(organizationId);
  const row = await readProvided(store, repository);
  if (row === null) return null;
  if (!/^https?:/.test(row.address)) {
    // nobody can be asked about it: it is not looked at again before a day has passed
    await store.write((tx) => setProviderChecked(tx, repository, new Date(deps.call.now())));
    return null;
  }
  const look = await lookAt(store, deps, row);
  let words: string | null = null;
  if (look.kind === "found") words = await keepFacts(store, deps, row, { ...look, isAtWork });
  else if (look.kind === "absent" && (await isGone(store, deps, row, look))) {
    const problem = goneWords(row, look);
    await store.write(async (tx) => {
      await setRepositoryGone(tx, repository, problem);
      await setProviderChecked(tx, repository, new Date(deps.call.now()));
    });
    if (!row.gone) deps.log.info({ repository }, "a repository is gone at its provider");
    return problem;
  }
  await store.write((tx) => setProviderChecked(tx, repository, new Date(deps.call.now())));
  if (row.gone && look.kind !== "found") return null;
  const rest = await seeToWebhook(store, deps, repository, { isAtWork });
  if (rest !== null) await askAgainAt(store, repository, rest.at ?? deps.call.now() + AGAIN_MS);
  return words;
}

/** Has a repository's provider asked again at a time, in ms since 1970, and not a day after the last time. */
export async function askAgainAt(store: OrganizationStore, repository: RepositoryId, at: number): Promise<void> {
  await store.write((tx) => setProviderChecked(tx, repository, new Date(at - EVERY_MS)));
}

async function lookAt(store: OrganizationStore, deps: AccountDeps, row: ProvidedRepository): Promise<ProviderLook> {
  if (row.accountId !== null) {
    const account = await readAccount(store, row.accountId);
    const look = await withAccount(store, deps, row.accountId, ({ provider, call, access }) =>
      provider.repositories === null
        ? Promise.resolve({ kind: "unknown" } as const)
        : lookFor(row, provider.kind, access.baseUrl, (which) => provider.repositories!.find(call, access, which)),
    );
    if (look !== null && account !== null) return look;
  }
  if (row.provider === null) return { kind: "unknown" };
  // nobody's token: only at the servers that everybody means by the provider's name
  const provider = (deps.providerOf ?? realProviderOf)(row.provider);
  const { publicUrl, repositories } = provider;
  if (publicUrl === null || repositories === null || new URL(publicUrl).origin !== new URL(row.address).origin)
    return { kind: "unknown" };
  return lookFor(row, provider.kind, publicUrl, (which) =>
    repositories.find(deps.call, { kind: provider.kind, baseUrl: publicUrl }, which),
  );
}

/** Providers say of what is private to others, and of what was deleted, the same: that it is not there. */
function goneWords({ accountId }: ProvidedRepository, { provider, heir }: AbsentLook): string {
  const where = PROVIDER_LABELS[provider];
  const why = heir
    ? `It was deleted at ${where}, and another one has its name now: add it anew to follow that one.`
    : accountId === null
      ? `It is not at ${where} any more, or not to be seen by everybody. Connect an account that may read it.`
      : `It is not at ${where} any more, or its account may not see it: then give that the right, or choose another account.`;
  const kept = "What was read of it stays here";
  return heir ? `${why} ${kept}.` : `${why} ${kept}, and it is looked for every day.`;
}

type Find = (which: { readonly id: string } | { readonly name: string }) => Promise<ProviderRepository | null>;

async function lookFor(
  row: ProvidedRepository,
  provider: ProviderKind,
  baseUrl: string,
  find: Find,
): Promise<ProviderLook> {
  const name = row.providerName ?? nameAtServer(row.address, baseUrl);
  if (row.providerId === null) {
    const repository = name === null ? null : await find({ name });
    return repository === null
      ? { kind: "absent", provider, heir: false }
      : { kind: "found", provider, baseUrl, repository };
  }
  const repository = await find({ id: row.providerId });
  if (repository !== null) return { kind: "found", provider, baseUrl, repository };
  const heir = name === null ? null : await find({ name });
  return { kind: "absent", provider, heir: heir !== null && heir.id !== row.providerId };
}

/** A 404 of the API alone may be a right that is missing: what Git says decides, unless another one has the name. */
async function isGone(
  store: OrganizationStore,
  deps: FollowProviderDeps,
  row: ProvidedRepository,
  { heir }: AbsentLook,
): Promise<boolean> {
  // what was never seen by its number may be private, or never have been there: Git's own word says that to people
  if (row.providerId === null) return false;
  if (heir || row.gone) return true;
  if (row.accountId === null) return false; // deleted, or private by now: nobody can tell without an account
  const asked = { accountId: row.accountId, address: row.address, isPublic: row.visibility === "public" };
  const { now, allow, signal } = deps.call;
  const use = { keyring: deps.keyring, allow, now, signal };
  try {
    const authorization = await gitAuthorization(store, use, asked);
    await readRemote(await checkRemote(row.address, allow), { authorization, signal });
    return false;
  } catch (error) {
    // a server that is asked too much may say the same
    const reason = await limitBehind(use, store, asked, error);
    if (isTidemarkError(reason, "not-a-repository", "access-denied")) return true;
    throw reason;
  }
}

async function keepFacts(
  store: OrganizationStore,
  deps: FollowProviderDeps,
  row: ProvidedRepository,
  {
    provider,
    baseUrl,
    repository,
    isAtWork,
  }: Extract<ProviderLook, { kind: "found" }> & { readonly isAtWork: boolean },
): Promise<string | null> {
  const address = await addressOf(deps, row, repository, baseUrl);
  const { id: providerId, name: providerName, visibility, archived } = repository;
  const webUrl = pageAddress(repository);
  const facts = { provider, providerId, providerName, webUrl, visibility, archived };
  const moved = address !== row.address;
  // its name here follows the provider's unless somebody chose another
  const name = moved && row.name === nameOfUrl(row.address) ? nameOfUrl(address) : row.name;
  const done = await store.write(async (tx) => {
    const free =
      (!moved || (await moveRepository(tx, row.id, { name, address }))) &&
      (!row.gone || (await setRepositoryFound(tx, row.id)));
    const same = Object.entries(facts).every(([key, value]) => row[key as keyof typeof facts] === value);
    // what failed under the old address is tried now; it may have been given up, too
    if (free && (moved || row.gone) && !isAtWork && !(await hurryEvents(tx, row.id)))
      await insertOwnEvent(tx, row.id, "sync", row.gone ? "found-again" : "moved");
    if (free && !same) await setProviderFacts(tx, row.id, facts, row.checkedAt);
    return free;
  });
  if (!done)
    deps.log.warn({ repository: row.id }, "a repository was renamed to an address or name that another one has here");
  else if (moved) deps.log.info({ repository: row.id }, "a repository has another address at its provider now");
  return newsWords(row, facts, { moved: moved ? address : null, isTaken: !done });
}

/** What is new of a repository, in words. What nobody knew before is none. */
function newsWords(
  row: ProvidedRepository,
  { providerName, visibility, archived }: Pick<ProvidedRepository, "providerName" | "visibility" | "archived">,
  { moved, isTaken }: { readonly moved: string | null; readonly isTaken: boolean },
): string | null {
  const isRenamed = row.providerName !== null && providerName !== row.providerName;
  const news = [
    ...(row.gone && !isTaken ? ["It is there again."] : []),
    ...(isRenamed ? [`Renamed to ${providerName}.`] : moved === null ? [] : [`It is at ${moved} now.`]),
    ...(isTaken ? ["Another repository has that name or address here: remove that one first."] : []),
    ...(row.visibility !== null && visibility !== null && visibility !== row.visibility ? [`Made ${visibility}.`] : []),
    ...(row.providerId !== null && archived !== row.archived
      ? [archived ? "Archived." : "Not archived any more."]
      : []),
  ];
  return news.length === 0 ? null : news.join(" ");
}

/** A provider's address is as untrusted as any; it stays as it was written where it means the same. */
async function addressOf(
  { call }: FollowProviderDeps,
  row: ProvidedRepository,
  repository: ProviderRepository,
  baseUrl: string,
): Promise<string> {
  const { url } = await checkRemote(cloneAddress(repository, baseUrl), call.allow);
  const plain = (text: string): string => text.replace(/\.git$/, "").toLowerCase();
  return plain(url) === plain(row.address) ? row.address : url;
}
