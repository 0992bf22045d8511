// How following a repository goes, in sentences: what is to be told, the worst first, and a few words for the list.
import type { RepositoryHealth } from "../src/api/contract/health.ts";
import { listWords } from "../src/domain/gone-branches.ts";
import { type HealthSign, toneOf } from "../src/domain/health-sign.ts";
import { PROVIDER_LABELS } from "../src/domain/provider-kind.ts";
import { agoWords, aheadWords, count, shortDuration } from "./times.ts";

/** A sentence about a repository, and which page helps. */
export interface HealthSentence {
  readonly sign: HealthSign;
  readonly text: string;
  readonly leadsTo: "account" | "activity" | "webhook" | null;
}

/** @returns "every 5 min" */
export function everyWords(seconds: number): string {
  return `every ${shortDuration(seconds)}`;
}

/** Looks that come so many times later than usual are put off: a usual one comes a little late at most. */
const PUT_OFF = 1.5;

/**
 * @param now milliseconds since 1970
 * @returns seconds between two looks as long as they come at their usual pace; null while looks fail, are put off, or are
 * turned off
 */
export function usualPace({ poll, failing }: Pick<RepositoryHealth, "poll" | "failing">, now: number): number | null {
  const { everySeconds, nextAt, failures } = poll;
  if (everySeconds === null || failures > 0 || failing !== null) return null;
  const isPutOff = nextAt !== null && Date.parse(nextAt) > now + everySeconds * PUT_OFF * 1_000;
  return isPutOff ? null : everySeconds;
}

function retryWords(nextAt: string | null, now: number): string {
  if (nextAt === null) return "It is not tried again by itself.";
  return Date.parse(nextAt) <= now ? "It is about to be tried again." : `It is tried again ${aheadWords(nextAt, now)}.`;
}

/** Looks between those that count come at their own pace, and are told of as the next look. */
function vanishedWords({ vanished, poll }: RepositoryHealth, now: number): string {
  if (vanished === null) return "Branches are not listed any more.";
  const { branches, names, looks, looksWanted, nextAt } = vanished;
  const [it, is, counts] = branches === 1 ? ["it", "is", "counts"] : ["they", "are", "count"];
  const them = branches === 1 ? "it" : "them";
  const when = Date.parse(nextAt) <= now ? "as soon as a worker is free" : aheadWords(nextAt, now);
  const last = looks + 1 >= looksWanted;
  const then = last ? `then ${it} ${counts} as deleted` : `${it} ${counts} as deleted after look ${looksWanted}`;
  const between =
    poll.nextAt !== null && Date.parse(poll.nextAt) < Date.parse(nextAt) && Date.parse(nextAt) > now
      ? ` A look before that only sees whether ${it} ${is} back.`
      : "";
  const list = listWords(names, branches) ?? count(branches, "branch", "branches");
  return `Its server does not list ${list} any more. Look ${looks} of ${looksWanted} did not find ${them}; look ${looks + 1} comes ${when}, and ${then}.${between}`;
}

type Words = (health: RepositoryHealth, now: number) => string;

const account = ({ account: found }: RepositoryHealth): string =>
  found === null ? "Its account" : `The account ${found.login} at ${PROVIDER_LABELS[found.kind]}`;

