// Where every archived commit of a repository stands, without its id: what lists and lines over a whole history begin with.
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** Index = position. */
export interface ArchivedPlaces {
  /** -1: a root, or not stored */
  readonly firstParents: Int32Array;
  /** -1: no commit is stored (any more) */
  readonly ordinals: Int32Array;
  /** numbers of branches; 0: none */
  readonly lines: Int32Array;
  /** positions of those that no branch reaches */
  readonly unreachable: ReadonlySet<number>;
}

const PLACES: PreparedStatement = {
  name: "archived_places",
  text: `
  SELECT position, first_parents AS "firstParents", ordinals, lines, ARRAY(
    SELECT key::bigint FROM jsonb_object_keys(unreachable) AS key) AS unreachable
  FROM archived_commit WHERE organization_id = $1 AND repository_id = $2 AND position < $3 ORDER BY position`,
};

interface Row {
  readonly position: number;
  readonly firstParents: Buffer;
  readonly ordinals: Buffer;
  readonly lines: Buffer;
  readonly unreachable: readonly number[];
}

/** @param size positions from 0 up to below this one are read: 12 bytes each */
export async function readArchivedPlaces(
  reader: Reader,
  repository: RepositoryId,
  size: number,
): Promise<ArchivedPlaces> {
  const firstParents = new Int32Array(size).fill(-1);
  const ordinals = new Int32Array(size).fill(-1);
  const lines = new Int32Array(size);
  const unreachable = new Set<number>();
  const put = (list: Int32Array, bytes: Buffer, from: number): void => {
    const end = Math.min(bytes.length / 4, size - from);
    for (let index = 0; index < end; index++) list[from + index] = bytes.readInt32BE(index * 4);
  };
  for (const row of await reader.query<Row>(PLACES, [repository, size])) {
    put(firstParents, row.firstParents, row.position);
    put(ordinals, row.ordinals, row.position);
    put(lines, row.lines, row.position);
    for (const position of row.unreachable) unreachable.add(position);
  }
  return { firstParents, ordinals, lines, unreachable };
}
