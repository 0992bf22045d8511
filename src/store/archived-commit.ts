// What stays in Postgres of archived commits: ids, parents, depths and lines, in chunks of 1,024 positions.
import type { RepositoryId, Sha } from "../domain/model.ts";
import type { PreparedStatement, Reader, Transaction } from "./organization-store.ts";

/** Positions of a chunk: 36 kB, small enough to be read for one commit, large enough that a row's own cost is nothing. */
export const CHUNK_COMMITS = 1_024;

/** A chunk. Lists are beside each other: index 0 is the commit at `position`; the last chunk may be shorter. */
export interface ArchivedChunk {
  /** a multiple of CHUNK_COMMITS */
  readonly position: number;
  /** hex; null where no commit is stored (any more) */
  readonly shas: readonly (Sha | null)[];
  /** positions; -1: a root, or not stored */
  readonly firstParents: Int32Array;
  /** -1 where no commit is stored */
  readonly ordinals: Int32Array;
  /** numbers of branches; 0: none */
  readonly lines: Int32Array;
  /** of merges: positions of their further parents that are stored, by position */
  readonly otherParents: ReadonlyMap<number, readonly number[]>;
  /** since when no branch reaches them, by position */
  readonly unreachable: ReadonlyMap<number, Date>;
}

/** @returns the chunk that a position is in, by its first position */
export function chunkOf(position: number): number {
  return position - (position % CHUNK_COMMITS);
}

interface ChunkRow {
  readonly position: number;
  readonly shas: Buffer;
  readonly firstParents: Buffer;
  readonly ordinals: Buffer;
  readonly lines: Buffer;
  readonly otherParents: Readonly<Record<string, readonly number[]>>;
  readonly unreachable: Readonly<Record<string, string>>;
}

/** 32-bit numbers in network order. */
function numbersIn(bytes: Buffer): Int32Array {
  const list = new Int32Array(bytes.length / 4);
  for (let index = 0; index < list.length; index++) list[index] = bytes.readInt32BE(index * 4);
  return list;
}

function bytesOf(numbers: Int32Array): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeInt32BE(number, index * 4);
  return bytes;
}

function shasIn(bytes: Buffer, commits: number): (Sha | null)[] {
  const size = bytes.length / commits;
  const hex = bytes.toString("hex");
  const none = "0".repeat(size * 2);
  return Array.from({ length: commits }, (_, index) => {
    const sha = hex.slice(index * size * 2, (index + 1) * size * 2);
    return sha === none ? null : (sha as Sha);
  });
}

function decoded(row: ChunkRow): ArchivedChunk {
  const firstParents = numbersIn(row.firstParents);
  return {
    position: row.position,
    shas: shasIn(row.shas, firstParents.length),
    firstParents,
    ordinals: numbersIn(row.ordinals),
    lines: numbersIn(row.lines),
    otherParents: new Map(Object.entries(row.otherParents).map(([position, list]) => [Number(position), list])),
    unreachable: new Map(Object.entries(row.unreachable).map(([position, time]) => [Number(position), new Date(time)])),
  };
}

const CHUNK = `position, shas, first_parents AS "firstParents", ordinals, lines, other_parents AS "otherParents", unreachable`;

const BETWEEN: PreparedStatement = {
  name: "archived_chunks_between",
  text: `
  SELECT ${CHUNK} FROM archived_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4 ORDER BY position`,
};

/** @returns the chunks that hold positions from `lowest` to `highest`, both included, by position */
export async function readArchivedBetween(
  reader: Reader,
  repository: RepositoryId,
  lowest: number,
  highest: number,
): Promise<ArchivedChunk[]> {
  if (highest < lowest || highest < 0) return [];
  const rows = await reader.query<ChunkRow>(BETWEEN, [repository, chunkOf(Math.max(lowest, 0)), highest]);
  return rows.map(decoded);
}

const AT: PreparedStatement = {
  name: "archived_chunks_at",
  text: `
  SELECT ${CHUNK} FROM archived_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[]) ORDER BY position`,
};

/** @returns the chunks that hold these positions */
export async function readArchivedAt(
  reader: Reader,
  repository: RepositoryId,
  positions: Iterable<number>,
): Promise<ArchivedChunk[]> {
  const chunks = new Set([...positions].map(chunkOf));
  if (chunks.size === 0) return [];
  return (await reader.query<ChunkRow>(AT, [repository, [...chunks]])).map(decoded);
}

const SHAS: PreparedStatement = {
  name: "archived_shas",
  text: `
  SELECT wanted.position, encode(substring(c.shas FROM (wanted.position - c.position)::int * c.size + 1 FOR c.size), 'hex') AS sha
  FROM unnest($3::bigint[]) AS wanted(position)
  JOIN (SELECT position, shas, octet_length(shas) * 4 / octet_length(ordinals) AS size FROM archived_commit
    WHERE organization_id = $1 AND repository_id = $2) AS c
    ON c.position = wanted.position - wanted.position % ${CHUNK_COMMITS}`,
};

