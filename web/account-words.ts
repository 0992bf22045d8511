// How an account at a Git server is doing, in words.
import type { Account, AccountRepository } from "../src/api/contract/accounts.ts";
import { proofAt } from "../src/domain/provider-kind.ts";
import { agoWords, aheadWords, count } from "./times.ts";

/** An account for people. */
export interface AccountWords {
  readonly tone: "good" | "busy" | "bad";
  readonly state: string;
  /** further words */
  readonly details: readonly string[];
}

const STATES = {
  active: "works",
  limited: "left alone for a while: its server has had enough questions",
  refused: "its token is not taken",
  expired: "its token has ended",
} as const satisfies Partial<Record<Account["state"], string>>;

/** Of an account of a plain Git server that nobody could try yet: pages say it in the same words everywhere. */
export const TRIED_LATER = "it is tried when a private repository is read";

/** @returns whether nobody has seen yet that the server takes it: a plain one is tried at a repository alone */
export function isUntried({ kind, state, checkedAt }: Pick<Account, "kind" | "state" | "checkedAt">): boolean {
  return kind === "plain" && state === "active" && checkedAt === null;
}

function untriedWords({ repositories }: Account): Pick<AccountWords, "tone" | "state"> {
  return repositories === 0
    ? { tone: "busy", state: `not tried yet: ${TRIED_LATER}` }
    : { tone: "good", state: `in use: ${TRIED_LATER}` };
}

function stateWords({ kind, state }: Account): string {
  if (state === "sealed") return `its ${proofAt(kind)} cannot be opened: the key that it was sealed with is not here`;
  return kind === "plain" && state === "refused" ? "its login is not taken: give its right password" : STATES[state];
}

/** Of webhooks that were removed here and are still at its server. */
function leftWords({ count: webhooks, nextAt }: NonNullable<Account["leftWebhooks"]>, now: number): string {
  const next = Date.parse(nextAt) <= now ? "soon" : aheadWords(nextAt, now);
  const what = count(webhooks, "webhook that was removed here is", "webhooks that were removed here are");
  return `${what} still at its server: removing ${webhooks === 1 ? "it" : "them"} is tried again ${next}`;
}

/** @returns an account in words. @param now milliseconds since 1970 */
export function accountWords(account: Account, now: number): AccountWords {
  const { state, missing, repositories, checkedAt, expiresAt, limitedUntil, leftWebhooks } = account;
  const lacks = state === "active" && missing.length > 0;
  const standing: Pick<AccountWords, "tone" | "state"> = {
    tone: state === "active" ? (lacks ? "busy" : "good") : state === "limited" ? "busy" : "bad",
    state: lacks ? "works, but may not do everything" : stateWords(account),
  };
  return {
    ...(isUntried(account) ? untriedWords(account) : standing),
    details: [
      repositories === 0
        ? "no repository is read with it"
        : `${count(repositories, "repository is", "repositories are")} read with it`,
      // when it was taken last: beside a refusal that would read as the time of the refusal
      ...(checkedAt === null || state === "refused" || state === "expired"
        ? []
        : [`tried ${agoWords(checkedAt, now)}`]),
      ...(leftWebhooks === null ? [] : [leftWords(leftWebhooks, now)]),
      ...(expiresAt === null || state === "expired" ? [] : [`its token ends ${aheadWords(expiresAt, now)}`]),
      ...(limitedUntil === null || state !== "limited" ? [] : [`asked again ${aheadWords(limitedUntil, now)}`]),
    ],
  };
}

/** What an account may do in a repository, and what that means here. */
export const PERMISSION_WORDS = {
  admin: "admin: its webhook is made for you",
  write: "write: its webhook is made by hand",
  read: "read: its webhook is made by hand",
} as const satisfies Record<AccountRepository["permission"], string>;
