// The stretch of a branch's first-parent line that a question is about, from its oldest commit to its newest.
import type { RepositoryId } from "../domain/model.ts";
import { type BranchLine, readPlace, type RepositoryLines } from "../store/branch-page.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { ordinalsAround } from "../store/series-page.ts";
import { partsFrom } from "./branch-line.ts";
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

/** @returns the parts of a line that lie between two ordinals, both included */
export function partsBetween(parts: readonly LinePart[], low: number, high: number): LinePart[] {
  return parts.flatMap(({ line, top, bottom }) => {
    const part = { line, top: Math.min(top, high), bottom: Math.max(bottom, low - 1) };
    return part.top > part.bottom ? [part] : [];
  });
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
    return isOn ? { below: ordinal, above: ordinal } : ordinalsAround(reader, repository, parts, position);
  };
  const low = from === undefined ? 0 : ((await around(from)).above ?? head + 1);
  const high = to === undefined ? head : ((await around(to)).below ?? -1);
  return { branch, parts, low: Math.max(low, high - (commits ?? head + 1) + 1), high };
}
