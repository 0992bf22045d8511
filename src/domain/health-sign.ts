// What is to be told of how following a repository goes: each sign, and how much it matters.

/** The worst first: what somebody has to do something about, what people should know, what is no trouble. */
export const HEALTH_SIGNS = [
  /** the last attempt to read it failed */
  "failing",
  /** the account's token is not taken, or has ended */
  "account-refused",
  "account-expired",
  /** its webhook is gone at the provider, or a person has to make it */
  "webhook-missing",
  "webhook-refused",
  /** changes were found that no webhook told of, and no delivery came since */
  "missed",
  /** no worker runs that would look at its refs */
  "poll-late",
  /** its server does not answer, or wants to be left alone for a while */
  "host-paused",
  "account-limited",
  /** nobody looks at its refs: turned off by TIDEMARK_POLL_SECONDS */
  "poll-off",
  /** metric files got no new version for many commits */
  "silent-files",
  /** branches that the server lists no more, and that are looked for again before they count as deleted */
  "branches-vanished",
  /** its last branch was deleted */
  "branches-deleted",
  /** it has no commit yet */
  "no-commits",
  /** a webhook was set up and nothing has arrived yet */
  "webhook-waiting",
  /** there is none */
  "no-webhook",
  /** its provider says that nothing is pushed there any more */
  "archived",
] as const;

/** What is to be told. */
export type HealthSign = (typeof HEALTH_SIGNS)[number];

/** How much it matters: "bad" is for somebody to mend. */
export type HealthTone = "bad" | "notice" | "good";

const TONES: Readonly<Record<HealthSign, HealthTone>> = {
  failing: "bad",
  "account-refused": "bad",
  "account-expired": "bad",
  "webhook-missing": "bad",
  "webhook-refused": "bad",
  missed: "bad",
  "poll-late": "bad",
  "host-paused": "notice",
  "account-limited": "notice",
  "poll-off": "notice",
  "silent-files": "notice",
  "branches-vanished": "notice",
  "branches-deleted": "notice",
  "no-commits": "good",
  "webhook-waiting": "good",
  "no-webhook": "good",
  archived: "good",
};

/** @returns the tone of the worst of some signs; "good" for none */
export function toneOf(signs: readonly HealthSign[]): HealthTone {
  const tones = new Set(signs.map((sign) => TONES[sign]));
  return tones.has("bad") ? "bad" : tones.has("notice") ? "notice" : "good";
}
