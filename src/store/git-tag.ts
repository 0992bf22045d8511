// Tags of a repository: the commit that each name leads to, whether or not that commit is stored.
import type { RepositoryId, Sha } from "../domain/model.ts";
import { findColdCommits } from "./cold-commit.ts";
import type { PreparedStatement, Reader, Transaction } from "./organization-store.ts";

/** A tag. */
export interface StoredTag {
  /** decoded with replacement */
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly sha: Sha;
}

const READ = `
  SELECT name, name_bytes AS "nameBytes", encode(sha, 'hex') AS sha
  FROM git_tag WHERE organization_id = $1 AND repository_id = $2 ORDER BY name_bytes`;

/** @returns all tags, by the bytes of their names */
export function readTags(reader: Reader, repository: RepositoryId): Promise<StoredTag[]> {
  return reader.query<StoredTag>(READ, [repository]);
}

const PUT = `
  INSERT INTO git_tag (organization_id, repository_id, name, name_bytes, sha)
  SELECT $1, $2, name, name_bytes, decode(sha, 'hex')
  FROM unnest($3::text[], $4::bytea[], $5::text[]) AS t(name, name_bytes, sha)
  ON CONFLICT (organization_id, repository_id, name_bytes) DO UPDATE SET name = excluded.name, sha = excluded.sha`;

/** Stores tags; one of the same name is moved. */
export async function putTags(tx: Transaction, repository: RepositoryId, tags: readonly StoredTag[]): Promise<void> {
  if (tags.length === 0) return;
  const names = tags.map(({ name }) => name);
  const bytes = tags.map(({ nameBytes }) => nameBytes);
  const shas = tags.map(({ sha }) => sha);
  await tx.query(PUT, [repository, names, bytes, shas]);
}

const DELETE = `
  DELETE FROM git_tag WHERE organization_id = $1 AND repository_id = $2 AND name_bytes = ANY($3::bytea[])`;

/** Removes tags by their names. */
export async function deleteTags(
  tx: Transaction,
  repository: RepositoryId,
  names: readonly Uint8Array[],
): Promise<void> {
  if (names.length > 0) await tx.query(DELETE, [repository, names]);
}

/** A tag as pages show it. */
export interface PlacedTag {
  readonly name: string;
  readonly sha: Sha;
  /** of its commit; null while that is not stored */
  readonly position: number | null;
}

const PLACED: PreparedStatement = {
  name: "placed_tags",
  text: `
  SELECT t.name, encode(t.sha, 'hex') AS sha, c.position
  FROM git_tag t
  LEFT JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.sha = t.sha
  WHERE t.organization_id = $1 AND t.repository_id = $2
  ORDER BY c.position DESC NULLS LAST, t.name_bytes DESC`,
};

/** @returns all tags, those of the newest commits first, those of commits that are not stored last */
export async function readPlacedTags(reader: Reader, repository: RepositoryId): Promise<PlacedTag[]> {
  const tags = await reader.query<PlacedTag>(PLACED, [repository]);
  const open = [...new Set(tags.flatMap(({ sha, position }) => (position === null ? [sha] : [])))];
  const cold = new Map((await findColdCommits(reader, repository, open)).map((each) => [each.sha, each.position]));
  if (cold.size === 0) return tags;
  const placed = tags.map((tag) => ({ ...tag, position: tag.position ?? cold.get(tag.sha) ?? null }));
  return placed.toSorted((a, b) => (b.position ?? -1) - (a.position ?? -1)); // those of one commit stay as they are
}

const FIND = `
  SELECT encode(sha, 'hex') AS sha FROM git_tag
  WHERE organization_id = $1 AND repository_id = $2 AND name = $3 ORDER BY name_bytes LIMIT 1`;

/** @returns the commit that a tag leads to, or null when there is no tag of this name */
export async function findTag(reader: Reader, repository: RepositoryId, name: string): Promise<Sha | null> {
  const [row] = await reader.query<{ sha: Sha }>(FIND, [repository, name]);
  return row?.sha ?? null;
}
