// A commit as JSON text, the same in `tidemark log --json` and in every export.
import { formatColumnId } from "./key.ts";
import type { FlatDocument } from "./model.ts";
import { toApiJson } from "./value.ts";

/** What is told of a commit beside its values. */
export interface CommitJsonHead {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string };
  /** ISO 8601 with the zone as written */
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly subject: string;
  readonly branches: readonly string[];
}

/** A commit's document at a path. */
export interface DocumentAt {
  readonly path: string;
  readonly document: FlatDocument;
}

/** What follows the head. */
export interface CommitJsonBody {
  readonly documents: Iterable<DocumentAt>;
  /** ids of the columns that are told of; null for all */
  readonly wanted: ReadonlySet<string> | null;
  /** ids of all columns whose value differs from the baseline's */
  readonly changed: readonly string[];
  /** JSON text of a list */
  readonly warnings: string;
}

interface KeyedColumn {
  readonly id: string;
  /** the id as JSON text */
  readonly text: string;
}

/** By list of keys and path: consecutive versions of a file nearly always share their keys. */
const known = new WeakMap<readonly string[], Map<string, readonly KeyedColumn[]>>();

function columnsOf(path: string, keys: readonly string[]): readonly KeyedColumn[] {
  const byPath = known.get(keys) ?? new Map<string, readonly KeyedColumn[]>();
  known.set(keys, byPath);
  let columns = byPath.get(path);
  if (columns === undefined) {
    columns = keys.map((key) => {
      const id = formatColumnId(path, key);
      return { id, text: JSON.stringify(id) };
    });
    byPath.set(path, columns);
  }
  return columns;
}

/**
 * Writes a commit as a JSON object: sha, parents, author, authoredAt, committedAt, subject, branches, values by column
 * id, changed column ids, warnings. Special numbers are texts, long integers keep their digits.
 */
export function commitJson(head: CommitJsonHead, { documents, wanted, changed, warnings }: CommitJsonBody): string {
  const { sha, parents, author, authoredAt, committedAt, subject, branches } = head;
  const first = { sha, parents, author: { name: author.name }, authoredAt, committedAt, subject, branches };
  const entries: string[] = [];
  for (const { path, document } of documents) {
    columnsOf(path, document.keys).forEach(({ id, text }, index) => {
      if (wanted !== null && !wanted.has(id)) return;
      // a number beyond 2^53 would lose its digits in `JSON.stringify()`
      entries.push(`${text}:${toApiJson(document.values[index] ?? null)}`);
    });
  }
  const told = wanted === null ? changed : changed.filter((id) => wanted.has(id));
  return (
    `${JSON.stringify(first).slice(0, -1)},"values":{${entries.join(",")}},` +
    `"changed":${JSON.stringify(told)},"warnings":${warnings}}`
  );
}
