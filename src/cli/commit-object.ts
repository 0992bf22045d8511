// A commit that was read from Git as JSON, in the form of every export.
import { commitJson } from "../domain/commit-json.ts";
import type { Signature } from "../domain/model.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { writtenDay, writtenTime } from "../reads/written-time.ts";
import { changedColumns, type HeldVersions, type KindOf, warningsOf } from "./held-versions.ts";

/** @returns an ISO 8601 time in the zone in which it was written */
export function isoTime({ written, at }: Signature): string {
  return writtenTime(written, Math.floor(at / 1_000));
}

/** @returns the day that was written, as tables show it */
export function dayOf({ written, at }: Signature): string {
  return writtenDay(written, Math.floor(at / 1_000));
}

/**
 * Writes a commit as the JSON object of `commitJson()`.
 * @param wanted ids of the columns to write; null for all
 * @param kindOf what the columns hold, where that is known already
 */
export function commitObject(
  commit: HistoryCommit,
  held: HeldVersions,
  branches: readonly string[],
  wanted: ReadonlySet<string> | null,
  kindOf?: KindOf,
): string {
  const { sha, parents, author, committer, subject } = commit.facts;
  const times = { authoredAt: isoTime(author), committedAt: isoTime(committer) };
  const documents = commit.files.flatMap((file) => {
    const document = held.documentOf(file);
    return document === null ? [] : [{ path: file.path, document }];
  });
  const changed = changedColumns(held, commit, kindOf);
  const warnings = JSON.stringify(warningsOf(held, commit));
  return commitJson({ sha, parents, author, ...times, subject, branches }, { documents, wanted, changed, warnings });
}
