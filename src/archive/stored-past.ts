// Files and values of all commits that are stored: of those in Postgres from there, of those that have left it from the
// archive. Who asks holds the repository's lease and has no transaction open, since the archive may take its time.
import type { Archive, WantedColumns } from "./archive.ts";
import { noArchive } from "./no-archive.ts";
import type { FileId, Position, RepositoryId, Sha } from "../domain/model.ts";
import { fromJsonb } from "../domain/value.ts";
import { TidemarkError } from "../errors.ts";
import { coldCommitsAt, readHotFrom } from "../store/cold-commit.ts";
import { readArchivedVersionsAt } from "../store/archived-version.ts";
import { readCommitFiles, readCommitFilesBetween, type StoredFiles } from "../store/commit.ts";
import type { Reader } from "../store/database.ts";
import { countColumns } from "../store/metric-column.ts";
import { readDocuments, readFilesAt, type StoredDocument, type StoredFile } from "../store/metric-file.ts";
import type { ThawedCommit, ThawedFile } from "../store/thawed-rows.ts";

/** Commits that are brought at a time: some 20 MB. */
const CHUNK_COMMITS = 10_000;
/** Values that are brought at a time: as many again are compared with them. */
const CHUNK_VALUES = 1_500_000;
/** Commits that are brought at a time however many columns they have: one at a time would take too long. */
const MIN_COMMITS = 50;
/** No values are wanted, only which files there are. */
const NO_COLUMNS: WantedColumns = new Map();

/** A version as it was brought. */
interface Brought {
  readonly file: ThawedFile;
  readonly values: string | null;
  readonly keys: readonly string[] | null;
}

/** One repository's past. What was brought is kept until a walk goes on to the next stretch. */
export class StoredPast {
  readonly reader: Reader;
  readonly repository: RepositoryId;
  /** the lowest position that may be in Postgres; 0: nothing has left it */
  readonly hotFrom: number;
  readonly #archive: Archive;
  readonly #columns: WantedColumns;
  readonly #signal: AbortSignal;
  #width: number | null = null;
  #isHotOnly = false;
  readonly #commits = new Map<number, StoredFiles | null>();
  readonly #files = new Map<number, Brought>();

  private constructor(
    of: Pick<StoredPast, "reader" | "repository" | "hotFrom">,
    { archive, columns, signal }: { archive: Archive; columns: WantedColumns; signal: AbortSignal },
  ) {
    this.reader = of.reader;
    this.repository = of.repository;
    this.hotFrom = of.hotFrom;
    this.#archive = archive;
    this.#columns = columns;
    this.#signal = signal;
  }

  /** @param archive absent: this process was told of none */
  static async open(
    reader: Reader,
    repository: RepositoryId,
    archive: Archive | undefined,
    signal: AbortSignal,
  ): Promise<StoredPast> {
    const hotFrom = await readHotFrom(reader, repository);
    const asked = { archive: archive ?? noArchive, columns: NO_COLUMNS, signal };
    return new StoredPast({ reader, repository, hotFrom }, asked);
  }

