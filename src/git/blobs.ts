// Contents of files by object id: many at a time, fetched first where the mirror has none, nothing over the limit held.
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { encodeName } from "./names.ts";
import { type ObjectHead, ObjectReader } from "./blob-stream.ts";
import type { GitRepository } from "./repository.ts";
import { runGit, streamGit } from "./run.ts";
import { listTree, requireSha, type TreeFile } from "./trees.ts";

/** One object that was asked for. */
export type BlobReading =
  | { readonly oid: Sha; readonly size: number /** null: larger than the limit */; readonly bytes: Uint8Array | null }
  | { readonly oid: Sha; readonly missing: true };

/** How to read blobs. */
export interface BlobQuery {
  /** larger ones are not read */
  readonly maxBytes: number;
  /** told how many objects are at hand so far, fetched or there before */
  readonly onFetched?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const ATTEMPT = "read the files of";
/** Damaged objects of one chunk that are passed over: each costs a process. */
const MAX_DAMAGED = 20;
/** Objects of one request, and of one pair of processes. */
const CHUNK = 1_000;
const MIN_CHUNK = 100;
const MAX_CHUNK = 5_000;
/** So few are asked for without looking first whether they are there: those of a push mostly are. */
const HOPED_FOR = 64;
/** A request that took longer than this is followed by one of half the size, in milliseconds; a fourth: by a double one. */
const SLOW_CHUNK_MS = 20_000;

/**
 * Reads blobs in the order asked, each distinct one once. In a partial mirror those that are not there are fetched,
 * a chunk ahead of the reading; in a local folder nothing is fetched and they are `missing`.
 * @throws TidemarkError `repository-corrupt`, and when fetching those of a remote
 */
export async function* readBlobs(
  repository: GitRepository,
  oids: readonly Sha[],
  query: BlobQuery,
): AsyncGenerator<BlobReading> {
  const wanted = [...new Set(oids)];
  const stop = new AbortController();
  const signal = query.signal ? AbortSignal.any([query.signal, stop.signal]) : stop.signal;
  let size = CHUNK;
  const isHopeful = repository.kind === "mirror" && repository.partial && wanted.length <= HOPED_FOR;
  let next = isHopeful ? Promise.resolve(hopefully(wanted)) : prepare(repository, wanted.slice(0, size), signal);
  try {
    for (let at = 0; at < wanted.length; ) {
      const chunk = await next;
      at += chunk.oids.length;
      query.onFetched?.(at, wanted.length);
      if (chunk.tookMs > SLOW_CHUNK_MS) size = Math.max(MIN_CHUNK, size >> 1);
      else if (chunk.tookMs < SLOW_CHUNK_MS / 4) size = Math.min(MAX_CHUNK, size * 2);
      next = prepare(repository, wanted.slice(at, at + size), signal);
      next.catch(() => undefined); // it is awaited in the next round, or nobody wants it any more
      yield* readChunk(repository, chunk, query.maxBytes, signal);
    }
    await next;
  } finally {
    stop.abort();
  }
}

/** Reads one blob. */
export async function readBlob(repository: GitRepository, oid: Sha, query: BlobQuery): Promise<BlobReading> {
  for await (const reading of readBlobs(repository, [oid], query)) return reading;
  return { oid, missing: true };
}

/** Reads the file at a path of a commit; null when that commit has no such file. A symlink's content is its target. */
export async function readPath(
  repository: GitRepository,
  sha: Sha,
  path: string,
  query: BlobQuery,
): Promise<BlobReading | null> {
  const file = await findPath(repository, sha, path);
  return file === null || file.kind === "submodule" ? null : readBlob(repository, file.oid, query);
}

async function findPath(repository: GitRepository, sha: Sha, path: string): Promise<TreeFile | null> {
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) return null;
  const bytes = encodeName(path);
  if (!bytes.equals(Buffer.from(path, "utf8"))) {
    return (await listTree(repository, sha, { wants: (other) => other === path })).files[0] ?? null;
  }
  const args = ["ls-tree", "-z", "--full-tree", "--end-of-options", requireSha(sha), path];
  const output = (await runGit(repository, args, { attempt: "find a file in" })).toString("utf8");
  const [, mode, type, oid, name] = /^(\d{6}) (\w+) ([0-9a-f]+)\t([^\0]*)\0/.exec(output) ?? [];
  if (name !== path || type === "tree") return null;
  const kind = type === "commit" ? "submodule" : mode === "120000" ? "symlink" : "file";
  return { path, kind, oid: oid as Sha };
}

/** A chunk whose objects are at hand, except for the ones that cannot be. */
interface Chunk {
  readonly oids: readonly Sha[];
  readonly missing: ReadonlySet<Sha>;
  readonly tooLarge: ReadonlyMap<Sha, number>;
  readonly tookMs: number;
  /** whether some may not be there after all */
  readonly isHope?: boolean;
}

