// The commits of all branches that brought in a column's best values.
import type { WantedColumns } from "../archive/archive.ts";
import type { ArchivedAnswers } from "../archive/archived-answers.ts";
import type { RepositoryId } from "../domain/model.ts";
import { findArchived, readArchivedAt } from "../store/archived-commit.ts";
import type { RepositoryLines } from "../store/branch-page.ts";
import { readRankedValues } from "../store/column-best.ts";
import {
  type BroughtValue,
  readBroughtValues,
  readCommitsAtPositions,
  readFilesOfCommits,
} from "../store/column-history.ts";
import type { StoredColumnHead } from "../store/column-page.ts";
import { readShas } from "../store/commit-detail.ts";
import type { Reader } from "../store/organization-store.ts";
import { NO_ROWS } from "../store/thawed-rows.ts";
import { archivedPlaces } from "./archived-list.ts";
import { archivedOf } from "./archived-rows.ts";
import { type ChangeView, changeView } from "./change-view.ts";
import { EXACT, type StoredValue } from "./column-walk.ts";
import { RunReader } from "./run-reader.ts";

/** Distinct values whose commits are looked for at first; all of them where these do not give enough. */
const FIRST_VALUES = 400;
/** Commits that may have brought in a value: most are merges that took it over. */
const MAX_BROUGHT = 20_000;

/** Which column's best values are looked for, and how many. */
interface BestQuestion {
  readonly repository: RepositoryId;
  readonly head: StoredColumnHead;
  readonly goal: "higher" | "lower";
  readonly limit: number;
}

/** Those that brought a value in: a merge that takes over another parent's value did not. */
async function withoutTakenOver(
  reader: Reader,
  repository: RepositoryId,
  brought: readonly BroughtValue[],
  rankOf: ReadonlyMap<number, number>,
  columns: WantedColumns,
): Promise<BroughtValue[]> {
  const parents = new Set(brought.flatMap(({ otherParents }) => otherParents));
  if (parents.size === 0) return [...brought];
  const archived = archivedOf(reader);
  if (archived !== null) {
    const stored = await findArchived(reader, repository, [...parents]);
    archived.needRows(
      stored.map(({ position }) => position),
      columns,
    );
  }
  const filesOf = await readFilesOfCommits(reader, repository, [...parents]);
  return brought.filter(
    ({ file, otherParents }) =>
      !otherParents.some((parent) => filesOf.get(parent)?.some((each) => rankOf.get(each) === rankOf.get(file))),
  );
}

/** @param among only commits from a position on and these others; null: all that are seen */
async function broughtAmong(
  reader: Reader,
  { repository, head, goal, limit }: BestQuestion,
  among: { readonly from: number; readonly others: readonly number[] } | null,
): Promise<BroughtValue[]> {
  const columns = new Map([[head.path, new Set([head.key])]]);
  const values = await readRankedValues(reader, repository, head, goal);
  for (const some of [values.slice(0, FIRST_VALUES), values]) {
    const ranked = some.flatMap(({ files }, rank) => files.map((file) => ({ file, rank })));
    const rankOf = new Map(ranked.map(({ file, rank }) => [file, rank]));
    const brought = await readBroughtValues(reader, repository, ranked, MAX_BROUGHT, among);
    const found = (await withoutTakenOver(reader, repository, brought, rankOf, columns)).slice(0, limit);
    if (found.length === limit || some.length === values.length) return found;
  }
  return [];
}

/** The archived commits that may be among the best: chunk by chunk they are asked as all others are. */
async function archivedBest(
  reader: Reader,
  archived: ArchivedAnswers,
  question: BestQuestion,
): Promise<readonly number[]> {
  const { repository, head } = question;
  if (archived.hotFrom === 0) return [];
  const { ordinals, unreachable } = await archivedPlaces(reader, archived, repository);
  const universe = [...ordinals.keys()].filter((position) => ordinals[position] !== -1 && !unreachable.has(position));
  const columns = new Map([[head.path, new Set([head.key])]]);
  return archived.ask(`best ${head.path}\n${head.key}`, async (archive, of, signal) => {
    const best: number[] = [];
    for (let from = 0; from < universe.length; from += archive.atOnce) {
      const others = universe.slice(from, from + archive.atOnce);
      // a merge that takes over another parent's value brings none in
      const parents = await archived.overSnapshot(NO_ROWS, (seeing) => furtherParents(seeing, repository, others));
      const positions = new Set([...others, ...parents]);
      const rows = await archive.rows(of, { positions, columns }, signal);
      const among = { from: Number.MAX_SAFE_INTEGER, others };
      const found = await archived.overSnapshot(rows, (seeing) => broughtAmong(seeing, question, among));
      best.push(...found.map(({ position }) => position));
    }
    return best;
  });
}

async function furtherParents(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<number[]> {
  const chunks = await readArchivedAt(reader, repository, positions);
  const all = new Map(chunks.flatMap(({ otherParents: parents }) => [...parents]));
  return positions.flatMap((position) => all.get(position) ?? []);
}

/** The best values that any commit brought in. */
export async function bestOfAll(
  reader: Reader,
  repository: RepositoryId,
  lines: RepositoryLines,
  head: StoredColumnHead,
  goal: "higher" | "lower",
  limit: number,
): Promise<ChangeView[]> {
  const archived = archivedOf(reader);
  const older = archived === null ? [] : await archivedBest(reader, archived, { repository, head, goal, limit });
  const columns = new Map([[head.path, new Set([head.key])]]);
  archived?.needRows(older, columns);
  const among = archived === null ? null : { from: archived.hotFrom, others: older };
  const found = await broughtAmong(reader, { repository, head, goal, limit }, among);
  const positions = found.map(({ position }) => position);
  const facts = new Map(
    (await readCommitsAtPositions(reader, repository, positions)).map((each) => [each.position, each]),
  );
  const baselines = found.flatMap(({ baselinePosition }) => baselinePosition ?? []);
  const shas = await readShas(reader, repository, [...new Set(baselines)]);
  const runs = new RunReader(reader, repository, [head], EXACT, null);
  const files = await runs.filesOf([
    ...new Set(found.flatMap(({ file, baseline }) => (baseline === null ? [file] : [file, baseline]))),
  ]);
  const valueOf = (file: number | null): StoredValue => files.get(file ?? -1)?.values?.[0] ?? EXACT.absent;
  return found.flatMap(({ position, file, baseline, baselinePosition }) => {
    const commit = facts.get(position);
    const change = { value: valueOf(file), before: valueOf(baseline) };
    const sha = baselinePosition === null ? null : (shas.get(baselinePosition) ?? null);
    return commit === undefined ? [] : [changeView(commit, lines, head.kind, change, sha)];
  });
}
