// Rows of the table of commits become rows of git_commit and metric_file again.
import type { ArchivedCommit } from "../store/archived-commit.ts";
import type { ThawedCommit, ThawedFile } from "../store/thawed-rows.ts";
import type { Answer, AnswerType } from "./query-engine.ts";

/** What is asked of the table of commits; times as texts, since only they are the same everywhere. */
export const COMMIT_FACTS = `position, sha, parents, first_parent, author_name, author_email, authored,
  CAST(authored_at AS varchar), committer_name, committed, CAST(committed_at AS varchar), subject, files, unread_from, warnings`;

/** Beside the facts. */
export const COMMIT_TYPES: readonly AnswerType[] = [
  "integer",
  "text",
  "text",
  "integer",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
  "text",
];

/** A file version as it stands with a commit; see file-texts.ts. */
export interface CommitFile {
  readonly number: number;
  readonly path: string;
  readonly blob: string;
  readonly size: number;
  readonly adapter: string;
  readonly adapterVersion: number;
  readonly status: string;
  readonly problem?: unknown;
  readonly warnings?: unknown;
  readonly shape?: number;
  readonly baseline?: number;
  readonly baselinePosition?: number;
  readonly returned?: true;
  readonly warned?: true;
}

type Facts = Omit<ThawedCommit, "ordinal" | "line" | "unreachable_since">;

/** A commit as the archive has it. */
export interface CommitOfArchive {
  readonly facts: Facts;
  readonly files: readonly CommitFile[];
}

function listOrNull(list: readonly number[]): readonly number[] | null {
  return list.length === 0 ? null : list;
}

/** @returns the commits of an answer to a question for COMMIT_FACTS, by position */
export function commitsIn({ rows, columns }: Answer): Map<number, CommitOfArchive> {
  const found = new Map<number, CommitOfArchive>();
  for (let row = 0; row < rows; row++) {
    const [position, sha, parents, firstParent, authorName, authorEmail, authored, authoredAt, ...more] = columns.map(
      (column) => column[row] ?? null,
    );
    const [committerName, committed, committedAt, subject, filesText, unreadFrom, warnings] = more;
    const files = JSON.parse(filesText as string) as CommitFile[];
    found.set(position as number, {
      files,
      facts: {
        position: position as number,
        sha: `\\x${sha}`,
        parents: parents === "" ? [] : (parents as string).split(" ").map((parent) => `\\x${parent}`),
        first_parent: firstParent as number | null,
        author_name: authorName as string,
        author_email: authorEmail as string,
        authored: authored as string,
        authored_at: `${authoredAt}Z`,
        committer_name: committerName as string,
        committed: committed as string,
        committed_at: `${committedAt}Z`,
        subject: subject as string,
        metric_file: files.map(({ number }) => number),
        baseline_file: files.map(({ baseline }) => baseline ?? null),
        baseline_position: files.map(({ baselinePosition }) => baselinePosition ?? null),
        returned_file: listOrNull(files.filter(({ returned }) => returned).map(({ number }) => number)),
        unread_from: unreadFrom as string | null,
        warned_file: listOrNull(files.filter(({ warned }) => warned).map(({ number }) => number)),
        warnings: warnings === null ? null : JSON.parse(warnings as string),
      },
    });
  }
  return found;
}

/** @param now what is true today of its line and of who reaches it */
export function commitRow({ facts }: CommitOfArchive, now: ArchivedCommit): ThawedCommit {
  return {
    ...facts,
    first_parent: now.firstParent < 0 ? null : now.firstParent,
    ordinal: now.ordinal,
    line: now.line === 0 ? null : now.line,
    unreachable_since: now.unreachableSince?.toISOString() ?? null,
  };
}

/** @param shape the number of its keys; null where it could not be read */
export function fileRow(file: CommitFile, shape: number | null): ThawedFile {
  const { number, path, blob, size, adapter, adapterVersion, status, problem = null, warnings = null } = file;
  return {
    number,
    path,
    version: `\\x${blob}`,
    size,
    adapter,
    adapter_version: adapterVersion,
    status,
    problem,
    warnings,
    shape,
  };
}