const SENTENCES: Readonly<Record<HealthSign, Words>> = {
  failing: ({ failing, poll }, now) =>
    failing === null
      ? `${poll.failures} looks at its branches failed one after the other. ${poll.problem ?? ""}`
      : `${failing.problem} ${retryWords(failing.nextAt, now)}`,
  "account-refused": (health) =>
    health.account?.kind === "plain"
      ? `${account(health)}: its login is not taken. Give its right password.`
      : `${account(health)}: its token is not taken any more. Replace it.`,
  "account-expired": (health) => `${account(health)}: its token has ended. Replace it.`,
  "webhook-missing": () => "Its webhook is gone at the provider. Set it up once more.",
  "webhook-refused": () => "Its webhook could not be made for you: make it by hand, in the steps below.",
  missed: ({ missed, webhook }, now) =>
    `${count(missed.count, "change")} ${missed.count === 1 ? "was" : "were"} found that no webhook had told of, the last one ${missed.at === null ? "some time ago" : agoWords(missed.at, now)}. ${webhook?.kind === "signed" || webhook?.kind === "standard" ? "What sends it did not, or was not taken: Activity shows what came." : "The provider's list of deliveries says why."}`,
  "host-paused": ({ waiting }, now) =>
    `${waiting.host ?? "Its server"} did not answer, or wants to be left alone: it is asked again ${waiting.hostUntil === null ? "soon" : aheadWords(waiting.hostUntil, now)}.`,
  "account-limited": ({ waiting }, now) =>
    `Its server has had enough questions by this account: it is asked again ${waiting.accountUntil === null ? "soon" : aheadWords(waiting.accountUntil, now)}.`,
  "poll-off": () => "Nobody looks at its branches by itself: the operator has turned that off (TIDEMARK_POLL_SECONDS).",
  "poll-late": ({ poll }, now) =>
    `The next look at its branches was due ${poll.nextAt === null ? "long ago" : agoWords(poll.nextAt, now)}: no worker runs, or all are busy.`,
  "silent-files": ({ silentFiles }) =>
    `${count(silentFiles.length, "metric file")} got no new version for many commits.`,
  "branches-vanished": vanishedWords,
  "branches-deleted": ({ empty }, now) => {
    const branch = empty?.branch ?? null;
    const which = branch === null ? "" : `: ${branch.name}, ${agoWords(branch.deletedAt, now)}`;
    return `Its last branch was deleted${which}. A branch that is pushed is followed by itself.`;
  },
  "no-commits": () => "It has no commit yet: the first push is followed by itself.",
  "webhook-waiting": () => "Its webhook is set up, and nothing has arrived yet.",
  "no-webhook": (health, now) => {
    const seconds = usualPace(health, now);
    return seconds === null
      ? "It has no webhook."
      : `It has no webhook: a push is seen at the next look, ${everyWords(seconds)}.`;
  },
  archived: () => "Archived at its provider: nothing is pushed there any more.",
};

const LEADS: Readonly<Partial<Record<HealthSign, HealthSentence["leadsTo"]>>> = {
  failing: "activity",
  "account-refused": "account",
  "account-expired": "account",
  "webhook-missing": "webhook",
  "webhook-refused": "webhook",
  missed: "activity",
};

/** @returns what is to be told, the worst first. @param now milliseconds since 1970 */
export function healthSentences(health: RepositoryHealth, now: number): readonly HealthSentence[] {
  return health.signs.map((sign) => ({
    sign,
    text: SENTENCES[sign](health, now),
    leadsTo: LEADS[sign] ?? null,
  }));
}

/** @returns whether somebody has to do something, should know, or neither */
export function signTone(sign: HealthSign): RepositoryHealth["tone"] {
  return toneOf([sign]);
}

/** Signs in a few words, for the list of repositories; what is absent is told there by the state, or is no trouble. */
const SHORT: Readonly<Partial<Record<HealthSign, string>>> = {
  "account-refused": "its account's token is not taken",
  "account-expired": "its account's token has ended",
  "webhook-missing": "its webhook is gone",
  "webhook-refused": "its webhook has to be made by hand",
  missed: "its webhook missed changes",
  "poll-late": "nobody looks at its branches",
  "host-paused": "its server is left alone for a while",
  "account-limited": "its server is left alone for a while",
  "poll-off": "nobody looks at its branches",
  "silent-files": "a metric file fell silent",
};

function vanishedMark({ vanished }: RepositoryHealth): string {
  if (vanished === null) return "branches are gone";
  const { branches, live } = vanished;
  if (branches === 1) return live === 1 ? "its only branch is gone" : "a branch is gone";
  return branches === live ? "all its branches are gone" : `${count(branches, "branch", "branches")} are gone`;
}

function shortWords(health: RepositoryHealth, sign: HealthSign): string | undefined {
  if (sign === "account-refused" && health.account?.kind === "plain") return "its account's login is not taken";
  return sign === "branches-vanished" ? vanishedMark(health) : SHORT[sign];
}

/** @returns the mark of a repository in the list; null where nothing is to be told that its state does not tell */
export function healthMark(health: RepositoryHealth): { readonly bad: boolean; readonly text: string } | null {
  const sign = health.signs.find((each) => shortWords(health, each) !== undefined);
  const text = sign === undefined ? undefined : shortWords(health, sign);
  return sign === undefined || text === undefined ? null : { bad: signTone(sign) === "bad", text };
}
