// File versions that only archived commits have: their numbers, so that one that is pushed again is known by the one it had.
import type { RepositoryId, Sha } from "../domain/model.ts";
import type { PreparedStatement, Reader, Transaction } from "./organization-store.ts";

/** A version that only archived commits have. It has values: those that could not be read stay in metric_file. */
export interface ArchivedVersion {
  readonly number: number;
  readonly path: string;
  readonly oid: Sha;
}

const BY_VERSION: PreparedStatement = {
  name: "archived_versions_by_id",
  text: `
  SELECT a.numbers[array_position(a.versions, w.version)] AS number, w.path, encode(w.version, 'hex') AS oid
  FROM unnest($3::text[], $4::bytea[]) AS w(path, version)
  JOIN archived_version a ON a.organization_id = $1 AND a.repository_id = $2 AND a.path = w.path
    AND a.versions @> ARRAY[w.version]`,
};

/** @returns those of the versions (path, blob id) that only archived commits have, in no order */
export async function findArchivedVersions(
  reader: Reader,
  repository: RepositoryId,
  versions: readonly { readonly path: string; readonly oid: Sha }[],
): Promise<ArchivedVersion[]> {
  if (versions.length === 0) return [];
  const paths = versions.map(({ path }) => path);
  const ids = versions.map(({ oid }) => Buffer.from(oid, "hex"));
  return reader.query<ArchivedVersion>(BY_VERSION, [repository, paths, ids]);
}

const OF_PATHS: PreparedStatement = {
  name: "archived_versions_of_paths",
  text: `
  SELECT u.number, a.path, encode(u.version, 'hex') AS oid
  FROM archived_version a CROSS JOIN LATERAL unnest(a.numbers, a.versions) AS u(number, version)
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND ($3::text[] IS NULL OR a.path = ANY($3))
  ORDER BY u.number`,
};

/** @param paths null: all. @returns the versions of some paths that only archived commits have, by number */
export function readArchivedVersions(
  reader: Reader,
  repository: RepositoryId,
  paths: readonly string[] | null,
): Promise<ArchivedVersion[]> {
  return reader.query<ArchivedVersion>(OF_PATHS, [repository, paths]);
}

const AT_NUMBERS: PreparedStatement = {
  name: "archived_versions_at",
  text: `
  SELECT u.number, a.path, encode(u.version, 'hex') AS oid
  FROM archived_version a CROSS JOIN LATERAL unnest(a.numbers, a.versions) AS u(number, version)
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.numbers && $3::integer[] AND u.number = ANY($3::integer[])`,
};

/** @returns those of the versions with these numbers that only archived commits have, in no order */
export function readArchivedVersionsAt(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<ArchivedVersion[]> {
  return reader.query<ArchivedVersion>(AT_NUMBERS, [repository, numbers]);
}

const TAKE = `
  UPDATE archived_version a SET (numbers, versions) = (
    SELECT coalesce(array_agg(u.number ORDER BY u.number), '{}'), coalesce(array_agg(u.version ORDER BY u.number), '{}')
    FROM unnest(a.numbers, a.versions) AS u(number, version) WHERE u.number <> ALL($3::integer[]))
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.numbers && $3::integer[]`;
const FORGET_EMPTY = `
  DELETE FROM archived_version WHERE organization_id = $1 AND repository_id = $2 AND numbers = '{}'`;

/** Takes versions out: they are in metric_file again, or nothing has them any more. */
export async function takeArchivedVersions(
  tx: Transaction,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length === 0) return;
  const changed = await tx.query(`${TAKE} RETURNING a.number`, [repository, numbers]);
  if (changed.length > 0) await tx.query(FORGET_EMPTY, [repository]);
}
