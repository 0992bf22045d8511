// The columns of a branch that are shown unless others are asked for.
import type { RepositoryId } from "../domain/model.ts";
import type { BranchLine, RepositoryLines } from "../store/branch-page.ts";
import { type DefaultColumn, readDefaultColumns } from "../store/default-columns.ts";
import type { Reader } from "../store/organization-store.ts";
import { needLine } from "./archived-rows.ts";
import { partsFrom } from "./branch-line.ts";

/** Columns of a page unless others are asked for. */
const DEFAULT_COLUMN_COUNT = 30;
/** Commits whose values are looked at: those of a first page. */
const NEWEST_COMMITS = 40;

/**
 * The columns of the branch's newest commits. Where none of these has values, those of the newest commit that has.
 * @returns none when no commit of the branch has values
 */
export async function defaultColumns(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  branch: BranchLine | null,
): Promise<readonly DefaultColumn[]> {
  if (branch === null || branch.headOrdinal === null) return [];
  const byNumber = new Map(lines.branches.map((each) => [each.number, each]));
  const start = { line: branch.number, ordinal: branch.headOrdinal };
  const limit = DEFAULT_COLUMN_COUNT;
  const newest = {
    parts: partsFrom(byNumber, start, NEWEST_COMMITS),
    commits: NEWEST_COMMITS,
    withValues: false,
    limit,
  };
  await needLine(reader, repository, { parts: newest.parts, at: branch.headPosition }, NEWEST_COMMITS, "all");
  const found = await readDefaultColumns(reader, repository, newest);
  if (found.length > 0) return found;
  const whole = partsFrom(byNumber, start, Number.POSITIVE_INFINITY);
  return readDefaultColumns(reader, repository, { parts: whole, commits: 1, withValues: true, limit });
}
