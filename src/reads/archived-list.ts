// The archived part of a filtered or sorted list: which of the archived commits may be on the page, and how many of the
// list they are. Chunk by chunk they are brought and asked by the list's own statement, so that nothing is decided twice.
import type { ArchivedRepository, WantedColumns } from "../archive/archive.ts";
import type { ArchivedAnswers } from "../archive/archived-answers.ts";
import type { RepositoryId } from "../domain/model.ts";
import { fromJsonb } from "../domain/value.ts";
import { readParentsBelow } from "../store/archived-line.ts";
import { type ArchivedPlaces, readArchivedPlaces } from "../store/archived-places.ts";
import type { CommitSearch, FoundCommits } from "../store/commit-search.ts";
import { Narrowing } from "./archived-narrowing.ts";
import { readValueAt } from "../store/commit-values.ts";
import type { Reader } from "../store/organization-store.ts";

/** Commits that are looked for by an engine at most, for those among them that are on the list. */
const MAX_TOP = 200_000;

/** The archived part of a list. */
export interface ArchivedList {
  /** positions that may be on the page, in no order */
  readonly candidates: readonly number[];
  /** positions of their first parents, and of those of commits in Postgres, where commits are compared with them */
  readonly parents: readonly number[];
  readonly below: readonly number[];
  /** how many archived commits are on the whole list; null where nobody counted */
  readonly total: number | null;
}

/** Nothing of the list is archived. */
export const NONE_ARCHIVED: ArchivedList = { candidates: [], parents: [], below: [], total: 0 };

/** A question about a list, and how it is asked over a snapshot that sees some archived commits. */
export interface ListQuestion {
  /** names the question among those of one request */
  readonly key: string;
  readonly search: CommitSearch;
  /** what has to be known of files for it */
  readonly columns: WantedColumns;
  /** further commits that have to be seen: the last one of the page before, and one that all are compared with */
  readonly beside: readonly number[];
  /** asks for the first of those commits, and their number where they are counted */
  readonly ask: (reader: Reader, among: readonly number[]) => Promise<FoundCommits>;
}

/** @returns where the repository's archived commits stand */
export function archivedPlaces(
  reader: Reader,
  archived: ArchivedAnswers,
  repository: RepositoryId,
): Promise<ArchivedPlaces> {
  return archived.remember("places", () => {
    const { version, hotFrom } = archived;
    return archived.places.read({ organization: reader.organizationId, repository, version, hotFrom }, () =>
      readArchivedPlaces(reader, repository, hotFrom),
    );
  });
}

/** The archived commits that a list is chosen from. */
interface Universe {
  /** the highest position that may be one of them */
  readonly top: number;
  readonly has: (position: number) => boolean;
}

function universeOf({ ordinals, lines, unreachable }: ArchivedPlaces, { parts, from }: CommitSearch): Universe {
  const top = Math.min(ordinals.length - 1, from ?? ordinals.length);
  const bounds = new Map(parts?.map(({ line, top: highest, bottom }) => [line, { highest, bottom }]));
  const has = (position: number): boolean => {
    const ordinal = position <= top ? (ordinals[position] ?? -1) : -1;
    if (ordinal === -1) return false;
    if (parts === null) return !unreachable.has(position);
    const part = bounds.get(lines[position] ?? 0);
    return part !== undefined && ordinal <= part.highest && ordinal > part.bottom;
  };
  return { top, has };
}

function countOf({ top, has }: Universe): number {
  let count = 0;
  for (let position = top; position >= 0; position--) if (has(position)) count += 1;
  return count;
}

/** @returns the newest of them below a position, newest first */
function newestOf({ top, has }: Universe, below: number, limit: number): number[] {
  const positions: number[] = [];
  for (let position = Math.min(top, below - 1); position >= 0 && positions.length < limit; position--) {
    if (has(position)) positions.push(position);
  }
  return positions;
}

/** Whether the list is in the order of positions, from the newest down: then what is older comes last. */
export function isNewestFirst({ sorts }: CommitSearch): boolean {
  const [first] = sorts;
  return first === undefined || (first.column === "position" && first.descending);
}

/** Whether every commit of the universe is on the list: then nothing has to be known of it to be counted. */
function isWhole({ filter, changed, touching }: CommitSearch): boolean {
  return filter === null && changed === null && !touching;
}

