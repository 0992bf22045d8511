// An installation with a history of which nearly all is archived: the objects in a folder, what stays of each commit and the
// newest 1,000 in Postgres, as the archiver leaves them.
import { join } from "node:path";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { FolderStore } from "../src/archive/folder-store.ts";
import type { OrganizationId, RepositoryId, Sha } from "../src/domain/model.ts";
import { createLog } from "../src/log.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { Secret } from "../src/secrets.ts";
import { numberArchiveColumns } from "../src/store/archive-column.ts";
import { putObject } from "../src/store/archive-manifest.ts";
import { type ArchivedChunk, CHUNK_COMMITS, putArchived } from "../src/store/archived-commit.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import type { OrganizationStore } from "../src/store/organization-store.ts";
import {
  APART,
  type BenchObject,
  keyOf,
  noiseSql,
  noisyObjects,
  type NoisySize,
  PATH,
  REPOSITORY,
  shaOf,
  START,
} from "./archived-objects.ts";
import { type BenchInstallation, openBenchInstallation } from "./installation.ts";

/** Commits that stay in Postgres, on top of those that are archived. */
const HOT = 1_000;
/** Rows of Postgres that are made at a time. */
const BATCH = 10_000;

const INSERT_REPOSITORY = `
  INSERT INTO git_repository (organization_id, name, kind, address, default_branch, state, version, synced_at, archived_to,
    hot_from, archived_file)
  VALUES ($1, 'noisy', 'remote', 'https://example.org/noisy', 'main', 'ready', 1, now(), nullif($2::bigint, 0) - 1, $2, $2)
  RETURNING id::text`;
const INSERT_BRANCH = `
  INSERT INTO git_branch (organization_id, repository_id, number, name, name_bytes, head, head_position)
  VALUES ($1, $2, 1, 'main', 'main', decode($4, 'hex'), $3)`;
const INSERT_SHAPE = `
  INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys)
  SELECT $1, $2, 1, sha256('x'), $3::text[]`;
const INSERT_COLUMNS = `
  INSERT INTO metric_column (organization_id, repository_id, path, key, kind, written_order, first_position, last_position,
    changes, recent_changes)
  SELECT $1, $2, '${PATH}', key, 'number', place, 0, $4::bigint, $4::bigint, 200
  FROM unnest($3::text[]) WITH ORDINALITY AS k(key, place)`;
const INSERT_FILES = `
  INSERT INTO metric_file (organization_id, repository_id, number, path, version, size, adapter, adapter_version, status,
    shape, values)
  SELECT $1, $2, p + 1, '${PATH}', substring(sha256(convert_to('blob ' || p, 'UTF8')) FOR 20), 1600, 'json', 1, 'read', 1, (
    SELECT jsonb_agg(to_jsonb(round((${noiseSql("p", "k")})::numeric, 3)::float8) ORDER BY k)
    FROM generate_series(1, $3::int) k)
  FROM generate_series($4::bigint, $5::bigint) p`;
const INSERT_COMMITS = `
  INSERT INTO git_commit (organization_id, repository_id, position, sha, parents, first_parent, ordinal, line, author_name,
    author_email, authored, authored_at, committer_name, committed, committed_at, subject, metric_file, baseline_file,
    baseline_position)
  SELECT $1, $2, p, sha_of(p), CASE WHEN p = 0 THEN '{}' ELSE ARRAY[sha_of(p - 1)] END, nullif(p - 1, -1), p, 1,
    'Author ' || p % 40, 'author' || p % 40 || '@example.org', at || ' +0000', to_timestamp(at), 'Author ' || p % 40,
    at || ' +0000', to_timestamp(at), 'Change number ' || p, ARRAY[p + 1], ARRAY[nullif(p, 0)], ARRAY[nullif(p - 1, -1)]
  FROM (SELECT p, ${START}::bigint + p * ${APART} AS at FROM generate_series($3::bigint, $4::bigint) p) of_all`.replaceAll(
  /sha_of\(([^)]+)\)/g,
  "substring(sha256(convert_to('commit ' || ($1), 'UTF8')) FOR 20)",
);

/** A history that is in Postgres from a position on. */
export interface ArchivedHistory {
  readonly installation: BenchInstallation;
  readonly database: Database;
  readonly organization: OrganizationId;
  readonly repository: RepositoryId;
  /** what asks it, with the archive, nothing kept of what was asked before */
  readonly reads: Reads;
  readonly objects: readonly BenchObject[];
  /** the folder store's */
  readonly folder: string;
  close(): Promise<void>;
}

