// Why Tidemark itself asked for something, in words for people: for pages and the command line alike.

/** Why nobody else asked for what is done. Events keep these words: none is ever given another meaning. */
export const EVENT_REASONS = [
  "started",
  "readers-changed",
  "files-named",
  "older-commits",
  "import-begun-earlier",
  "moved",
  "found-again",
  "token-replaced",
  "account-connected",
  "copy-damaged",
  "comparison",
  "branch-gone",
  "server-back",
  "look-failed",
] as const;

/** Why nobody else asked for what is done. */
export type EventReason = (typeof EVENT_REASONS)[number];

const WORDS: Readonly<Record<EventReason, string>> = {
  started: "what was pushed while no server ran",
  "readers-changed": "this version reads some of its files in another way",
  "files-named": "new commits name more metric files, which older commits may have too",
  "older-commits": "its clone was deepened, and has older commits now",
  "import-begun-earlier": "what was pushed since its import began",
  "found-again": "it is at its provider again",
  moved: "it has another address at its provider",
  "token-replaced": "its account was given another token or password",
  "account-connected": "an account was connected that may read it",
  "copy-damaged": "our copy of it is damaged, and is fetched again",
  comparison: "all branches are compared once a day",
  "branch-gone": "a branch that was gone is looked for again",
  "server-back": "its server answers again",
  "look-failed": "its branches could not be looked at",
};

/** @returns why, as what follows a colon; null for an event that was stored before reasons were */
export function eventReasonWords(reason: EventReason | null): string | null {
  return reason === null ? null : WORDS[reason];
}
