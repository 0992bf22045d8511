// What one question has been told by the archive so far. A transaction must not wait for an engine: whoever finds that
// something archived is needed throws what is to be brought, the transaction ends, it is brought, and the question is asked
// again with it, over a new snapshot.
import type { TidemarkError } from "../errors.ts";
import type { Reader } from "../store/organization-store.ts";
import { type ArchiveMarks, NO_ROWS, type Thawed, type ThawedRows } from "../store/thawed-rows.ts";
import type { Archive, ArchivedRepository, WantedColumns, WantedRows } from "./archive.ts";
import type { PlacesCache } from "./places-cache.ts";
import { untilAborted } from "./until-aborted.ts";

/** For what stands beside rows of the newest page, in milliseconds: those are shown without it rather than later. */
const HURRY_MS = 3_000;

/** Something of the archive is needed to go on. Nobody outside of `reads` meets it. */
export class ArchiveWanted extends Error {
  override readonly name = "ArchiveWanted";
  readonly bring: () => Promise<void>;

  constructor(bring: () => Promise<void>) {
    super("something of the archive is needed to go on");
    this.bring = bring;
  }
}

/** A snapshot is of another version than what was brought: the question begins anew. */
export class RepositoryChanged extends Error {
  override readonly name = "RepositoryChanged";
}

/** Opens a snapshot of the repository that sees some rows besides those that are in Postgres. */
type OpenSnapshot = <Answer>(seen: Thawed, work: (reader: Reader) => Promise<Answer>) => Promise<Answer>;

const NOTHING: WantedRows = { positions: new Set(), columns: new Map() };

function joined(a: WantedColumns, b: WantedColumns): WantedColumns {
  if (a === "all" || b === "all") return "all";
  const all = new Map(a);
  for (const [path, keys] of b) all.set(path, (all.get(path) ?? new Set()).union(keys));
  return all;
}

function holds(a: WantedColumns, b: WantedColumns): boolean {
  if (a === "all" || b === "all") return a === "all";
  return b.entries().every(([path, keys]) => keys.isSubsetOf(a.get(path) ?? new Set()));
}

/** All of it is of one version of the repository: with another one it begins anew. */
export class ArchivedAnswers implements Thawed {
  readonly #archive: Archive;
  readonly #of: ArchivedRepository;
  readonly #signal: AbortSignal;
  readonly #open: OpenSnapshot;
  readonly #answers = new Map<string, unknown>();
  #marks: ArchiveMarks | null = null;
  #brought = NOTHING;
  /** what is kept of other questions */
  readonly places: PlacesCache;
  rows: ThawedRows = NO_ROWS;
  /** why nothing more is brought; null: it is */
  failure: TidemarkError | null = null;

  constructor(
    { archive, places }: { readonly archive: Archive; readonly places: PlacesCache },
    of: ArchivedRepository,
    open: OpenSnapshot,
    signal: AbortSignal,
  ) {
    this.#archive = archive;
    this.places = places;
    this.#open = open;
    this.#of = of;
    this.#signal = signal;
  }

  /** the lowest position that is not archived, of the snapshot that was looked at last */
  get hotFrom(): number {
    return this.#marks?.hotFrom ?? 0;
  }

  /** the version of that snapshot */
  get version(): number {
    return this.#marks?.version ?? -1;
  }

  at(marks: ArchiveMarks): void {
    if (this.#marks?.version === marks.version) return;
    this.#marks = marks;
    this.#brought = NOTHING;
    this.rows = NO_ROWS;
    this.#answers.clear();
  }

  /**
   * @param key names the answer within this question
   * @returns what was brought. @throws ArchiveWanted the first time; the failure, where there is one
   */
  ask<Answer>(
    key: string,
    bring: (archive: Archive, of: ArchivedRepository, signal: AbortSignal) => Promise<Answer>,
  ): Answer {
    if (this.#answers.has(key)) return this.#answers.get(key) as Answer;
    if (this.failure !== null) throw this.failure;
    throw new ArchiveWanted(async () => {
      const answer = await untilAborted(bring(this.#archive, this.#of, this.#signal), this.#signal);
      this.#answers.set(key, answer);
    });
  }

  /** @returns what was made once for all snapshots of this version, of what Postgres has */
  async remember<Answer>(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key) as Answer | undefined;
    const answer = known ?? (await make());
    this.#answers.set(key, answer);
    return answer;
  }

  /**
   * Asks, while something is brought, over a snapshot that sees other rows than the question's.
   * @throws RepositoryChanged
   */
  overSnapshot<Answer>(rows: ThawedRows, work: (reader: Reader) => Promise<Answer>): Promise<Answer> {
    const marks = this.#marks;
    const at = (now: ArchiveMarks): void => {
      if (now.version !== marks?.version) throw new RepositoryChanged();
    };
    return this.#open({ rows, at }, work);
  }

  /**
   * From here on statements see these commits, where they are archived, with these columns of their files.
   * @param hurries whoever asks would rather do without them than wait for long
   * @throws ArchiveWanted the first time; the failure, where there is one
   */
  needRows(positions: Iterable<number>, columns: WantedColumns, hurries = false): void {
    const archived = [...positions].filter((position) => position >= 0 && position < this.hotFrom);
    if (archived.length === 0) return;
    const before = this.#brought;
    if (archived.every((position) => before.positions.has(position)) && holds(before.columns, columns)) return;
    if (this.failure !== null) throw this.failure;
    const wanted = { positions: before.positions.union(new Set(archived)), columns: joined(before.columns, columns) };
    throw new ArchiveWanted(async () => {
      const signal = hurries ? AbortSignal.any([this.#signal, AbortSignal.timeout(HURRY_MS)]) : this.#signal;
      const rows = await untilAborted(this.#archive.rows(this.#of, wanted, signal), signal);
      this.rows = rows;
      this.#brought = wanted;
    });
  }
}
