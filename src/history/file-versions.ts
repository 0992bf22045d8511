// Reads file versions: each blob once, parsed and flattened with the identity of its path.
import { readMetricFile, READER_VERSION, sampleRows } from "../domain/formats/read-file.ts";
import { KeySteps } from "../domain/key-step.ts";
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import type { MetricPathMatcher } from "../domain/metric-paths.ts";
import type { FlatDocument, ProblemReason, Reading, RowIdentities, Sha } from "../domain/model.ts";
import { inferIdentities } from "../domain/row-identity.ts";
import { problemOf, unreadable, type ProblemPlace } from "../domain/unreadable.ts";
import { type BlobReading, readBlobs } from "../git/blobs.ts";
import type { GitRepository } from "../git/repository.ts";
import type { PathIdentities } from "./path-identities.ts";
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
  readonly #keyLists = new Map<string, (readonly string[])[]>();
  readonly #steps = new KeySteps();

  constructor(repository: GitRepository, matcher: MetricPathMatcher, identities: PathIdentities) {
    this.#repository = repository;
    this.#matcher = matcher;
    this.#identities = identities;
  }

  /** @returns whether the names of the path's rows have to be inferred before any version of it is read */
  needsSample(path: string): boolean {
    return this.#identities.of(path, this.#matcher) === undefined;
  }

  /**
   * Reads versions, nearly in the order asked: a blob that stands in several places comes at the first of them, and a
   * sample when the last of its versions is there.
   */
  async *read(groups: readonly WantedGroup[], signal?: AbortSignal): AsyncGenerator<ReadVersion> {
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
    const query = { maxBytes: MAX_FILE_BYTES, ...(signal ? { signal } : {}) };
    for await (const blob of readBlobs(this.#repository, [...waiting.keys()], query)) {
      for (const version of waiting.get(blob.oid) ?? []) {
        const sample = samples.get(version.path);
        if (sample === undefined) yield this.#readOne(version, blob);
        else if (collect(sample, version, blob)) {
          samples.delete(version.path);
          yield* this.#readSample(version.path, sample);
        }
      }
      waiting.delete(blob.oid);
    }
  }

  *#readSample(path: string, sample: Sample): Generator<ReadVersion> {
    this.#identities.choose(path, inferFrom(path, sample));
    for (const version of sample.order) yield this.#readOne(version, sample.blobs.get(version.id) as BlobReading);
    for (const { version, blob } of sample.later) yield this.#readOne(version, blob);
  }

  #readOne(version: WantedVersion, blob: BlobReading): ReadVersion {
    const { id, path } = version;
    if ("missing" in blob) return { id, size: 0, reading: missing() };
    const { size, bytes } = blob;
    if (bytes === null) return { id, size, reading: tooLarge(size) };
    const identity = this.#identities.of(path, this.#matcher) ?? null;
    const identityIsChosen = this.#identities.isChosen(path, this.#matcher);
    const reading = readMetricFile(bytes, { path, identity, identityIsChosen, steps: this.#steps });
    if (reading.document === null) return { id, size, reading };
    return { id, size, reading: { ...reading, document: this.#shareKeys(path, reading.document) } };
  }

  /** Gives documents with equal keys the same array of them. */
  #shareKeys(path: string, document: FlatDocument): FlatDocument {
    const lists = this.#keyLists.get(path) ?? [];
    const known = lists.find((keys) => sameTexts(keys, document.keys));
    if (known !== undefined) return { keys: known, values: document.values };
    this.#keyLists.set(path, [document.keys, ...lists.slice(0, MAX_KEY_LISTS - 1)]);
    return document;
  }
}

/** The newest versions of one path, held until all have come. */
interface Sample {
  readonly order: readonly WantedVersion[];
  readonly blobs: Map<number, BlobReading>;
  /** others of the path that came before the sample was whole */
  readonly later: { readonly version: WantedVersion; readonly blob: BlobReading }[];
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

function inferFrom(path: string, sample: Sample): RowIdentities {
  const rows = sample.order.map(({ id }) => {
    const blob = sample.blobs.get(id);
    return blob === undefined || "missing" in blob || blob.bytes === null ? null : sampleRows(blob.bytes, path);
  });
  return inferIdentities(rows.filter((each) => each !== null));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  // from the end: a list that grew differs there first
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** What stands where no file could be read at all. */
function problemReading(reason: ProblemReason, found: string, wanted: string, place?: ProblemPlace): Reading {
  const problem = problemOf(unreadable(reason, found, wanted, place));
  return { adapter: "none", adapterVersion: READER_VERSION, document: null, problem, warnings: [], unstableKeys: [] };
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
