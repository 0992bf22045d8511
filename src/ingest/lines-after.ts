// Which branch's line holds each commit after a push, and what becomes of the branches' forks.
import type { RepositoryId } from "../domain/model.ts";
import { ordinals } from "../domain/lines.ts";
import type { StoredBranch } from "../store/branch.ts";
import { readLines, readLinesAt } from "../store/commit-line.ts";
import type { Reader } from "../store/database.ts";
import { type AppendedQuestion, appendedLines, knownPositions } from "./appended-lines.ts";
import { branchLines } from "./line-order.ts";

/** The lines as they are now. */
export interface LinesAfter {
  readonly branches: readonly StoredBranch[];
  /** of a new commit: the number of the branch whose line holds it, 0 for none */
  readonly lineOf: (position: number) => number;
  /** stored commits whose line is another one now, and that line */
  readonly moved: { readonly positions: readonly number[]; readonly lines: readonly number[] };
}

/**
 * Finds the lines from the new commits where these only add to them, which is what most pushes do, else from all.
 * @param firstPosition of the new commits: those below are stored
 */
export async function linesAfter(
  reader: Reader,
  repository: RepositoryId,
  question: Omit<AppendedQuestion, "known">,
  firstPosition: number,
): Promise<LinesAfter> {
  const known = await readLinesAt(reader, repository, knownPositions(question));
  const own = appendedLines({ ...question, known: new Map(known.map((each) => [each.position, each])) });
  if (own === null) return linesOfAll(reader, repository, question, firstPosition);
  const { branches, lines } = own;
  return { branches, lineOf: (position) => lines.get(position) ?? 0, moved: { positions: [], lines: [] } };
}

async function linesOfAll(
  reader: Reader,
  repository: RepositoryId,
  { branches, defaultBranch, added }: Omit<AppendedQuestion, "known">,
  firstPosition: number,
): Promise<LinesAfter> {
  const before = await readLines(reader, repository, firstPosition + added.length);
  for (const { position, firstParent } of added) before.firstParent[position] = firstParent;
  const depth = ordinals(before.firstParent);
  const now = branchLines(branches, defaultBranch.now, before.firstParent, (position) => depth[position] as number);
  const moved = { positions: [] as number[], lines: [] as number[] };
  for (let position = 0; position < firstPosition; position++) {
    if (now.lines[position] === before.line[position]) continue;
    moved.positions.push(position);
    moved.lines.push(now.lines[position] as number);
  }
  return { branches: now.branches, lineOf: (position) => now.lines[position] ?? 0, moved };
}
