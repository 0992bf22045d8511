// What stays of commits in Postgres when they are archived: written with the manifest, from what is true at that moment.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { readKeptFacts, type KeptFacts } from "../store/archive-source.ts";
import {
  type ArchivedChunk,
  CHUNK_COMMITS,
  chunkOf,
  putArchived,
  readArchivedBetween,
} from "../store/archived-commit.ts";
import type { Reader, Transaction } from "../store/database.ts";

/** Chunks that are read or written at a time: a few hundred kB of them. */
const BATCH_CHUNKS = 8;

type Writable = {
  -readonly [Name in keyof ArchivedChunk]: ArchivedChunk[Name] extends readonly (infer Item)[]
    ? Item[]
    : ArchivedChunk[Name] extends ReadonlyMap<infer Key, infer Item>
      ? Map<Key, Item>
      : ArchivedChunk[Name];
};

/** A range of commits that is archived in this transaction. */
export interface PublishedRange {
  readonly repositoryId: RepositoryId;
  readonly first: number;
  readonly last: number;
  /** of merges: positions of further parents, by position */
  readonly otherParents: ReadonlyMap<number, readonly number[]>;
  /** beside the positions from `first` on, as they stand in the objects */
  readonly ordinals: Int32Array;
  readonly lines: Int32Array;
}

/**
 * Writes what stays of the commits of a range.
 * @returns whether the objects say otherwise of some commit's line, or do not know that no branch reaches it
 */
export async function putSkeleton(tx: Transaction, range: PublishedRange): Promise<boolean> {
  const { repositoryId, first, last } = range;
  const before = await readArchivedBetween(tx, repositoryId, first, first);
  let stale = false;
  for (let from = chunkOf(first); from <= last; from += BATCH_CHUNKS * CHUNK_COMMITS) {
    const to = Math.min(last, from + BATCH_CHUNKS * CHUNK_COMMITS - 1);
    const commits = await readKeptFacts(tx, repositoryId, Math.max(first, from), to);
    const chunks = new Map<number, Writable>();
    for (let position = from; position <= to; position += CHUNK_COMMITS) {
      const size = Math.min(CHUNK_COMMITS, last - position + 1);
      chunks.set(
        position,
        emptyChunk(
          position,
          size,
          before.find((chunk) => chunk.position === position),
        ),
      );
    }
    for (const commit of commits) {
      put(chunks.get(chunkOf(commit.position)) as Writable, commit, range.otherParents.get(commit.position));
      const index = commit.position - first;
      if (commit.line !== range.lines[index] || commit.ordinal !== range.ordinals[index]) stale = true;
    }
    const digits = [...chunks.values()].flatMap(({ shas }) => shas).find((sha) => sha !== null)?.length ?? 40;
    await putArchived(tx, repositoryId, [...chunks.values()], digits);
  }
  return stale;
}

/** @returns a chunk of so many positions, with what stood in it before */
function emptyChunk(position: number, size: number, before: ArchivedChunk | undefined): Writable {
  const numbers = (fill: number, of: Int32Array | undefined): Int32Array => {
    const list = new Int32Array(size).fill(fill);
    if (of !== undefined) list.set(of.subarray(0, size));
    return list;
  };
  return {
    position,
    shas: Array.from({ length: size }, (_, index) => before?.shas[index] ?? null),
    firstParents: numbers(-1, before?.firstParents),
    ordinals: numbers(0, before?.ordinals),
    lines: numbers(0, before?.lines),
    otherParents: new Map(before?.otherParents),
    unreachable: new Map(before?.unreachable),
  };
}

function put(chunk: Writable, commit: KeptFacts, others: readonly number[] | undefined): void {
  const index = commit.position - chunk.position;
  chunk.shas[index] = commit.sha as Sha;
  chunk.firstParents[index] = commit.firstParent;
  chunk.ordinals[index] = commit.ordinal;
  chunk.lines[index] = commit.line;
  if (others !== undefined && others.length > 0) chunk.otherParents.set(commit.position, others);
  else chunk.otherParents.delete(commit.position);
  if (commit.unreachableSince !== null) chunk.unreachable.set(commit.position, commit.unreachableSince);
  else chunk.unreachable.delete(commit.position);
}

/**
 * Finds the parents of merges that are archived already and not in Postgres any more. Positions never change: what is found
 * here is true later.
 * @param known positions of the further parents that are in Postgres, by position
 * @param elsewhere ids of those that are not
 * @param below only positions below this one can have them
 * @returns all that are stored
 */
export async function withArchivedParents(
  reader: Reader,
  repository: RepositoryId,
  {
    known,
    elsewhere,
    below,
  }: {
    readonly known: ReadonlyMap<number, readonly number[]>;
    readonly elsewhere: ReadonlyMap<number, readonly string[]>;
    readonly below: number;
  },
): Promise<ReadonlyMap<number, readonly number[]>> {
  const wanted = new Set([...elsewhere.values()].flat());
  if (wanted.size === 0) return known;
  const found = new Map<string, number>();
  for (let from = 0; from < below && found.size < wanted.size; from += BATCH_CHUNKS * CHUNK_COMMITS) {
    const to = Math.min(below, from + BATCH_CHUNKS * CHUNK_COMMITS) - 1;
    for (const { position, shas } of await readArchivedBetween(reader, repository, from, to)) {
      for (const [index, sha] of shas.entries()) if (sha !== null && wanted.has(sha)) found.set(sha, position + index);
    }
  }
  const all = new Map(known);
  for (const [position, shas] of elsewhere) {
    const more = shas.flatMap((sha) => found.get(sha) ?? []);
    if (more.length > 0) all.set(position, [...(known.get(position) ?? []), ...more]);
  }
  return all;
}
