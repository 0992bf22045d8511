// Reads file versions: each blob once, parsed and flattened with the identity of its path.
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import type { MetricPathMatcher } from "../domain/metric-paths.ts";
import type { Reading, Sha } from "../domain/model.ts";
import { type BlobReading, readBlobs } from "../git/blobs.ts";
import { SAMPLED_VERSIONS } from "../domain/row-identity.ts";
import type { GitRepository } from "../git/repository.ts";
import type { OlderCommits } from "./older-commits.ts";
import { FileParser, type ParsedFile } from "./parse-files.ts";
import { type ParsePool, parsePool } from "./parse-pool.ts";
import { problemReading } from "./parse-problem.ts";
import { sameTexts } from "./parse-task.ts";
import type { PathIdentities } from "./path-identities.ts";
import { ReadingQueue } from "./reading-queue.ts";
import { readTipFiles } from "./tip-files.ts";
import type { VersionKind } from "./version-table.ts";

/** Key lists of a path that are compared with a new one: two branches may alternate between a few. */
const MAX_KEY_LISTS = 4;

/** A version to be read. */
export interface WantedVersion {
  /** what the caller knows it by */
  readonly id: number;
  readonly path: string;
  readonly oid: Sha;
  readonly kind: VersionKind;
  /** the commit that brought it in, by any number */
  readonly commit: number;
}

/** Versions that are asked for together. */
export interface WantedGroup {
  readonly versions: readonly WantedVersion[];
  /**
   * whether the names of the rows are inferred from these first: all are of one path that `needsSample()`, newest first,
   * at most SAMPLED_VERSIONS (20) of them
   */
  readonly isSample: boolean;
}

/** A version that was read. */
export interface ReadVersion {
  readonly id: number;
  /** bytes; 0 where there was nothing to read */
  readonly size: number;
  readonly reading: Reading;
}

/** Reads the versions of one repository. */
export class FileVersionReader {
  readonly #repository: GitRepository;
  readonly #matcher: MetricPathMatcher;
  readonly #identities: PathIdentities;
  readonly #parser: FileParser;
  readonly #older: OlderCommits | null;
  readonly #keyLists = new Map<string, (readonly string[])[]>();

  /** @param older where further versions are found of a path whose rows need names and whose sample is small */
  constructor(
    repository: GitRepository,
    matcher: MetricPathMatcher,
    identities: PathIdentities,
    pool: ParsePool = parsePool,
    older: OlderCommits | null = null,
  ) {
    this.#repository = repository;
    this.#matcher = matcher;
    this.#identities = identities;
    this.#older = older;
    this.#parser = new FileParser(pool, () => readTipFiles(repository));
  }

  /** @returns whether the names of the path's rows have to be inferred before any version of it is read */
  needsSample(path: string): boolean {
    return !this.#identities.has(path);
  }

  /**
   * Reads versions, nearly in the order asked: a blob that stands in several places comes at the first of them, a sample
   * when the last of its versions is there, and one that needs versions of older commits after everything else. Some are
   * read ahead of the one that is waited for.
   * @throws TidemarkError those of `readBlobs()` and of `OlderCommits`, and the signal's reason
   */
  async *read(groups: readonly WantedGroup[], signal?: AbortSignal): AsyncGenerator<ReadVersion> {
    const small: Sample[] = [];
    yield* this.#readGroups(groups, small, signal);
    if (small.length === 0 || this.#older === null) return;
    yield* this.#readGroups(await withOlder(small, this.#older), null, signal);
  }

  /** @param small takes the samples that are too small; null: they are as large as they can be */
  async *#readGroups(
    groups: readonly WantedGroup[],
    small: Sample[] | null,
    signal?: AbortSignal,
  ): AsyncGenerator<ReadVersion> {
    const waiting = new Map<Sha, WantedVersion[]>();
    const samples = new Map<string, Sample>();
    for (const { versions, isSample } of groups) {
      const files = versions.filter(({ kind }) => kind === "file");
      for (const version of versions) {
        if (version.kind !== "file") yield { id: version.id, size: 0, reading: withoutBlob(version.kind) };
      }
      for (const version of files) pushTo(waiting, version.oid, version);
      const path = files[0]?.path;
      if (isSample && path !== undefined) samples.set(path, { order: files, blobs: new Map(), later: [] });
    }
    if (waiting.size === 0) return;
    const queue = new ReadingQueue();
    const stop = (): void => this.#parser.cancel(queue, signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const query = { maxBytes: MAX_FILE_BYTES, ...(signal ? { signal } : {}) };
      for await (const blob of readBlobs(this.#repository, [...waiting.keys()], query)) {
        for (const version of waiting.get(blob.oid) ?? []) {
          const sample = samples.get(version.path);
          if (sample === undefined) this.#readOne(version, blob, queue);
          else if (collect(sample, version, blob)) {
            samples.delete(version.path);
            await this.#readSample(version.path, sample, queue, small);
          }
          while (queue.isFull) yield await queue.next();
        }
        waiting.delete(blob.oid);
        yield* queue.settled();
      }
      while (queue.length > 0) yield await queue.next();
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
    }
  }

