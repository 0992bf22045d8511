// The numbers of columns in the archive: each (path, key) of a repository has one, for ever.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** A column and its number. */
export interface NumberedColumn {
  readonly number: number;
  readonly path: string;
  readonly key: string;
}

const OF_NAMES = `
  SELECT a.number, a.path, a.key FROM unnest($3::text[], $4::text[]) AS wanted(path, key)
  JOIN archive_column a ON a.organization_id = $1 AND a.repository_id = $2 AND a.path = wanted.path AND a.key = wanted.key`;

// who gives numbers waits for whoever does: of two at once each would take the same
const ALONE = `SELECT pg_advisory_xact_lock(hashtextextended(concat('archive_column ', $1::bigint, ' ', $2::bigint), 0))`;

const GIVE = `
  INSERT INTO archive_column (organization_id, repository_id, number, path, key)
  SELECT $1, $2, last.number + row_number() OVER (ORDER BY wanted.place), wanted.path, wanted.key
  FROM (
    SELECT coalesce(max(number), 0) AS number FROM archive_column WHERE organization_id = $1 AND repository_id = $2) last
  CROSS JOIN unnest($3::text[], $4::text[]) WITH ORDINALITY AS wanted(path, key, place)
  WHERE NOT EXISTS (
    SELECT FROM archive_column a
    WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.path = wanted.path AND a.key = wanted.key)
  RETURNING number, path, key`;

type Names = readonly { readonly path: string; readonly key: string }[];

/** @returns those of these columns that have a number, in no order */
export async function readArchiveColumns(
  reader: Reader,
  repository: RepositoryId,
  names: Names,
): Promise<NumberedColumn[]> {
  const lists = [names.map(({ path }) => path), names.map(({ key }) => key)];
  return reader.query<NumberedColumn>(OF_NAMES, [repository, ...lists]);
}

/** Gives a number to each of these columns that has none. @param names each once @returns all of them with their numbers */
export async function numberArchiveColumns(
  tx: Transaction,
  repository: RepositoryId,
  names: Names,
): Promise<NumberedColumn[]> {
  await tx.query(ALONE, [repository]);
  const lists = [names.map(({ path }) => path), names.map(({ key }) => key)];
  await tx.query(GIVE, [repository, ...lists]);
  return readArchiveColumns(tx, repository, names);
}

const HEADS = `
  SELECT a.number, a.path, a.key, coalesce(c.kind, 'empty') AS kind, c.unit, c.goal
  FROM archive_column a LEFT JOIN metric_column c
    ON c.organization_id = $1 AND c.repository_id = $2 AND c.path = a.path AND c.key = a.key
  WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.number = ANY($3::bigint[])`;

/** A column as the archive explains it. */
export interface ArchiveColumnHead extends NumberedColumn {
  readonly kind: string;
  readonly unit: string | null;
  readonly goal: string | null;
}

/** @returns what is known today of the columns with these numbers */
export async function readArchiveColumnHeads(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<ArchiveColumnHead[]> {
  return reader.query<ArchiveColumnHead>(HEADS, [repository, numbers]);
}