/**
 * Reads ids alone: of a chunk no more than the pieces that they are in.
 * @param positions of commits that are stored
 * @returns by position
 */
export async function readArchivedShas(
  reader: Reader,
  repository: RepositoryId,
  positions: Int32Array,
): Promise<ReadonlyMap<number, Sha>> {
  const rows = await reader.query<{ position: number; sha: Sha }>(SHAS, [repository, [...positions]]);
  return new Map(rows.map(({ position, sha }) => [position, sha]));
}

/** An archived commit, by what stays of it. */
export interface ArchivedCommit {
  readonly position: number;
  readonly sha: Sha;
  /** -1: a root, or not stored */
  readonly firstParent: number;
  readonly ordinal: number;
  /** 0: none */
  readonly line: number;
  readonly otherParents: readonly number[];
  readonly unreachableSince: Date | null;
}

/** @returns the commit at a position of the chunk, or null where none is stored */
export function commitIn(chunk: ArchivedChunk, position: number): ArchivedCommit | null {
  const index = position - chunk.position;
  const sha = chunk.shas[index];
  if (sha === undefined || sha === null) return null;
  return {
    position,
    sha,
    firstParent: chunk.firstParents[index] ?? -1,
    ordinal: chunk.ordinals[index] ?? 0,
    line: chunk.lines[index] ?? 0,
    otherParents: chunk.otherParents.get(position) ?? [],
    unreachableSince: chunk.unreachable.get(position) ?? null,
  };
}

// Bytes are looked for wherever they stand in a chunk; whether an id begins there is checked afterwards.
const WITH_BYTES: PreparedStatement = {
  name: "archived_chunks_with",
  text: `
  SELECT ${CHUNK} FROM archived_commit c
  WHERE organization_id = $1 AND repository_id = $2
    AND EXISTS (SELECT FROM unnest($3::bytea[]) AS wanted(bytes) WHERE position(wanted.bytes IN c.shas) > 0)`,
};

/**
 * Finds archived commits by the first digits of their ids. Every chunk is looked through: 20 ms for a million commits.
 * @param prefixes lower-case hex, 2 digits or more
 * @returns in no order
 */
export async function findArchived(
  reader: Reader,
  repository: RepositoryId,
  prefixes: readonly string[],
): Promise<ArchivedCommit[]> {
  if (prefixes.length === 0) return [];
  const bytes = prefixes.map((prefix) => Buffer.from(prefix.slice(0, prefix.length - (prefix.length % 2)), "hex"));
  const rows = await reader.query<ChunkRow>(WITH_BYTES, [repository, bytes]);
  const whole = new Set(prefixes);
  const partial = prefixes.filter((prefix) => prefix.length < 40);
  return rows.map(decoded).flatMap((chunk) =>
    chunk.shas.flatMap((sha, index) => {
      if (sha === null || !(whole.has(sha) || partial.some((prefix) => sha.startsWith(prefix)))) return [];
      return commitIn(chunk, chunk.position + index) ?? [];
    }),
  );
}

const PUT = `
  INSERT INTO archived_commit (organization_id, repository_id, position, shas, first_parents, ordinals, lines,
    other_parents, unreachable)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb)
  ON CONFLICT (organization_id, repository_id, position) DO UPDATE
  SET shas = excluded.shas, first_parents = excluded.first_parents, ordinals = excluded.ordinals,
    lines = excluded.lines, other_parents = excluded.other_parents, unreachable = excluded.unreachable`;

/**
 * Writes chunks: what was there at their positions is replaced.
 * @param digits hex digits of the repository's object ids, 40 or 64
 */
export async function putArchived(
  tx: Transaction,
  repository: RepositoryId,
  chunks: readonly ArchivedChunk[],
  digits: number,
): Promise<void> {
  for (const chunk of chunks) {
    const shas = Buffer.from(chunk.shas.map((sha) => sha ?? "0".repeat(digits)).join(""), "hex");
    const ordinals = chunk.ordinals.map((ordinal, index) => (chunk.shas[index] == null ? -1 : ordinal));
    const lists = [chunk.firstParents, ordinals, chunk.lines].map(bytesOf);
    const others = JSON.stringify(Object.fromEntries(chunk.otherParents));
    const unreachable = JSON.stringify(Object.fromEntries(chunk.unreachable));
    await tx.query(PUT, [repository, chunk.position, shas, ...lists, others, unreachable]);
  }
}

const DELETE_ALL = `DELETE FROM archived_commit WHERE organization_id = $1 AND repository_id = $2`;
const DELETE_VERSIONS = `DELETE FROM archived_version WHERE organization_id = $1 AND repository_id = $2`;
const DELETE_PROBLEMS = `DELETE FROM archived_problem WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all that stays of archived commits and their files: they are in Postgres again, or an import starts anew. */
export async function deleteArchived(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
  await tx.query(DELETE_VERSIONS, [repository]);
  await tx.query(DELETE_PROBLEMS, [repository]);
}