function hopefully(oids: readonly Sha[]): Chunk {
  return { oids, missing: new Set(), tooLarge: new Map(), tookMs: 0, isHope: true };
}

async function prepare(repository: GitRepository, oids: readonly Sha[], signal: AbortSignal): Promise<Chunk> {
  const began = performance.now();
  const nothing = { oids, missing: new Set<Sha>(), tooLarge: new Map<Sha, number>(), tookMs: 0 };
  if (!repository.partial || oids.length === 0) return nothing;
  // a whole repository, such as a person's own, needs nothing of what fetches
  const { prefetchBlobs, presentBlobs } = await import("./prefetch.ts");
  const present = await presentBlobs(repository, oids, signal);
  const absent = oids.filter((oid) => !present.has(oid));
  if (absent.length === 0) return nothing;
  if (repository.kind === "local") return { ...nothing, missing: new Set(absent) };
  const { missing, tooLarge } = await prefetchBlobs(repository, absent, signal);
  return { oids, missing, tooLarge, tookMs: performance.now() - began };
}

/** Reads a chunk. An object of a folder that git cannot unpack ends the process; it is missing, another one reads on. */
async function* readChunk(
  repository: GitRepository,
  chunk: Chunk,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<BlobReading> {
  const { oids, missing, tooLarge } = chunk;
  const present = oids.filter((oid) => !missing.has(oid) && !tooLarge.has(oid));
  let objects = new Objects(repository, present, signal);
  try {
    const found = chunk.isHope === true ? await objects.sizesIfAll() : await objects.sizes();
    if (found === null) return yield* readChunk(repository, await prepare(repository, oids, signal), maxBytes, signal);
    const sizes = new Map([...tooLarge, ...found]);
    const readable = (oid: Sha): boolean => (sizes.get(oid) ?? Infinity) <= maxBytes && !tooLarge.has(oid);
    objects.ask(present.filter(readable));
    let damaged = 0;
    for (const [index, oid] of oids.entries()) {
      const size = sizes.get(oid) ?? null;
      try {
        if (size === null) yield { oid, missing: true };
        else yield { oid, size, bytes: readable(oid) ? await objects.next(oid) : null };
      } catch (error) {
        damaged += 1;
        if (repository.kind === "mirror") throw error; // what is damaged in a cache is whole where it came from
        if (!isTidemarkError(error, "repository-corrupt") || damaged > MAX_DAMAGED) throw error;
        yield { oid, missing: true };
        await objects.close();
        objects = new Objects(repository, [], signal);
        objects.ask(oids.slice(index + 1).filter(readable));
      }
    }
  } finally {
    await objects.close();
  }
}

/** Objects of one `git cat-file`, which is first asked for the sizes of all, then for the contents of some. */
class Objects {
  readonly #oids: readonly Sha[];
  readonly #reader: ObjectReader;
  readonly #wanted = Promise.withResolvers<readonly Sha[]>();

  /** @param oids whose sizes are asked for */
  constructor(repository: GitRepository, oids: readonly Sha[], signal: AbortSignal) {
    this.#oids = oids;
    const call = { attempt: ATTEMPT, input: this.#questions(), signal };
    this.#reader = new ObjectReader(streamGit(repository, ["cat-file", "--batch-command", "--buffer"], call).stdout);
  }

  /** @returns the size of each blob in bytes; null for what is missing or no blob */
  async sizes(): Promise<Map<Sha, number | null>> {
    const sizes = new Map<Sha, number | null>();
    for (const oid of this.#oids) {
      const head = await this.#headOf(oid);
      sizes.set(oid, head.type === "blob" ? head.size : null);
    }
    return sizes;
  }

  /** @returns null when one is missing, at which git may end */
  async sizesIfAll(): Promise<Map<Sha, number | null> | null> {
    const sizes = await this.sizes().catch((error: unknown) => {
      if (!isTidemarkError(error, "repository-corrupt", "git-failed")) throw error;
      return null;
    });
    return sizes === null || [...sizes.values()].includes(null) ? null : sizes;
  }

  /** Asks for the contents of these objects, once; `next()` gives them in order. */
  ask(oids: readonly Sha[]): void {
    this.#wanted.resolve(oids);
  }

  async next(oid: Sha): Promise<Buffer> {
    const { type, size } = await this.#headOf(oid);
    if (type === null) throw new Error(`cat-file has lost ${oid}`);
    return this.#reader.body(size);
  }

  async close(): Promise<void> {
    this.ask([]);
    await this.#reader.close();
  }

  async *#questions(): AsyncGenerator<string> {
    if (this.#oids.length > 0) yield `${this.#oids.map((oid) => `info ${oid}\n`).join("")}flush\n`;
    yield (await this.#wanted.promise).map((oid) => `contents ${oid}\n`).join("");
  }

  async #headOf(oid: Sha): Promise<ObjectHead> {
    const head = await this.#reader.head();
    if (head?.oid !== oid) throw new Error(`cat-file did not answer for ${oid}`);
    return head;
  }
}
