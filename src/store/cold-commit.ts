// Commits that have left git_commit, by what stays of them: what ingest asks of all commits is asked of these too. Who asks
// holds the repository's lease, so that no commit leaves in between.
import type { Ordinal, Position, RepositoryId, Sha } from "../domain/model.ts";
import {
  type ArchivedChunk,
  type ArchivedCommit,
  CHUNK_COMMITS,
  commitIn,
  findArchived,
  readArchivedAt,
  readArchivedBetween,
} from "./archived-commit.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** Chunks that are read at a time: 2 MB of them. */
const BATCH_CHUNKS = 64;
/** As many ids are looked for chunk by chunk in Postgres; for more all chunks are read. */
const FEW_SHAS = 2;

const HOT_FROM: PreparedStatement = {
  name: "hot_from",
  text: `SELECT hot_from AS "hotFrom" FROM git_repository WHERE organization_id = $1 AND id = $2`,
};

/** @returns the lowest position that may be in git_commit: the commits below are asked about here; 0: there are none */
export async function readHotFrom(reader: Reader, repository: RepositoryId): Promise<number> {
  const [row] = await reader.query<{ hotFrom: number }>(HOT_FROM, [repository]);
  return row?.hotFrom ?? 0;
}

/**
 * Goes through the chunks of the commits from one position to another, by rising position.
 * @yields each with the places in it that are meant
 */
export async function* coldChunks(
  reader: Reader,
  repository: RepositoryId,
  lowest = 0,
  highest = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<{ readonly chunk: ArchivedChunk; readonly from: number; readonly to: number }> {
  const last = Math.min(highest, (await readHotFrom(reader, repository)) - 1);
  for (let first = Math.max(0, lowest); first <= last; ) {
    const end = Math.min(last, first - (first % CHUNK_COMMITS) + BATCH_CHUNKS * CHUNK_COMMITS - 1);
    for (const chunk of await readArchivedBetween(reader, repository, first, end)) {
      const size = chunk.firstParents.length;
      yield { chunk, from: Math.max(0, first - chunk.position), to: Math.min(size, last - chunk.position + 1) };
    }
    first = end + 1;
  }
}

/** @returns those of the commits at these positions that have left git_commit and are stored, in no order */
export async function coldCommitsAt(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<ArchivedCommit[]> {
  if (positions.length === 0) return [];
  const hotFrom = await readHotFrom(reader, repository);
  const cold = positions.filter((position) => position >= 0 && position < hotFrom);
  if (cold.length === 0) return [];
  const chunks = new Map((await readArchivedAt(reader, repository, cold)).map((chunk) => [chunk.position, chunk]));
  return cold.flatMap((position) => {
    const chunk = chunks.get(position - (position % CHUNK_COMMITS));
    return chunk === undefined ? [] : (commitIn(chunk, position) ?? []);
  });
}

/** A commit that has left git_commit, by what places it in the history. */
export interface ColdCommit {
  readonly sha: Sha;
  readonly position: Position;
  readonly ordinal: Ordinal;
}

/** @returns those of `shas` that have left git_commit, in no order */
export async function findColdCommits(
  reader: Reader,
  repository: RepositoryId,
  shas: readonly Sha[],
): Promise<ColdCommit[]> {
  if (shas.length === 0) return [];
  const hotFrom = await readHotFrom(reader, repository);
  if (hotFrom === 0) return [];
  if (shas.length <= FEW_SHAS) {
    const few = await findArchived(reader, repository, shas);
    return few.flatMap(({ sha, position, ordinal }) => (position < hotFrom ? [placed(sha, position, ordinal)] : []));
  }
  const positions: number[] = [];
  for (let first = 0; first < hotFrom; first += BATCH_CHUNKS * CHUNK_COMMITS) {
    const last = Math.min(hotFrom, first + BATCH_CHUNKS * CHUNK_COMMITS) - 1;
    const rows = await reader.query<ShaList>(SHAS_BETWEEN, [repository, first, last]);
    for (const row of rows) positions.push(...placesOf(row, shas).filter((position) => position < hotFrom));
  }
  const commits = await coldCommitsAt(reader, repository, positions);
  return commits.map(({ sha, position, ordinal }) => placed(sha, position, ordinal));
}

const SHAS_BETWEEN: PreparedStatement = {
  name: "archived_shas_between",
  text: `
  SELECT position, shas, octet_length(ordinals) / 4 AS size FROM archived_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4 ORDER BY position`,
};

/** Ids of a chunk, one after the other. */
interface ShaList {
  readonly position: number;
  readonly shas: Buffer;
  readonly size: number;
}

/** @returns the positions of those of some commits that are in a chunk: four bytes of each id are looked at first */
function placesOf({ position, shas: bytes, size }: ShaList, shas: readonly Sha[]): number[] {
  const wanted = new Set<string>(shas);
  const beginnings = new Set(shas.map((sha) => Number.parseInt(sha.slice(0, 8), 16)));
  const length = bytes.length / size;
  const found: number[] = [];
  for (let place = 0; place < size; place++) {
    const at = place * length;
    if (beginnings.has(bytes.readUInt32BE(at)) && wanted.has(bytes.toString("hex", at, at + length)))
      found.push(position + place);
  }
  return found;
}

function placed(sha: Sha, position: number, ordinal: number): ColdCommit {
  return { sha, position: position as Position, ordinal: ordinal as Ordinal };
}

const MARKED: PreparedStatement = {
  name: "cold_unreachable",
  text: `
  SELECT mark.position::bigint AS position, mark.since::timestamptz AS since
  FROM archived_commit a CROSS JOIN LATERAL jsonb_each_text(a.unreachable) AS mark(position, since)
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.unreachable <> '{}'::jsonb
    AND mark.position::bigint < (SELECT hot_from FROM git_repository WHERE organization_id = $1 AND id = $2)`,
};

/** @returns those that no branch reaches, and since when */
export function coldUnreachable(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ position: number; since: Date }[]> {
  return reader.query<{ position: number; since: Date }>(MARKED, [repository]);
}