/** Makes it. @param size of the archived part; without `archived` all of it is in Postgres */
export async function openArchivedHistory(
  size: NoisySize,
  say: (line: string) => void,
  archived = true,
): Promise<ArchivedHistory> {
  const { folder, objects } = archived ? await noisyObjects(size, say) : { folder: "", objects: [] };
  const installation = await openBenchInstallation();
  const { owner, web, worker } = installation.urls;
  const urls = { ownerUrl: Secret.of(owner), webUrl: Secret.of(web), workerUrl: Secret.of(worker) };
  const database = await openDatabase({ ...urls, log: createLog({ level: "error" }) });
  const { organizationId: organization } = await ensureLocalOrganization(database);
  const hotFrom = archived ? size.commits : 0;
  const repository = await fillPostgres(database, organization, { ...size, hotFrom });
  if (archived) await fillManifest(database.worker.in(organization), repository, size, objects);
  await database.owner.query("ANALYZE");
  const store = new FolderStore({ kind: "folder", folder });
  const engine = new DuckDBEngine({ store, cacheFolder: join(installation.dataFolder, "archive-cache") });
  const archive = archived ? { archive: new EngineArchive(database, engine) } : {};
  return {
    installation,
    database,
    organization,
    repository,
    objects,
    folder,
    reads: createReads(database, { pageCacheBytes: 0, ...archive }),
    close: async () => {
      await engine.close();
      await database.close();
      await installation.close();
    },
  };
}

async function fillPostgres(
  { owner }: Database,
  organization: OrganizationId,
  { commits, keys, hotFrom }: NoisySize & { readonly hotFrom: number },
): Promise<RepositoryId> {
  const last = commits + HOT - 1;
  const [row] = await owner.query<{ id: RepositoryId }>(INSERT_REPOSITORY, [organization, hotFrom]);
  const id = row?.id ?? ("" as RepositoryId);
  if (id !== String(REPOSITORY)) throw new Error(`the objects are of repository ${REPOSITORY}, not of ${id}`);
  const names = Array.from({ length: keys }, (_, index) => keyOf(index + 1));
  await owner.query(INSERT_BRANCH, [organization, id, last, shaOf(last)]);
  await owner.query(INSERT_SHAPE, [organization, id, names]);
  await owner.query(INSERT_COLUMNS, [organization, id, names, last]);
  // the oldest one that stays is compared with a version that stays with it
  for (let from = Math.max(0, hotFrom - 1); from <= last; from += BATCH) {
    const to = Math.min(from + BATCH - 1, last);
    await owner.query(INSERT_FILES, [organization, id, keys, from, to]);
    await owner.query(INSERT_COMMITS, [organization, id, Math.max(from, hotFrom), to]);
  }
  return id;
}

async function fillManifest(
  store: OrganizationStore,
  repositoryId: RepositoryId,
  { commits, keys }: NoisySize,
  objects: readonly BenchObject[],
): Promise<void> {
  const names = Array.from({ length: keys }, (_, index) => ({ path: PATH, key: keyOf(index + 1) }));
  await store.write(async (tx) => {
    const numbered = await numberArchiveColumns(tx, repositoryId, names);
    if (numbered.some(({ key, number }) => key !== keyOf(number))) throw new Error("columns have other numbers");
    for (const { first, last, rows, ...object } of objects) {
      const segment = { repositoryId, kind: object.kind, first, last, rows, stale: false };
      await putObject(tx, { ...object, rows }, [segment]);
    }
    for (let position = 0; position < commits; position += CHUNK_COMMITS) {
      await putArchived(tx, repositoryId, [chunkAt(position, Math.min(CHUNK_COMMITS, commits - position))], 40);
    }
  });
}

function chunkAt(position: number, size: number): ArchivedChunk {
  const ordinals = Int32Array.from({ length: size }, (_, index) => position + index);
  return {
    position,
    shas: Array.from(ordinals, (ordinal) => shaOf(ordinal) as Sha),
    firstParents: ordinals.map((ordinal) => ordinal - 1),
    ordinals,
    lines: new Int32Array(size).fill(1),
    otherParents: new Map(),
    unreachable: new Map(),
  };
}
