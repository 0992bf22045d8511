// The skeleton of a running import: which commit has which position, so that a crash resumes where it was.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { coldChunks, readHotFrom } from "./cold-commit.ts";
import type { Reader, Transaction } from "./database.ts";
import { streamedRows } from "./copy-rows.ts";

const COLUMNS = ["organization_id", "repository_id", "position", "shas", "first_parents"] as const;
/** Commits of a row: 80 kB of ids, so that reading one back is cheap and a long history still has few rows. */
const CHUNK_COMMITS = 4_096;
/** A first parent's position takes four bytes, in network order as Postgres' int4send() writes it. */
const PARENT_BYTES = 4;

/** A history as numbers: the commit at index i has position i. */
export interface Skeleton {
  readonly size: number;
  shaAt(position: number): Sha;
  /** position of each commit's first parent, -1 for a root */
  readonly firstParent: Int32Array;
}

/** Copies the skeleton of a whole history. */
export async function copySkeleton(tx: Transaction, repository: RepositoryId, skeleton: Skeleton): Promise<void> {
  const owner = { organizationId: tx.organizationId, repositoryId: repository };
  const firsts: number[] = [];
  for (let first = 0; first < skeleton.size; first += CHUNK_COMMITS) firsts.push(first);
  await tx.copyText(
    "import_commit",
    COLUMNS,
    streamedRows(owner, firsts.values(), (row, first) => {
      const end = Math.min(first + CHUNK_COMMITS, skeleton.size);
      const parents = Buffer.alloc((end - first) * PARENT_BYTES);
      let shas = "";
      for (let position = first; position < end; position++) {
        shas += skeleton.shaAt(position);
        parents.writeInt32BE(skeleton.firstParent[position] as number, (position - first) * PARENT_BYTES);
      }
      row.number(first).hex(shas).hex(parents.toString("hex")).endRow();
    }),
  );
}

const READ = `
  SELECT shas, first_parents AS "firstParents" FROM import_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = $3`;

/** @returns the commits of the chunk that begins at `position`, none after the last; the first parent of a root is -1 */
export async function readSkeleton(
  reader: Reader,
  repository: RepositoryId,
  position: number,
): Promise<{ sha: Buffer; firstParent: number }[]> {
  const [chunk] = await reader.query<{ shas: Buffer; firstParents: Buffer }>(READ, [repository, position]);
  if (chunk === undefined) return [];
  const size = chunk.firstParents.length / PARENT_BYTES;
  const bytes = chunk.shas.length / size;
  return Array.from({ length: size }, (_, index) => ({
    sha: chunk.shas.subarray(index * bytes, (index + 1) * bytes),
    firstParent: chunk.firstParents.readInt32BE(index * PARENT_BYTES),
  }));
}

// Positions may be left out where commits are gone: in the skeleton each commit has its place among those that are there.
const FROM_COMMITS = `
  WITH placed AS MATERIALIZED (
    SELECT position, sha, first_parent, row_number() OVER (ORDER BY position) - 1 AS index FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2)
  INSERT INTO import_commit (organization_id, repository_id, position, shas, first_parents)
  SELECT $1, $2, min(c.index), string_agg(c.sha, ''::bytea ORDER BY c.index),
    string_agg(int4send(coalesce(p.index, -1)::int), ''::bytea ORDER BY c.index)
  FROM placed c LEFT JOIN placed p ON p.position = c.first_parent
  GROUP BY c.index / ${CHUNK_COMMITS}`;

/**
 * Makes the skeleton of the commits that are stored, archived or not, whose history is to be read once more: its n-th commit is the one
 * with the n-th of `readPositions()`.
 */
export async function skeletonFromCommits(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE, [repository]);
  const hotFrom = await readHotFrom(tx, repository);
  if (hotFrom === 0) await tx.query(FROM_COMMITS, [repository]);
  else await copySkeleton(tx, repository, await wholeSkeleton(tx, repository, hotFrom));
}

const PLACED = `
  SELECT position, encode(sha, 'hex') AS sha, coalesce(first_parent, -1) AS "firstParent" FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position >= $3 ORDER BY position LIMIT $4`;
/** Commits asked for at a time. */
const PAGE_COMMITS = 20_000;

/** The skeleton of all commits, archived or not. */
async function wholeSkeleton(reader: Reader, repository: RepositoryId, hotFrom: number): Promise<Skeleton> {
  const shas: Sha[] = [];
  const parents: number[] = [];
  const places = new Map<number, number>();
  const add = (position: number, sha: Sha, parent: number): void => {
    places.set(position, shas.length);
    shas.push(sha);
    parents.push(parent);
  };
  for await (const { chunk, from, to } of coldChunks(reader, repository)) {
    for (let place = from; place < to; place++) {
      const sha = chunk.shas[place] ?? null;
      if (sha !== null) add(chunk.position + place, sha, chunk.firstParents[place] ?? -1);
    }
  }
  for (let next = hotFrom; ; ) {
    type Row = { position: number; sha: Sha; firstParent: number };
    const rows = await reader.query<Row>(PLACED, [repository, next, PAGE_COMMITS]);
    for (const { position, sha, firstParent } of rows) add(position, sha, firstParent);
    const last = rows.at(-1);
    if (last === undefined) break;
    next = last.position + 1;
  }
  const firstParent = Int32Array.from(parents, (parent) => places.get(parent) ?? -1);
  return { size: shas.length, shaAt: (place) => shas[place] as Sha, firstParent };
}

const DELETE = `DELETE FROM import_commit WHERE organization_id = $1 AND repository_id = $2`;

/** Removes the skeleton: the import is over, or starts anew. */
export async function deleteSkeleton(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE, [repository]);
}
