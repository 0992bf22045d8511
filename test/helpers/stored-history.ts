// All that is stored of a repository, told by content: numbers that may differ between two imports are resolved.
import type { RepositoryId, Value } from "../../src/domain/model.ts";
import { fromJsonb } from "../../src/domain/value.ts";
import type { OrganizationStore, Reader } from "../../src/store/organization-store.ts";

/** A version of a file: its values by key, or why it has none. */
export interface StoredVersion {
  readonly path: string;
  readonly oid: string;
  readonly size: number;
  readonly values: ReadonlyMap<string, Value> | null;
  readonly reason: string | null;
  readonly warnings: unknown;
}

/** A commit. */
export interface StoredCommitRow {
  readonly sha: string;
  readonly position: number;
  readonly parents: readonly string[];
  readonly firstParent: number | null;
  readonly ordinal: number;
  /** name of the branch */
  readonly line: string | null;
  readonly subject: string;
  readonly author: string;
  readonly authored: string;
  readonly committed: string;
  /** by path */
  readonly files: ReadonlyMap<string, StoredVersion>;
  /** by path: what each file is compared with */
  readonly baselines: ReadonlyMap<string, { readonly version: StoredVersion; readonly position: number }>;
  /** paths of the versions that it brought in and that have a problem or a warning */
  readonly warned: readonly string[];
  readonly warnings: unknown;
  readonly unreachable: boolean;
}

/** A branch. */
export interface StoredBranchRow {
  readonly head: string;
  readonly headPosition: number;
  readonly fork: { readonly branch: string; readonly ordinal: number } | null;
  readonly state: string;
}

/** Everything. */
export interface StoredHistory {
  /** by position */
  readonly commits: readonly StoredCommitRow[];
  /** by name */
  readonly branches: ReadonlyMap<string, StoredBranchRow>;
  readonly versions: readonly StoredVersion[];
  readonly columns: readonly unknown[];
  readonly paths: readonly unknown[];
  /** the keys of each shape, joined, sorted */
  readonly shapes: readonly string[];
  readonly skeletonRows: number;
  readonly repository: Readonly<Record<string, unknown>>;
}

type Row = Record<string, unknown>;

/** Reads all rows of a repository, as they are at one moment; fails when a number leads nowhere. */
export function readStoredHistory(store: OrganizationStore, repository: RepositoryId): Promise<StoredHistory> {
  return store.read((reader) => historyIn(reader, repository));
}

async function historyIn(reader: Reader, repository: RepositoryId): Promise<StoredHistory> {
  const rows = <T extends object = Row>(what: string): Promise<T[]> =>
    reader.query<T>(what.replace("{where}", "organization_id = $1 AND repository_id = $2"), [repository]);
  const shapes = new Map(
    (await rows<{ number: number; keys: string[] }>("SELECT number, keys FROM metric_shape WHERE {where}")).map(
      ({ number, keys }) => [number, keys],
    ),
  );
  const versions = new Map<number, StoredVersion>();
  const files = await rows(
    `SELECT number, path, encode(version, 'hex') AS oid, size, status, problem, warnings, shape, values::text AS values
     FROM metric_file WHERE {where} ORDER BY path, version`,
  );
  for (const file of files) versions.set(file["number"] as number, versionOf(file, shapes));
  const branchNames = new Map<number, string>();
  const branchRows = await rows("SELECT *, encode(head, 'hex') AS sha FROM git_branch WHERE {where} ORDER BY name");
  for (const branch of branchRows) branchNames.set(branch["number"] as number, branch["name"] as string);
  const commitRows = await rows(
    `SELECT *, encode(sha, 'hex') AS id, to_jsonb(metric_file) AS files, to_jsonb(baseline_file) AS before,
       to_jsonb(baseline_position) AS at, to_jsonb(warned_file) AS warned,
       ARRAY(SELECT encode(p, 'hex') FROM unnest(parents) p) AS ids
     FROM git_commit WHERE {where} ORDER BY position`,
  );
  const [repositoryRow] = await reader.query<Row>(
    `SELECT state, default_branch, problem, imported_to, import_state, progress, notices FROM git_repository
     WHERE organization_id = $1 AND id = $2`,
    [repository],
  );
  return {
    commits: commitRows.map((row) => commitOf(row, versions, branchNames)),
    branches: new Map(branchRows.map((row) => [row["name"] as string, branchOf(row, branchNames)])),
    versions: [...versions.values()],
    columns: await rows("SELECT c.* FROM metric_column c WHERE {where} ORDER BY path, key").then(withoutOwner),
    paths: await rows(
      // that a path has nothing to name is known once it has 20 versions: a sync sees fewer than a whole reading
      "SELECT p.* FROM metric_path p WHERE {where} AND (p.identity IS NULL OR p.identity <> '{}') ORDER BY pattern",
    ).then(withoutOwner),
    shapes: [...shapes.values()].map((keys) => keys.join("\n")).toSorted(),
    skeletonRows: (await rows("SELECT position FROM import_commit WHERE {where}")).length,
    repository: repositoryRow ?? {},
  };
}

