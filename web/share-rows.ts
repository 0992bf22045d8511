// Keeps the identity of rows that a refresh brought again unchanged, so that only what differs is drawn anew.
import type { CommitPage, CommitRow } from "../src/api/contract/commits.ts";

/**
 * Compares by sha and value instead of deeply: the facts of a commit never change, its values can (a file is read
 * again), and so can its baseline and marks while older commits are still being imported, and whether a branch has it.
 * @param before the rows shown so far
 * @param after the answer that came
 * @returns `after` with every unchanged row and column list replaced by the one from `before`; `before` itself when
 * nothing changed
 */
export function shareRows(before: readonly CommitPage[], after: readonly CommitPage[]): readonly CommitPage[] {
  const columns = before[0]?.columns;
  let rows: ReadonlyMap<string, CommitRow> | undefined;
  const pages = after.map((page, index) => {
    const old = before[index];
    // a page that was loaded before others were added to it
    if (old === page) return page;
    // one that was added has rows that were not there before
    if (old === undefined)
      return columns !== undefined && sameJson(columns, page.columns) ? { ...page, columns } : page;
    rows ??= new Map(before.flatMap(({ commits }) => commits.map((row) => [row.sha, row] as const)));
    const commits = page.commits.map((row) => sharedRow(rows?.get(row.sha), row));
    const sameColumns = columns !== undefined && sameJson(columns, page.columns);
    const shared = { ...page, commits, columns: sameColumns ? columns : page.columns };
    return samePage(old, shared) ? old : shared;
  });
  return sameList(before, pages) ? before : pages;
}

function sharedRow(old: CommitRow | undefined, row: CommitRow): CommitRow {
  return old !== undefined && sameRow(old, row) ? old : row;
}

function sameRow(a: CommitRow, b: CommitRow): boolean {
  return (
    sameList(a.values, b.values) &&
    sameList(a.baselineValues, b.baselineValues) &&
    sameList(a.best, b.best) &&
    sameList(a.gone, b.gone) &&
    sameList(a.removed, b.removed) &&
    sameList(a.branches, b.branches) &&
    a.subject === b.subject &&
    a.position === b.position &&
    a.ordinal === b.ordinal &&
    a.unreachableSince === b.unreachableSince &&
    sameJson(a.baseline, b.baseline) &&
    sameJson(a.warnings, b.warnings)
  );
}

function samePage(a: CommitPage, b: CommitPage): boolean {
  const keys = ["hot", "archived", "importedTo", "missing"] as const;
  const coverage = keys.every((key) => a.coverage[key] === b.coverage[key]);
  const frame = a.version === b.version && a.nextCursor === b.nextCursor && a.branch === b.branch && coverage;
  return frame && a.columns === b.columns && sameList(a.commits, b.commits);
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}

/** For small things only: heads of columns, baselines, warnings. */
function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
