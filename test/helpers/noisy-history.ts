// A large repository without Git and without reading a file: every commit has a file of its own, of numbers that repeat nowhere.
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import type { Database } from "../../src/store/database.ts";

const REPOSITORY = `
  INSERT INTO git_repository (organization_id, name, kind, address, default_branch, state, version, synced_at)
  VALUES ($1, $2, 'remote', 'https://example.org/' || $2, 'main', 'ready', 1, now()) RETURNING id::text`;
const BRANCH = `
  INSERT INTO git_branch (organization_id, repository_id, number, name, name_bytes, head, head_position)
  VALUES ($1, $2, 1, 'main', 'main', sha256(int8send($3::bigint - 1)), $3::bigint - 1)`;
const SHAPE = `
  INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys)
  SELECT $1, $2, 1, sha256('x'), array_agg('metric ' || lpad(k::text, 4, '0') ORDER BY k) FROM generate_series(1, $3::int) k`;
const COLUMNS = `
  INSERT INTO metric_column (organization_id, repository_id, path, key, kind, written_order, first_position, last_position,
    changes, recent_changes)
  SELECT $1, $2, 'metrics.json', 'metric ' || lpad(k::text, 4, '0'), 'number', k, 0, $4::bigint - 1, 0, 0
  FROM generate_series(1, $3::int) k`;
// sine of something large is as noisy as random, and the same each time
const FILES = `
  INSERT INTO metric_file (organization_id, repository_id, number, path, version, size, adapter, adapter_version, status,
    shape, values)
  SELECT $1, $2, p + 1, 'metrics.json', sha256(int8send(p)), 1600, 'json', 1, 'read', 1, (
    SELECT jsonb_agg(to_jsonb(sin(p * 7919.0 + k * 104729.0) * 1000) ORDER BY k) FROM generate_series(1, $3::int) k)
  FROM generate_series($4::bigint, $5::bigint) p`;
const COMMITS = `
  INSERT INTO git_commit (organization_id, repository_id, position, sha, parents, first_parent, ordinal, line, author_name,
    author_email, authored, authored_at, committer_name, committed, committed_at, subject, metric_file, baseline_file,
    baseline_position)
  SELECT $1, $2, p, sha256(int8send(p)), CASE WHEN p = 0 THEN '{}' ELSE ARRAY[sha256(int8send(p - 1))] END,
    nullif(p - 1, -1), p, 1, 'Ada', 'ada@example.org', 1500000000 + p || ' +0000', to_timestamp(1500000000 + p), 'Ada',
    1500000000 + p || ' +0000', to_timestamp(1500000000 + p), 'Commit number ' || p, ARRAY[p + 1],
    ARRAY[nullif(p, 0)], ARRAY[nullif(p - 1, -1)]
  FROM generate_series($3::bigint, $4::bigint) p`;

const BATCH = 10_000;

/** Fills a repository with so many commits of so many numbers each. @returns its id */
export async function fillNoisy(
  database: Database,
  organization: OrganizationId,
  { name, commits, keys }: { readonly name: string; readonly commits: number; readonly keys: number },
): Promise<RepositoryId> {
  const { owner } = database;
  const [row] = await owner.query<{ id: RepositoryId }>(REPOSITORY, [organization, name]);
  const id = row?.id ?? ("" as RepositoryId);
  await owner.query(BRANCH, [organization, id, commits]);
  await owner.query(SHAPE, [organization, id, keys]);
  await owner.query(COLUMNS, [organization, id, keys, commits]);
  for (let from = 0; from < commits; from += BATCH) {
    const to = Math.min(from + BATCH, commits) - 1;
    await owner.query(FILES, [organization, id, keys, from, to]);
    await owner.query(COMMITS, [organization, id, from, to]);
  }
  return id;
}