function withoutOwner(rows: readonly Row[]): Row[] {
  return rows.map(({ organization_id: _organization, repository_id: _repository, ...row }) => row);
}

function versionOf(row: Row, shapes: ReadonlyMap<number, string[]>): StoredVersion {
  const keys = row["shape"] === null ? null : found(shapes, row["shape"] as number);
  const values = row["values"] === null ? null : fromJsonb(row["values"] as string);
  if (keys !== null && values !== null && keys.length !== values.length)
    throw new Error("keys and values differ in number");
  return {
    path: row["path"] as string,
    oid: row["oid"] as string,
    size: row["size"] as number,
    values: keys === null || values === null ? null : new Map(keys.map((key, index) => [key, values[index] as Value])),
    reason: (row["problem"] as { reason: string } | null)?.reason ?? null,
    warnings: row["warnings"],
  };
}

function branchOf(row: Row, names: ReadonlyMap<number, string>): StoredBranchRow {
  const fork = row["fork_branch"] as number | null;
  return {
    head: row["sha"] as string,
    headPosition: row["head_position"] as number,
    fork: fork === null ? null : { branch: found(names, fork), ordinal: row["fork_ordinal"] as number },
    state: row["state"] as string,
  };
}

function commitOf(
  row: Row,
  versions: ReadonlyMap<number, StoredVersion>,
  branches: ReadonlyMap<number, string>,
): StoredCommitRow {
  const numbers = row["files"] as number[];
  const files = new Map(numbers.map((number) => [found(versions, number).path, found(versions, number)]));
  if (files.size !== numbers.length) throw new Error("a path stands twice in a commit");
  const before = row["before"] as (number | null)[];
  const at = row["at"] as (number | null)[];
  if (before.length !== numbers.length || at.length !== numbers.length)
    throw new Error("baselines are not beside files");
  const baselines = numbers.flatMap((number, index) => {
    const baseline = before[index] ?? null;
    if ((baseline === null) !== ((at[index] ?? null) === null)) throw new Error("half a baseline");
    if (baseline === null) return [];
    const version = found(versions, baseline);
    return [[found(versions, number).path, { version, position: at[index] as number }]] as const;
  });
  const line = row["line"] as number | null;
  return {
    sha: row["id"] as string,
    position: row["position"] as number,
    parents: row["ids"] as string[],
    firstParent: row["first_parent"] as number | null,
    ordinal: row["ordinal"] as number,
    line: line === null ? null : found(branches, line),
    subject: row["subject"] as string,
    author: row["author_name"] as string,
    authored: row["authored"] as string,
    committed: row["committed"] as string,
    files,
    baselines: new Map(baselines),
    warned: ((row["warned"] as number[] | null) ?? []).map((number) => found(versions, number).path),
    warnings: row["warnings"],
    unreachable: row["unreachable_since"] !== null,
  };
}

function found<T>(map: ReadonlyMap<number, T>, number: number): T {
  const value = map.get(number);
  if (value === undefined) throw new Error(`number ${number} leads nowhere`);
  return value;
}
