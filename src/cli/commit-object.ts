// A commit as JSON, the same in `tidemark log --json` and in every export.
import { formatColumnId } from "../domain/key.ts";
import type { Signature } from "../domain/model.ts";
import { toApiJson } from "../domain/value.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { writtenTime } from "../reads/written-time.ts";
import { changedColumns, type HeldVersions, warningsOf } from "./held-versions.ts";

/** @returns an ISO 8601 time in the zone in which it was written */
export function isoTime({ written, at }: Signature): string {
  return writtenTime(written, Math.floor(at / 1_000));
}

/**
 * Writes a commit as a JSON object: sha, parents, author, authoredAt, committedAt, subject, branches, values by column
 * id, changed column ids, warnings. Special numbers are texts, long integers keep their digits.
 * @param wanted ids of the columns to write; null for all
 */
export function commitJson(
  commit: HistoryCommit,
  held: HeldVersions,
  branches: readonly string[],
  wanted: ReadonlySet<string> | null,
): string {
  const { sha, parents, author, committer, subject } = commit.facts;
  const head = {
    sha,
    parents,
    author: { name: author.name },
    authoredAt: isoTime(author),
    committedAt: isoTime(committer),
    subject,
    branches,
  };
  const tail = {
    changed: changedColumns(held, commit).filter((id) => wanted === null || wanted.has(id)),
    warnings: warningsOf(held, commit),
  };
  const values = valuesJson(commit, held, wanted);
  return `${JSON.stringify(head).slice(0, -1)},"values":{${values}},${JSON.stringify(tail).slice(1)}`;
}

/** Values as JSON text: a number beyond 2^53 would lose its digits in `JSON.stringify()`. */
function valuesJson(commit: HistoryCommit, held: HeldVersions, wanted: ReadonlySet<string> | null): string {
  const entries: string[] = [];
  for (const file of commit.files) {
    const document = held.documentOf(file);
    document?.keys.forEach((key, index) => {
      const id = formatColumnId(file.path, key);
      if (wanted === null || wanted.has(id))
        entries.push(`${JSON.stringify(id)}:${toApiJson(document.values[index] ?? null)}`);
    });
  }
  return entries.join(",");
}
