// What keeps the archive from answering, in words for people: no path, address or name of an object is in them.
import type { ErrorCode } from "../errors.ts";
import { formatCount } from "./format-value.ts";

/** Codes of failures of the archive. */
export type ArchiveCode = Extract<ErrorCode, `archive-${string}`>;

const WORDS: Readonly<Record<ArchiveCode, string>> = {
  "archive-store-unreachable": "the archive cannot be reached",
  "archive-store-unfit": "the archive does not let itself be read",
  "archive-object-missing": "a part of the archive is not where it was",
  "archive-object-differs": "a part of the archive is not what was written",
  "archive-object-damaged": "a part of the archive is damaged",
  "archive-engine-unreachable": "what reads the archive does not answer",
  "archive-engine-busy": "the archive is busy, or too slow just now",
  "archive-engine-failed": "the archive could not be read",
};

/** Whether it was the archive that failed. */
export function isArchiveCode(code: string): code is ArchiveCode {
  return Object.hasOwn(WORDS, code);
}

/** @returns "the archive cannot be reached" */
export function archiveTrouble(code: ArchiveCode): string {
  return WORDS[code];
}

/** @returns why a page ends above its older commits */
export function olderMissing(code: ArchiveCode): string {
  return `Older commits cannot be shown just now: ${WORDS[code]}.`;
}

/** @returns what a page says that cannot do without older commits */
export function olderNeeded(code: ArchiveCode): string {
  return `Older commits are needed here, and ${WORDS[code]}. The newest commits are shown without it, in the table.`;
}

/** @param commits that are in the database. @returns why a list that is searched or sorted has the newest commits only */
export function onlyNewestSearched(commits: number, code: ArchiveCode): string {
  const newest = commits === 1 ? "the newest commit was" : `the newest ${formatCount(commits)} commits were`;
  return `Only ${newest} looked through: ${WORDS[code]}.`;
}
