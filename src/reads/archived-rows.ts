// What a question does about commits that are archived: it names the rows that it needs, and then asks as if they were here.
import type { Archive, WantedColumns } from "../archive/archive.ts";
import { ArchivedAnswers, ArchiveWanted, RepositoryChanged } from "../archive/archived-answers.ts";
import type { PlacesCache } from "../archive/places-cache.ts";
import { type ArchiveCode, isArchiveCode } from "../domain/archive-trouble.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { findArchived } from "../store/archived-commit.ts";
import { readArchivedDown, readLowestOnLine } from "../store/archived-line.ts";
import { readVersion } from "../store/branch-page.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { OrganizationStore, Reader } from "../store/organization-store.ts";
import { thawedStore } from "../store/thawed-reader.ts";
import type { Thawed } from "../store/thawed-rows.ts";

/** For all that a question asks the archive for, in milliseconds: somebody waits for it. */
const ARCHIVE_MS = 30_000;
/** Times that a question may find that more is needed: each finds out what the last one could not know. */
const MAX_ROUNDS = 20;

/** No values are needed, only the commits. */
export const NO_COLUMNS: WantedColumns = new Map();

/** @returns the columns of a page */
export function columnsOf({
  byPath,
}: {
  readonly byPath: ReadonlyMap<string, { readonly keys: readonly string[] }>;
}): WantedColumns {
  return new Map(byPath.entries().map(([path, { keys }]) => [path, new Set(keys)]));
}

/** @returns what the archive has told of the repository so far, where this reader may ask it */
export function archivedOf(reader: Reader): ArchivedAnswers | null {
  return reader.archived instanceof ArchivedAnswers ? reader.archived : null;
}

/** @returns whether the archive was what failed */
export function isArchiveFailure(error: unknown): error is TidemarkError & { readonly code: ArchiveCode } {
  return isTidemarkError(error) && isArchiveCode(error.code);
}

/** Runs work with a handle of the server that answers for the repository; null: there is no such repository. */
type AskStore = <T>(work: (store: OrganizationStore) => Promise<T | null>) => Promise<T | null>;

/**
 * The same, but that more of the archive is needed, or that a snapshot is another one, is no failure of the server that says so:
 * it has answered.
 */
function asAnswered(ask: AskStore): AskStore {
  return async (work) => {
    const told = await ask(async (store) => {
      try {
        return { answer: await work(store), error: null };
      } catch (error) {
        if (error instanceof ArchiveWanted || error instanceof RepositoryChanged) return { answer: null, error };
        throw error;
      }
    });
    if (told?.error != null) throw told.error;
    return told?.answer ?? null;
  };
}

/**
 * Asks about a repository as often as more of the archive is needed. No transaction is open while it is brought.
 * @param ask runs the work with a handle that sees what was brought so far
 * @throws what `work` throws; a failure of the archive where the work cannot do without it
 */
export async function withArchive<Answer>(
  reads: { readonly archive: Archive; readonly places: PlacesCache },
  organization: OrganizationId,
  repository: RepositoryId,
  ask: AskStore,
  work: (store: OrganizationStore) => Promise<Answer | null>,
): Promise<Answer | null> {
  const signal = AbortSignal.timeout(ARCHIVE_MS);
  const askStore = asAnswered(ask);
  const open = async <T>(seen: Thawed, read: (reader: Reader) => Promise<T>): Promise<T> => {
    const found = await askStore((store) =>
      thawedStore(store, seen).read(async (reader) => {
        const isThere = (await readVersion(reader, repository)) !== null;
        return isThere ? { answer: await read(reader) } : null;
      }),
    );
    if (found === null) throw new RepositoryChanged();
    return found.answer;
  };
  const answers = new ArchivedAnswers(reads, { organization, repository }, open, signal);
  for (let round = 1; ; round++) {
    try {
      return await askStore((store) => work(thawedStore(store, answers)));
    } catch (error) {
      if (!(error instanceof ArchiveWanted)) throw error;
      if (round > MAX_ROUNDS) throw changing(repository, error);
      await bring(error, answers, repository);
    }
  }
}

async function bring(wanted: ArchiveWanted, answers: ArchivedAnswers, repository: RepositoryId): Promise<void> {
  try {
    await wanted.bring();
  } catch (error) {
    // what was brought is thrown away when the next snapshot says its version
    if (error instanceof RepositoryChanged) return;
    if (isArchiveFailure(error)) answers.failure = error;
    else if (isTimeout(error)) answers.failure = tooLate(repository, error);
    else throw error;
  }
}

/** What is said where a repository changes faster than its old commits can be read. */
function changing(repository: RepositoryId, cause: unknown): TidemarkError {
  const parts = { found: "a repository that changed each time", wanted: "another try in a moment" };
  return new TidemarkError(
    "archive-engine-busy",
    { attempt: "read older commits of", value: repository, ...parts },
    { cause },
  );
}

/** Whether a question was given up since its time was over: all of it, or what the newest page waits for something. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

function tooLate(repository: RepositoryId, cause: unknown): TidemarkError {
  const parts = { found: "no answer in time", wanted: "an archive that answers sooner" };
  return new TidemarkError(
    "archive-engine-busy",
    { attempt: "read older commits of", value: repository, ...parts },
    { cause },
  );
}

/** A line from one of its commits down. */
export interface LineFrom {
  /** the stretches of the line; the first one begins at the commit */
  readonly parts: readonly LinePart[];
  /** the position of that commit */
  readonly at: number;
}

/**
 * The archived commits among the newest of a line.
 * @returns newest first, by what stays of them; none where nothing of the repository is archived
 */
export async function archivedOnLine(
  reader: Reader,
  repository: RepositoryId,
  { parts, at }: LineFrom,
  limit: number,
): Promise<Awaited<ReturnType<typeof readArchivedDown>>> {
  const hotFrom = archivedOf(reader)?.hotFrom ?? 0;
  const top = parts[0]?.top;
  if (hotFrom === 0 || top === undefined) return [];
  if (at < hotFrom) return readArchivedDown(reader, repository, at, limit);
  const lowest = await readLowestOnLine(reader, repository, parts);
  if (lowest === null || lowest.firstParent === null) return [];
  // those that were brought are seen by the statement, too
  const first = lowest.position < hotFrom ? null : lowest.firstParent;
  if (first === null || first >= hotFrom) return [];
  const above = top - lowest.ordinal + 1;
  return above >= limit ? [] : readArchivedDown(reader, repository, first, limit - above);
}

/** From here on the newest commits of a line are seen, with these columns of their files. @throws ArchiveWanted */
export async function needLine(
  reader: Reader,
  repository: RepositoryId,
  line: LineFrom,
  limit: number,
  columns: WantedColumns,
): Promise<void> {
  const commits = await archivedOnLine(reader, repository, line, limit);
  archivedOf(reader)?.needRows(
    commits.map(({ position }) => position),
    columns,
  );
}

/** From here on commits whose ids begin so are seen, and their first parents. @throws ArchiveWanted */
export async function needCommit(
  reader: Reader,
  repository: RepositoryId,
  prefix: string,
  columns: WantedColumns,
): Promise<void> {
  const archived = archivedOf(reader);
  if (archived === null || archived.hotFrom === 0) return;
  const found = await findArchived(reader, repository, [prefix]);
  const positions = found.flatMap(({ position, firstParent }) =>
    position < archived.hotFrom ? [position, firstParent] : [],
  );
  archived.needRows(positions, columns);
}
