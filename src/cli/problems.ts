// What is said of files that could not be read, and of what was odd about those that could.
import { formatCount } from "../domain/format-value.ts";
import type { Warning } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";
import { MAX_COMMIT_FILES } from "../history/file-sets.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { type CommitWarning, type HeldVersions, missesValues, warningsOf } from "./held-versions.ts";

/** Problems that are told, and odd things likewise. */
const MAX_TOLD = 5;

/** One sentence, free of control characters, behind its mark: "!" where values are missing, else "note:". */
export interface ToldProblem {
  readonly mark: "!" | "note:";
  readonly text: string;
}

/** What was read. */
interface Commits {
  readonly commits: readonly HistoryCommit[];
  readonly held: HeldVersions;
}

/** @returns first what could not be read, then what was odd; what is too much for a person to read is counted */
export function toldProblems(view: Commits): ToldProblem[] {
  return [...told("!", unreadSentences(view)), ...told("note:", oddSentences(view))];
}

/**
 * Says why a column is not found where no file of any commit could be read: a clone without contents, for one.
 * @param name what was asked for, and where
 * @throws TidemarkError `column-not-found`
 */
export function refuseUnread(name: string, where: string, view: Commits): void {
  for (const commit of view.commits) {
    const unread = warningsOf(view.held, commit).find((each) => isUnread(view.held, commit, each));
    if (unread === undefined) continue;
    const at = [commit.facts.sha.slice(0, 7), unread.path].filter((each) => each !== null).join(" ");
    throw unreadColumn(name, where, at, unread.message);
  }
}

/** @param at the commit and the file; `message` what was found there */
export function unreadColumn(name: string, where: string, at: string, message: string): TidemarkError {
  const [, found = message.replace(/\.$/, ""), wanted = "files that can be read"] =
    /^Found (.*), wanted ((?:(?!, wanted ).)*)\.$/s.exec(message) ?? [];
  const parts = { attempt: "find the column", value: name, found: `no values in ${where} (${at}: ${found})`, wanted };
  return new TidemarkError("column-not-found", parts);
}

/** @returns a sentence about versions that could not be read, if there are any. @param of "a file", a path */
export function unreadVersions(count: number, of: string): string[] {
  if (count === 0) return [];
  const versions = count === 1 ? "1 version" : `${formatCount(count)} versions`;
  return [`! ${versions} of ${escapeControls(of)} could not be read: tidemark log -n 0 says why`];
}

/** @returns a sentence about the files of a branch's newest commit that were too many to be read, if there are any */
export function unreadAtTip(tip: HistoryCommit | null): string[] {
  if (tip === null || tip.unreadFrom === null) return [];
  return [`! ${tip.facts.sha.slice(0, 7)} ${escapeControls(tooManyFiles(tip.unreadFrom).message)}`];
}

/** What is said of a commit that is looked at, whether or not it is the one that brought in too many. */
export function tooManyFiles(first: string): Warning {
  const limit = MAX_COMMIT_FILES;
  const message = `More than ${limit} metric files are there: whether there is one from ${JSON.stringify(first)} on, and what it holds, is not known. Rules that name fewer files bring them back (the page Files, tidemark files, or --files).`;
  return { reason: "too-many-files", message, limit };
}

function told(mark: ToldProblem["mark"], sentences: readonly string[]): ToldProblem[] {
  const texts = sentences.slice(0, MAX_TOLD);
  if (sentences.length > texts.length) texts.push(`and ${sentences.length - texts.length} more: see --json`);
  return texts.map((text) => ({ mark, text: escapeControls(text) }));
}

/** What could not be read: one sentence for each reason of each commit, however many files it is about. */
function unreadSentences({ commits, held }: Commits): string[] {
  return commits
    .filter((commit) => missesValues(held, commit))
    .flatMap((commit) => {
      const byMessage = new Map<string, string[]>();
      for (const { path, message } of warningsOf(held, commit).filter((each) => isUnread(held, commit, each))) {
        byMessage.set(message, [...(byMessage.get(message) ?? []), ...(path === null ? [] : [path])]);
      }
      const sha = commit.facts.sha.slice(0, 7);
      return Array.from(byMessage, ([message, paths]) => [sha, filesText(paths), message].filter(Boolean).join(" "));
    });
}

/** What was odd about files that have values: one sentence for each kind in each file, from the newest commit with it. */
function oddSentences({ commits, held }: Commits): string[] {
  const byKind = new Map<string, { readonly text: string; more: number }>();
  for (const commit of commits) {
    for (const warning of warningsOf(held, commit).filter((each) => !isUnread(held, commit, each))) {
      const kind = `${warning.reason} ${warning.path}`;
      const known = byKind.get(kind);
      if (known !== undefined) known.more += 1;
      else byKind.set(kind, { text: `${commit.facts.sha.slice(0, 7)} ${warning.path}: ${warning.message}`, more: 0 });
    }
  }
  return Array.from(byKind.values(), ({ text, more }) =>
    more === 0 ? text : `${text} (${more} more ${more === 1 ? "commit" : "commits"})`,
  );
}

function filesText(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return paths.length === 1 ? `${paths[0]}:` : `${paths[0]} and ${paths.length - 1} more:`;
}

/** Whether a warning is about a commit as a whole, or a file of it that has no values. */
function isUnread(held: HeldVersions, commit: HistoryCommit, { path }: CommitWarning): boolean {
  const file = commit.files.find((each) => each.path === path);
  return path === null || (file !== undefined && held.documentOf(file) === null);
}