/** Whether commits are compared with their parents: whose files are others than its parent's, or are gone. */
export function seesParents({ touching, changed, pinned }: CommitSearch): boolean {
  return touching || (changed !== null && pinned === null);
}

/**
 * The archived commits that may be on a page.
 * @param reader of the question's snapshot
 * @throws ArchiveWanted
 */
export async function archivedList(
  reader: Reader,
  archived: ArchivedAnswers,
  of: ArchivedRepository,
  question: ListQuestion,
): Promise<ArchivedList> {
  const { hotFrom } = archived;
  const { search } = question;
  if (hotFrom === 0) return NONE_ARCHIVED;
  const places = await archivedPlaces(reader, archived, of.repository);
  const universe = universeOf(places, search);
  if (isWhole(search) && isNewestFirst(search)) {
    const candidates = newestOf(universe, search.after ?? hotFrom, search.limit);
    const total = search.counted ? countOf(universe) : null;
    return { candidates, parents: parentsOf(candidates, places), below: [], total };
  }
  const below = seesParents(search) ? await readParentsBelow(reader, of.repository, hotFrom) : [];
  const first = isWhole(search) ? await topBy(reader, archived, of, search, universe) : null;
  if (first !== null) {
    const total = search.counted ? countOf(universe) : null;
    return { candidates: first, parents: parentsOf(first, places), below, total };
  }
  return archived.ask(question.key, async (archive, _, signal) => {
    const { filter } = search;
    const possible = filter === null ? null : await new Narrowing(archive, of, hotFrom, signal).of(filter);
    const { top, has } = universe;
    const asked = possible === null ? universe : { top, has: (at: number) => possible.has(at) && has(at) };
    const candidates: number[] = [];
    let total = 0;
    for (let above = hotFrom; ; ) {
      const among = newestOf(asked, above, archive.atOnce);
      if (among.length === 0) break;
      above = among.at(-1) ?? 0;
      const parents = seesParents(search) ? parentsOf(among, places) : [];
      const positions = new Set([...among, ...parents, ...question.beside].filter((at) => at >= 0 && at < hotFrom));
      const rows = await archive.rows(of, { positions, columns: question.columns }, signal);
      const found = await archived.overSnapshot(rows, (seeing) => question.ask(seeing, among));
      candidates.push(...found.positions);
      total += found.total ?? 0;
      if (!search.counted && isNewestFirst(search) && candidates.length >= search.limit) break;
    }
    const parents = parentsOf(candidates, places);
    return { candidates, parents, below, total: search.counted ? total : null };
  });
}

/**
 * The first commits of a list that is sorted by one column: found by the engine, in whose objects a column's values stand
 * together. Of a line that has few of them, too many would have to be passed over.
 * @returns null where it is asked in another way
 */
async function topBy(
  reader: Reader,
  archived: ArchivedAnswers,
  { repository }: ArchivedRepository,
  { sorts, columns, after, limit }: CommitSearch,
  universe: Universe,
): Promise<readonly number[] | null> {
  const [sort, ...further] = sorts;
  const column = sort === undefined || sort.column === "position" ? undefined : columns[sort.column];
  if (sort === undefined || column === undefined || further.length > 0 || limit > MAX_TOP) return null;
  const { path, key, kind } = column;
  if (after !== null) archived.needRows([after], new Map([[path, new Set([key])]]));
  const text = after === null ? null : await readValueAt(reader, repository, after, column);
  const behind =
    after === null ? null : { value: text === null ? undefined : fromJsonb(`[${text}]`)[0], position: after };
  const { hotFrom: below } = archived;
  const question = `top ${path}\n${key} ${String(sort.descending)} ${after} ${limit}`;
  return archived.ask(question, async (archive, of, signal) => {
    for (let more = limit * 2; more <= MAX_TOP; more *= 8) {
      const wanted = { column: { path, key, kind }, descending: sort.descending, after: behind, below, limit: more };
      const top = await archive.top(of, wanted, signal);
      const found = top.filter((position) => universe.has(position));
      if (found.length >= limit || top.length < more) return found.slice(0, limit);
    }
    return null;
  });
}

function parentsOf(positions: readonly number[], { firstParents }: ArchivedPlaces): number[] {
  return positions.map((position) => firstParents[position] ?? -1);
}