  async #readSample(path: string, sample: Sample, queue: ReadingQueue, small: Sample[] | null): Promise<void> {
    const { order, blobs, later } = sample;
    const files = order.flatMap((version) => fileOf(version, blobs.get(version.id) as BlobReading) ?? []);
    const identities = await this.#parser.inferIdentities(files, queue);
    if (identities !== null && order.length < SAMPLED_VERSIONS && small !== null && this.#older !== null) {
      small.push({ ...sample, blobs: new Map() }); // git gives them once more: all of them would be too much to hold
      return;
    }
    // a file that begins broken or empty has said nothing yet: its next versions are asked again
    const isOpen = identities === null && order.length < SAMPLED_VERSIONS;
    if (!isOpen) this.#identities.choose(path, identities ?? {});
    for (const version of order)
      if (version.id >= 0) this.#readOne(version, blobs.get(version.id) as BlobReading, queue);
    for (const { version, blob } of later) this.#readOne(version, blob, queue);
  }

  #readOne(version: WantedVersion, blob: BlobReading, queue: ReadingQueue): void {
    const { id, path } = version;
    const file = fileOf(version, blob);
    if (file === null) {
      if ("missing" in blob) queue.add({ id, size: 0 }, missing(), 0);
      else queue.add({ id, size: blob.size }, tooLarge(blob.size), 0);
      return;
    }
    const identity = this.#identities.of(path, this.#matcher);
    const identityIsChosen = this.#identities.isChosen(path, this.#matcher);
    const size = file.bytes.length;
    const reading = this.#parser.read(file, { identity, identityIsChosen }, queue);
    if (reading instanceof Promise) {
      const shared = reading.then((each) => this.#withSharedKeys(path, each));
      queue.add({ id, size }, shared, size);
    } else queue.add({ id, size }, this.#withSharedKeys(path, reading), 0);
  }

  /** Gives documents with equal keys the same array of them. */
  #withSharedKeys(path: string, reading: Reading): Reading {
    if (reading.document === null) return reading;
    const { keys, values } = reading.document;
    const lists = this.#keyLists.get(path) ?? [];
    const known = lists.find((each) => sameTexts(each, keys));
    if (known === undefined) this.#keyLists.set(path, [keys, ...lists.slice(0, MAX_KEY_LISTS - 1)]);
    else if (known !== keys) return { ...reading, document: { keys: known, values } };
    return reading;
  }
}

/** Adds to each sample the versions that older commits had, by ids below zero: nobody asked for these. */
async function withOlder(samples: readonly Sample[], older: OlderCommits): Promise<WantedGroup[]> {
  const pathOf = ({ order }: Sample): string => (order[0] as WantedVersion).path;
  const wishes = samples.map((sample) => {
    const known = new Set(sample.order.map(({ oid }) => oid));
    return [pathOf(sample), { known, count: SAMPLED_VERSIONS - sample.order.length }] as const;
  });
  const found = await older.versionsOf(new Map(wishes));
  return samples.flatMap((sample) => {
    const path = pathOf(sample);
    const further = (found.get(path) ?? []).map((oid, index): WantedVersion => {
      return { id: -1 - index, path, oid, kind: "file", commit: -1 - index };
    });
    const later = { versions: sample.later.map(({ version }) => version), isSample: false };
    return [{ versions: [...sample.order, ...further], isSample: true }, later];
  });
}

/** The newest versions of one path, held until all have come. */
interface Sample {
  readonly order: readonly WantedVersion[];
  readonly blobs: Map<number, BlobReading>;
  /** others of the path that came before the sample was whole */
  readonly later: { readonly version: WantedVersion; readonly blob: BlobReading }[];
}

function fileOf({ path, oid, commit }: WantedVersion, blob: BlobReading): ParsedFile | null {
  if ("missing" in blob || blob.bytes === null) return null;
  return { path, oid, commit, bytes: blob.bytes };
}

function pushTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** @returns whether the sample is whole now */
function collect(sample: Sample, version: WantedVersion, blob: BlobReading): boolean {
  if (sample.order.includes(version)) sample.blobs.set(version.id, blob);
  else sample.later.push({ version, blob });
  return sample.blobs.size === sample.order.length;
}

function withoutBlob(kind: VersionKind): Reading {
  if (kind === "symlink") return problemReading("symlink", "a symbolic link", "a file");
  if (kind === "submodule") return problemReading("submodule", "a submodule", "a file");
  return problemReading(
    "dvc-tracked",
    "only a note that DVC keeps the file outside Git",
    "the file itself, committed to Git",
  );
}

function missing(): Reading {
  return problemReading("missing-object", "no content: the object is missing or damaged here", "a complete clone");
}

function tooLarge(size: number): Reading {
  const limit = MAX_FILE_BYTES;
  const isClose = mebibytes(size) === mebibytes(limit);
  const [found, wanted] = isClose ? [`${size} bytes`, `${limit} bytes`] : [mebibytes(size), mebibytes(limit)];
  return problemReading("too-large", `a file of ${found}`, `at most ${wanted}`, { size, limit });
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toFixed(1))} MiB`;
}
