// The stretch of a branch's first-parent line that a question is about, from its oldest commit to its newest.
import type { RepositoryId } from "../domain/model.ts";
import { type BranchLine, readPlace, type RepositoryLines } from "../store/branch-page.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { ordinalsAround } from "../store/series-page.ts";
import { partsFrom } from "./branch-line.ts";
import { archivedOf } from "./archived-rows.ts";
import { type ArchivedStretch, archivedStretch } from "./archived-runs.ts";
import { findNamedCommit } from "./named-commit.ts";

/** A stretch of a line. */
export interface Stretch {
  readonly branch: BranchLine;
  /** the whole line, newest first */
  readonly parts: readonly LinePart[];
  /** ordinals, both included; `low` is above `high` where there is no commit */
  readonly low: number;
  readonly high: number;
}

/** Where a stretch begins and ends. */
export interface StretchQuery {
  /** names of commits: branches, tags, ids */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** only so many of the newest */
  readonly commits?: number | undefined;
}

/**
 * Finds the stretch of a branch's line. A commit of another line is where this one passes it: the next commit of the line
 * that is newer, or older, begins or ends the stretch.
 * @throws TidemarkError `commit-not-found`
 */
export async function stretchOf(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  branch: BranchLine,
  { from, to, commits }: StretchQuery,
): Promise<Stretch> {
  const byNumber = new Map(lines.branches.map((each) => [each.number, each]));
  const head = branch.headOrdinal ?? -1;
  const parts = partsFrom(byNumber, { line: branch.number, ordinal: head }, head + 1);
  const around = async (name: string): Promise<{ below: number | null; above: number | null }> => {
    const { position } = await findNamedCommit(reader, repository, lines, name);
    const place = await readPlace(reader, repository, position);
    const { line, ordinal } = place ?? { line: -1, ordinal: -1 };
    const isOn = parts.some((part) => part.line === line && ordinal <= part.top && ordinal > part.bottom);
    if (isOn) return { below: ordinal, above: ordinal };
    const hot = await ordinalsAround(reader, repository, parts, position);
    const archived = await archivedStretch(reader, archivedOf(reader), repository, parts);
    return withArchived(hot, archived, position);
  };
  const low = from === undefined ? 0 : ((await around(from)).above ?? head + 1);
  const high = to === undefined ? head : ((await around(to)).below ?? -1);
  return { branch, parts, low: Math.max(low, high - (commits ?? head + 1) + 1), high };
}

interface Around {
  readonly below: number | null;
  readonly above: number | null;
}

/** @param seen what statements see: commits in Postgres, and archived ones that were brought */
function withArchived(seen: Around, { top, positions }: ArchivedStretch, position: number): Around {
  if (top === -1) return seen;
  // positions rise along a line
  let below = top;
  while (below >= 0 && (positions[below] ?? -1) > position) below -= 1;
  const above = positions[below] === position ? below : below + 1;
  return {
    below: Math.max(seen.below ?? -1, below) === -1 ? null : Math.max(seen.below ?? -1, below),
    above: above > top ? seen.above : Math.min(seen.above ?? above, above),
  };
}
