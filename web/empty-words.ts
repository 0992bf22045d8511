// Why a repository that was read has nothing to show, in words, with what to do.
import type { EmptyRepository } from "../src/api/contract/repositories.ts";
import { KEPT_DAYS } from "../src/domain/kept-days.ts";
import { agoWords, dayOf } from "./times.ts";

/** Why, for people. */
export interface EmptyWords {
  /** somebody should look at it; where it is new nothing is wrong */
  readonly isOdd: boolean;
  /** as a heading */
  readonly title: string;
  /** within a line */
  readonly line: string;
  /** what happened, and what will happen */
  readonly sentence: string;
  /** what a link to the commits that are still kept says; null: there are none */
  readonly kept: string | null;
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since 1970 */
export function emptyWords({ reason, branch }: EmptyRepository, now: number): EmptyWords {
  switch (reason) {
    case "new":
      return {
        isOdd: false,
        title: "No commits yet",
        line: "no commits yet",
        sentence: "It has no branch with a commit. What is pushed first is read by itself, and its rows appear here.",
        kept: null,
      };
    case "deleted": {
      const what = branch === null ? "its last one" : `${branch.name}, its last one,`;
      const when = branch === null ? "" : ` ${agoWords(branch.deletedAt, now)}`;
      const until = branch === null ? 0 : Date.parse(branch.deletedAt) + KEPT_DAYS * DAY_MS;
      return {
        isOdd: true,
        title: "Its last branch was deleted",
        line: "its last branch was deleted",
        sentence: `It has no branch any more: ${what} was deleted${when}. A branch that is pushed is followed by itself; if nothing will be, remove the repository.`,
        kept: branch === null ? null : `Its commits are kept until ${dayOf(new Date(until).toISOString())}`,
      };
    }
  }
}
