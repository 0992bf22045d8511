// What a person has typed about the branches to follow and not saved yet, and what is wrong with it.
import {
  type BranchChoice,
  checkNames,
  isSameChoice,
  MAX_BRANCH_DAYS,
  type UnfollowedBranch,
} from "../src/domain/branch-choice.ts";
import { count } from "./times.ts";

/** The form's fields as they are typed. */
export interface BranchDraft {
  /** whether branches are followed however old they are */
  readonly all: boolean;
  readonly days: string;
  /** names with blanks or line ends between them, which no name holds */
  readonly also: string;
  readonly never: string;
}

/** What is wrong with a draft, by field. */
export type BranchProblems = Partial<Readonly<Record<"days" | "also" | "never", string>>>;

/** What stands in the field of days when all branches are followed and somebody wants a limit. */
const USUAL_DAYS = 90;

/** @returns the fields as they tell a choice */
export function draftOfChoice({ days, also, never }: BranchChoice): BranchDraft {
  return { all: days === null, days: String(days ?? USUAL_DAYS), also: also.join("\n"), never: never.join("\n") };
}

/** @returns the choice that a draft tells, or what is wrong with it */
export function choiceOfDraft(draft: BranchDraft): { choice: BranchChoice } | { problems: BranchProblems } {
  const problems: { -readonly [Field in keyof BranchProblems]: string } = {};
  const days = /^\d{1,9}$/.test(draft.days.trim()) ? Number(draft.days) : 0;
  if (!draft.all && (days < 1 || days > MAX_BRANCH_DAYS)) {
    problems.days = `Enter a number of days, from 1 to ${MAX_BRANCH_DAYS.toLocaleString("en-US")}.`;
  }
  const names = (field: "also" | "never", attempt: string): readonly string[] => {
    const checked = checkNames(draft[field].split(/\s+/).filter(Boolean));
    if (checked.problem === null) return checked.names;
    const { value, found, wanted } = checked.problem;
    problems[field] = `Cannot ${attempt} the branch "${value}": found ${found}, wanted ${wanted}.`;
    return [];
  };
  const also = names("also", "follow");
  const never = names("never", "leave out");
  return Object.keys(problems).length > 0 ? { problems } : { choice: { days: draft.all ? null : days, also, never } };
}

/** @returns whether a draft would change the choice; one with problems would */
export function isChanged(draft: BranchDraft, choice: BranchChoice): boolean {
  const wanted = choiceOfDraft(draft);
  return !("choice" in wanted) || !isSameChoice(wanted.choice, choice);
}

/** @returns "1 of 4 branches is followed.", "3 branches are followed." @param left those that are not, if it is known */
export function followedWords(followed: number, left: number | null): string {
  if (left === null || left === 0) return `${count(followed, "branch is", "branches are")} followed.`;
  const all = count(followed + left, "branch", "branches");
  return `${followed.toLocaleString("en-US")} of ${all} ${followed === 1 ? "is" : "are"} followed.`;
}

/** @returns why a branch is not followed, beside the day of its newest commit */
export function reasonWords(reason: UnfollowedBranch["reason"]): string {
  return reason === "never" ? "among those never followed" : "too old";
}
