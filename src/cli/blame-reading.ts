// Walks a branch's line down until it has seen enough changes of one column.
import type { CatalogueColumn, CommitFacts, Value } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { findColumn } from "./column-names.ts";
import type { Effects } from "./effects.ts";
import { compared, countUnread, HeldVersions } from "./held-versions.ts";
import { refuseUnread } from "./problems.ts";
import { openStream, type ReadingScope, type ReadingStart } from "./reading.ts";

/** A commit that changed the value; null: there was none, or it is gone. */
export interface ColumnChange {
  readonly facts: CommitFacts;
  readonly before: Value;
  readonly after: Value;
}

/** What is known of a column's changes. */
export interface Blame {
  readonly column: CatalogueColumn;
  /** its newest value that could be read */
  readonly value: Value;
  /** newest first */
  readonly changes: readonly ColumnChange[];
  /** versions of its file that could not be read, on the way */
  readonly unread: number;
  /** the newest commit, where its file could not be read or was one of too many: the value is that of an older one */
  readonly notReadAt: HistoryCommit | null;
}

/** What is asked. */
interface Question {
  /** as it was typed */
  readonly column: string;
  /** changes that are wanted; 0: all */
  readonly count: number;
}

/** @throws TidemarkError `column-not-found`, `no-metric-files`, and those of reading a repository */
export async function readBlame(
  start: ReadingStart,
  scope: ReadingScope,
  { column: name, count }: Question,
  effects: Effects,
): Promise<Blame> {
  const stream = await openStream(start, scope, effects);
  const catalogue = new ColumnCatalogue({ newestPosition: stream.newestPosition });
  const held = new HeldVersions();
  const waiting: HistoryCommit[] = [];
  let column: CatalogueColumn | null = null;
  let walk: ChangeWalk | null = null;
  let unread = 0;
  for await (const batch of stream.batches) {
    held.add(batch.versions);
    waiting.push(...batch.commits);
    if (column === null) {
      catalogue.add(batch.commits, batch.versions);
      column = knownColumn(name, catalogue, scope.place);
    }
    if (column === null) continue;
    walk ??= new ChangeWalk(column, held);
    const seen = waiting.splice(0);
    unread += countUnread(held, seen, column.path);
    for (const commit of seen) walk.see(commit);
    held.forgetFrom(batch.commits.at(-1)?.position ?? 0);
    if (count > 0 && walk.changes.length >= count) break;
  }
  // says why, where there is none
  if (column === null && catalogue.columns().length === 0) refuseUnread(name, scope.place, { commits: waiting, held });
  column ??= findColumn(name, catalogue.columns(), scope.place);
  const changes = walk?.changes ?? [];
  return {
    column,
    value: walk?.newest ?? null,
    changes: count === 0 ? changes : changes.slice(0, count),
    unread,
    notReadAt: walk?.notReadAt ?? null,
  };
}

function knownColumn(name: string, catalogue: ColumnCatalogue, where: string): CatalogueColumn | null {
  try {
    return findColumn(name, catalogue.columns(), where);
  } catch (error) {
    if (isTidemarkError(error, "column-not-found")) return null;
    throw error;
  }
}

/**
 * Sees commits from the newest down, and notes those that changed the column (domain/document-changes.ts), and the one that
 * it begins at: there nothing stood before it.
 */
class ChangeWalk {
  readonly changes: ColumnChange[] = [];
  /** undefined until a version could be read */
  newest: Value | undefined;
  /** the first that was seen, if nobody knows the value there; undefined until one was seen */
  notReadAt: HistoryCommit | null | undefined;
  readonly #column: CatalogueColumn;
  readonly #held: HeldVersions;

  constructor(column: CatalogueColumn, held: HeldVersions) {
    this.#column = column;
    this.#held = held;
  }

  see(commit: HistoryCommit): void {
    const { value, baseline, hasBaseline, isKnown, isChanged } = compared(this.#held, commit, this.#column);
    if (this.notReadAt === undefined) this.notReadAt = isKnown ? null : commit;
    if (!isKnown) return;
    if (this.newest === undefined) this.newest = value;
    const isBeginning = !hasBaseline && value !== null;
    if (isChanged || isBeginning) this.changes.push({ facts: commit.facts, before: baseline, after: value });
  }
}
