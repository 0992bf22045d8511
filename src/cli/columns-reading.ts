// The catalogue of a whole history, read without holding more than one batch of it.
import type { CatalogueColumn, Sha } from "../domain/model.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import { type HistoryBatch, type HistoryCommit, isUnreadAt, versionKey } from "../history/history-batch.ts";
import type { Effects } from "./effects.ts";
import { noMetricFiles, openStream, type ReadingScope, type ReadingStart } from "./reading.ts";

/** Columns, and what their positions stand for. */
export interface Catalogue {
  readonly columns: readonly CatalogueColumn[];
  readonly commits: number;
  readonly newestPosition: number;
  readonly newest: HistoryCommit | null;
  /** versions of files that have no values */
  readonly unread: number;
  /** files of the newest commit that have none, or were too many to be read: their columns are not gone */
  readonly unreadNow: ReadonlySet<string>;
  shaAt(position: number): Sha;
}

/** @throws TidemarkError `no-metric-files`, and those of reading a repository */
export async function readCatalogue(start: ReadingStart, scope: ReadingScope, effects: Effects): Promise<Catalogue> {
  const stream = await openStream(start, scope, effects);
  const catalogue = new ColumnCatalogue({ newestPosition: stream.newestPosition });
  let [commits, unread, hasFiles] = [0, 0, false];
  let unreadNow: ReadonlySet<string> | null = null;
  let newest: HistoryCommit | undefined;
  for await (const batch of stream.batches) {
    catalogue.add(batch.commits, batch.versions);
    unreadNow ??= unreadOf(batch);
    newest ??= batch.commits[0];
    commits += batch.commits.length;
    unread += batch.versions.filter(({ reading }) => reading.problem !== null).length;
    hasFiles ||= batch.versions.length > 0;
    const last = batch.commits.at(-1);
    if (last !== undefined) catalogue.forgetFrom(last.position);
  }
  if (!hasFiles) throw noMetricFiles(start.branch, scope, commits);
  const columns = catalogue.columns();
  const left = columns.filter(({ path }) => newest !== undefined && isUnreadAt(newest, path));
  return {
    columns,
    commits,
    newestPosition: stream.newestPosition,
    newest: newest ?? null,
    unread,
    unreadNow: new Set([...(unreadNow ?? []), ...left.map(({ path }) => path)]),
    shaAt: (position) => stream.shaAt(position),
  };
}

function unreadOf({ commits, versions }: HistoryBatch): Set<string> {
  const ids = new Set(commits[0]?.files.map(versionKey));
  const without = versions.filter((version) => version.reading.document === null && ids.has(versionKey(version)));
  return new Set(without.map(({ path }) => path));
}