  /** @returns the same past, with nothing brought yet, of which values of these columns are known */
  with(columns: WantedColumns): StoredPast {
    return new StoredPast(this, { archive: this.#archive, columns, signal: this.#signal });
  }

  /** @returns the same past without what has left Postgres: for what need not be exact while the archive is away */
  hotOnly(): StoredPast {
    const past = this.with(this.#columns);
    past.#isHotOnly = true;
    return past;
  }

  /** @returns the files of the commits at these positions, in no order */
  async commitFiles(positions: readonly number[]): Promise<StoredFiles[]> {
    const cold = positions.filter((position) => position < this.hotFrom);
    const hot = cold.length === 0 ? positions : positions.filter((position) => position >= this.hotFrom);
    const rows = hot.length === 0 ? [] : await readCommitFiles(this.reader, this.repository, hot);
    await this.#need(cold);
    return [...rows, ...cold.flatMap((position) => this.#commits.get(position) ?? [])];
  }

  /**
   * @param ahead how far down the walk will go on from `lowest`: so much is brought at once
   * @returns the files of the commits from one position to another, both included, newest first
   */
  async commitFilesBetween(lowest: number, highest: number, ahead = 0): Promise<StoredFiles[]> {
    const { reader, repository, hotFrom } = this;
    const hot =
      highest < hotFrom ? [] : await readCommitFilesBetween(reader, repository, Math.max(lowest, hotFrom), highest);
    const top = Math.min(highest, hotFrom - 1);
    if (top < lowest) return hot;
    const positions = Array.from({ length: top - lowest + 1 }, (_, index) => top - index);
    if (ahead > 0 && positions.some((position) => !this.#commits.has(position))) {
      this.#commits.clear();
      this.#files.clear();
      await this.#needWithParents(top, Math.max(0, Math.min(lowest, top - Math.min(ahead, await this.#atOnce()) + 1)));
    } else await this.#need(positions);
    return [...hot, ...positions.flatMap((position) => this.#commits.get(position) ?? [])];
  }

  /** @returns the versions with these numbers, in no order: Postgres knows all of them, and the values of some */
  async files(numbers: readonly number[]): Promise<StoredFile[]> {
    const hot = await readFilesAt(this.reader, this.repository, numbers);
    if (hot.length === numbers.length || this.hotFrom === 0) return hot;
    const there = new Set(hot.map(({ number }) => number));
    const others = numbers.filter((number) => !there.has(number));
    const cold = await readArchivedVersionsAt(this.reader, this.repository, others);
    return [...hot, ...cold.map((version) => ({ ...version, readable: true, warned: false }))];
  }

  /** @returns the versions with these numbers and what they hold, in no order; of archived commits' what was brought */
  async documents(numbers: readonly number[]): Promise<StoredDocument[]> {
    const hot = await readDocuments(this.reader, this.repository, numbers);
    const others = this.#others(numbers, hot).map((brought): StoredDocument => {
      const { keys, values } = brought;
      return { ...fileOf(brought), keys, values: values === null ? null : fromJsonb(values) };
    });
    return [...hot, ...others];
  }

  #others(numbers: readonly number[], hot: readonly StoredFile[]): Brought[] {
    if (hot.length === numbers.length || this.#files.size === 0) return [];
    const there = new Set(hot.map(({ number }) => number));
    return numbers.flatMap((number) => (there.has(number) ? [] : (this.#files.get(number) ?? [])));
  }

  /** One stretch and the first parents of its commits: their files are compared. */
  async #needWithParents(top: number, bottom: number): Promise<void> {
    const positions = Array.from({ length: top - bottom + 1 }, (_, index) => top - index);
    const commits = await coldCommitsAt(this.reader, this.repository, positions);
    await this.#need([...positions, ...commits.map(({ firstParent }) => firstParent)]);
  }

  async #need(positions: readonly number[]): Promise<void> {
    const missing = [...new Set(positions)].filter((position) => position >= 0 && !this.#commits.has(position));
    const atOnce = missing.length === 0 ? CHUNK_COMMITS : await this.#atOnce();
    for (let at = 0; at < missing.length; at += atOnce) await this.#bring(new Set(missing.slice(at, at + atOnce)));
  }

  /** @returns how many commits are brought at a time: fewer of a wide repository */
  async #atOnce(): Promise<number> {
    this.#width ??=
      this.#columns === "all"
        ? await countColumns(this.reader, this.repository)
        : [...this.#columns.values()].reduce((sum, keys) => sum + keys.size, 0);
    return Math.max(MIN_COMMITS, Math.min(CHUNK_COMMITS, Math.floor(CHUNK_VALUES / Math.max(1, this.#width))));
  }

  async #bring(wanted: ReadonlySet<number>): Promise<void> {
    this.#signal.throwIfAborted();
    const of = { organization: this.reader.organizationId, repository: this.repository };
    const there = new Set(
      (await coldCommitsAt(this.reader, this.repository, [...wanted])).map(({ position }) => position),
    );
    const positions = new Set([...wanted].filter((position) => there.has(position)));
    for (const position of wanted) this.#commits.set(position, null);
    if (positions.size === 0 || this.#isHotOnly) return;
    const rows = await this.#archive.rows(of, { positions, columns: this.#columns }, this.#signal);
    if (rows.commits.length < positions.size) throw missed(this.repository, positions.size - rows.commits.length);
    const shapes = new Map(rows.shapes.map(({ number, keys }) => [number, keys]));
    for (const commit of rows.commits) this.#commits.set(commit.position, filesOf(commit));
    rows.files.forEach((file, index) => {
      const keys = file.shape === null ? null : (shapes.get(file.shape) ?? null);
      this.#files.set(file.number, { file, values: rows.values[index] ?? null, keys });
    });
  }
}

/** What is counted without them would be wrong. */
function missed(repository: RepositoryId, commits: number): TidemarkError {
  return new TidemarkError("archive-object-missing", {
    attempt: "read older commits of",
    value: repository,
    found: `${commits} of them in no object of the archive`,
    wanted: "all that Postgres knows of; tidemark archive verify says more",
  });
}

function filesOf(commit: ThawedCommit): StoredFiles {
  return {
    position: commit.position as Position,
    files: commit.metric_file as readonly FileId[],
    baselineFiles: commit.baseline_file as readonly (FileId | null)[],
    baselinePositions: commit.baseline_position as readonly (Position | null)[],
    returnedFiles: commit.returned_file as readonly FileId[] | null,
    unreadFrom: commit.unread_from,
    firstParent: commit.first_parent as Position | null,
  };
}

function fileOf({ file }: Brought): StoredFile {
  const { number, path, version, status, problem, warnings } = file;
  return {
    number,
    path,
    oid: version.replace(String.raw`\x`, "") as Sha,
    readable: status === "read",
    warned: (problem ?? null) !== null || (warnings ?? null) !== null,
  };
}
