// Fills the tables of one repository from a small description, without git: what pages are read from in tests.
import { createHash } from "node:crypto";
import { claimLines, ordinals } from "../../src/domain/lines.ts";
import type { ColumnKind, OrganizationId, RepositoryId, Value, Warning } from "../../src/domain/model.ts";
import { compareTexts, numberOf, toJsonb } from "../../src/domain/value.ts";
import type { Database, SystemReader } from "../../src/store/database.ts";
import { shapeHashOf } from "../../src/store/metric-shape.ts";

/** A file at a commit: its flattened document, or why there is none. */
export type TestFile =
  | { readonly document: Readonly<Record<string, Value>>; readonly warnings?: readonly Warning[] }
  | { readonly problem: Warning };

/** A commit; its place in the list is its position. */
export interface TestCommit {
  /** positions; the first is the first parent */
  readonly parents: readonly number[];
  readonly files: Readonly<Record<string, TestFile>>;
  readonly subject?: string;
  readonly author?: string;
  /** as Git writes it */
  readonly written?: string;
  readonly warnings?: readonly Warning[];
  /** of too many files the first by path that was not read */
  readonly unreadFrom?: string;
  /** false: the import has not come to it */
  readonly stored?: boolean;
}

/** A repository. */
export interface TestHistory {
  readonly name: string;
  readonly commits: readonly TestCommit[];
  /** the first is the default branch */
  readonly branches: readonly { readonly name: string; readonly head: number }[];
  readonly state?: string;
  readonly importedTo?: number;
  readonly kind?: "remote" | "folder";
  /** of all its columns; absent: of numbers where there is one, else of texts */
  readonly columnKind?: ColumnKind;
}

/** @returns the id of a commit: 40 hex digits that depend on repository and position only */
export function shaOf(name: string, position: number): string {
  return createHash("sha1").update(`${name} ${position}`).digest("hex");
}

interface NumberedFile {
  readonly number: number;
  readonly path: string;
  readonly file: TestFile;
}

interface BaselineAt {
  readonly file: NumberedFile;
  readonly position: number;
  /** whether the file was away in between */
  readonly returned?: boolean;
}

interface Placed {
  readonly files: readonly NumberedFile[];
  readonly baselines: readonly (BaselineAt | null)[];
  readonly brought: readonly NumberedFile[];
}

function contentOf(path: string, file: TestFile): string {
  if (!("document" in file)) return `${path}\n${JSON.stringify(file.problem)}`;
  return `${path}\n${JSON.stringify(Object.keys(file.document))}${toJsonb(Object.values(file.document))}`;
}

/** Gives every version of a file one number, and every commit the files and baselines that it has. */
function placeFiles(history: TestHistory): { versions: NumberedFile[]; commits: Placed[] } {
  const versions = new Map<string, NumberedFile>();
  const commits: Placed[] = [];
  const readable: Map<string, BaselineAt>[] = [];
  history.commits.forEach((commit, position) => {
    const parent = commit.parents[0] ?? -1;
    const below = readable[parent] ?? new Map<string, BaselineAt>();
    const files = Object.keys(commit.files)
      .sort(compareTexts)
      .map((path) => {
        const file = commit.files[path] as TestFile;
        const content = contentOf(path, file);
        const known = versions.get(content) ?? { number: versions.size + 1, path, file };
        versions.set(content, known);
        return known;
      });
    const old = new Set((commits[parent]?.files ?? []).map((file) => file.number));
    const warned = ({ file }: NumberedFile) => "problem" in file || (file.warnings ?? []).length > 0;
    commits.push({
      files,
      baselines: files.map(({ path }) => below.get(path) ?? null),
      brought: files.filter((file) => !old.has(file.number) && warned(file)),
    });
    const isUnread = (path: string) => commit.unreadFrom !== undefined && path >= commit.unreadFrom;
    const away = (path: string) => !(path in commit.files) && !isUnread(path);
    const above = new Map(Array.from(below, ([path, at]) => [path, away(path) ? { ...at, returned: true } : at]));
    for (const file of files) if ("document" in file.file) above.set(file.path, { file, position });
    readable.push(above);
  });
  return { versions: [...versions.values()], commits };
}

interface Column {
  readonly path: string;
  readonly key: string;
  readonly written: number;
  readonly values: { readonly position: number; readonly value: Value; readonly changed: boolean }[];
}

function columnsOf(placed: readonly Placed[]): Column[] {
  const columns = new Map<string, Column>();
  placed.forEach(({ files, baselines }, position) => {
    files.forEach(({ path, file }, i) => {
      if (!("document" in file)) return;
      const base = baselines[i]?.file.file;
      Object.entries(file.document).forEach(([key, value], written) => {
        const column = columns.get(`${path}\n${key}`) ?? { path, key, written, values: [] };
        const old = base !== undefined && "document" in base ? base.document[key] : undefined;
        column.values.push({ position, value, changed: base !== undefined && !Object.is(old, value) });
        columns.set(`${path}\n${key}`, column);
      });
    });
  });
  return [...columns.values()];
}

function arrayText(items: readonly (string | number | null)[]): string {
  return `{${items.map((item) => (item === null ? "NULL" : typeof item === "number" ? item : `"${item}"`)).join(",")}}`;
}

type Ids = readonly [OrganizationId, RepositoryId];

const INSERT_BRANCH = `
  INSERT INTO git_branch (organization_id, repository_id, number, name, name_bytes, head, head_position, fork_branch,
    fork_ordinal)
  VALUES ($1, $2, $3, $4, convert_to($4, 'UTF8'), decode($5, 'hex'), $6, $7, $8)`;
const INSERT_COMMITS = `
  INSERT INTO git_commit (organization_id, repository_id, position, sha, parents, first_parent, ordinal, line,
    author_name, author_email, authored, authored_at, committer_name, committed, committed_at, subject, metric_file,
    baseline_file, baseline_position, returned_file, unread_from, warned_file, warnings)
  SELECT $1, $2, position, decode(sha, 'hex'), parents::bytea[], first_parent, ordinal, line, author, 'a@example.com',
    written, to_timestamp(seconds), 'Cleo', written, to_timestamp(seconds), subject, files::bigint[],
    baseline_files::bigint[], baseline_positions::bigint[], returned::bigint[], unread_from, warned::bigint[], warnings
  FROM jsonb_to_recordset($3) AS c(position bigint, sha text, parents text, first_parent bigint, ordinal bigint,
    line int, author text, written text, seconds float8, subject text, files text, baseline_files text,
    baseline_positions text, returned text, unread_from text, warned text, warnings jsonb)`;

/** Clamped as an import does, to a time that is far enough away. */
const LATEST_SECONDS = 4_000_000_000;

async function insertCommits(
  tx: SystemReader,
  ids: Ids,
  history: TestHistory,
  placed: readonly Placed[],
): Promise<void> {
  const { name } = history;
  const firstParent = Int32Array.from(history.commits, (commit) => commit.parents[0] ?? -1);
  const depths = ordinals(firstParent);
  const heads = history.branches.map((branch) => branch.head);
  const claimed = claimLines(firstParent, heads);
  for (const [index, branch] of history.branches.entries()) {
    const fork = claimed.forks[index] ?? null;
    const [forkBranch, forkOrdinal] = fork === null ? [null, null] : [fork.tip + 1, depths[fork.position] ?? null];
    const { head } = branch;
    await tx.query(INSERT_BRANCH, [...ids, index + 1, branch.name, shaOf(name, head), head, forkBranch, forkOrdinal]);
  }
  const rows = history.commits.flatMap((commit, position) => {
    if (commit.stored === false) return [];
    const { files, baselines, brought } = placed[position] as Placed;
    const returned = files.filter((_, i) => baselines[i]?.returned === true);
    const written = commit.written ?? `${1_700_000_000 + position} +0100`;
    const line = claimed.line[position] ?? -1;
    return {
      position,
      sha: shaOf(name, position),
      parents: arrayText(commit.parents.map((parent) => `\\\\x${shaOf(name, parent)}`)),
      first_parent: commit.parents[0] ?? null,
      ordinal: depths[position],
      line: line === -1 ? null : line + 1,
      author: commit.author ?? "Ada",
      written,
      seconds: Math.min(Math.max(Number(written.split(" ")[0]), 0), LATEST_SECONDS),
      subject: commit.subject ?? `Commit ${position}`,
      files: arrayText(files.map((file) => file.number)),
      baseline_files: arrayText(baselines.map((at) => at?.file.number ?? null)),
      baseline_positions: arrayText(baselines.map((at) => at?.position ?? null)),
      returned: returned.length === 0 ? null : arrayText(returned.map((file) => file.number)),
      unread_from: commit.unreadFrom ?? null,
      warned: brought.length === 0 ? null : arrayText(brought.map((file) => file.number)),
      warnings: commit.warnings ?? null,
    };
  });
  await tx.query(INSERT_COMMITS, [...ids, JSON.stringify(rows)]);
}

const INSERT_SHAPE = `
  INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys)
  VALUES ($1, $2, $3, decode($4, 'hex'), ARRAY(SELECT jsonb_array_elements_text($5::jsonb)))`;
const INSERT_FILE = `
  INSERT INTO metric_file (organization_id, repository_id, number, path, version, size, adapter, adapter_version,
    status, problem, warnings, shape, values)
  VALUES ($1, $2, $3, $4, decode($5, 'hex'), 100, 'json', 1, $6, $7, $8, $9, $10)`;

async function insertFiles(tx: SystemReader, ids: Ids, versions: readonly NumberedFile[]): Promise<void> {
  const shapes = new Map<string, number>();
  for (const { number, path, file } of versions) {
    const head = [...ids, number, path, shaOf(`file ${path}`, number)];
    if ("problem" in file) {
      await tx.query(INSERT_FILE, [...head, "unreadable", JSON.stringify(file.problem), null, null, null]);
      continue;
    }
    const document = Object.entries(file.document).sort(([a], [b]) => compareTexts(a, b));
    const sorted = document.map(([key]) => key);
    const keys = JSON.stringify(sorted);
    if (!shapes.has(keys)) {
      shapes.set(keys, shapes.size + 1);
      await tx.query(INSERT_SHAPE, [...ids, shapes.size, shapeHashOf(sorted), keys]);
    }
    const warnings = file.warnings === undefined ? null : JSON.stringify(file.warnings);
    const values = toJsonb(document.map(([, value]) => value));
    await tx.query(INSERT_FILE, [...head, "read", null, warnings, shapes.get(keys) ?? null, values]);
  }
}

const INSERT_COLUMNS = `
  INSERT INTO metric_column (organization_id, repository_id, path, key, kind, goal, goal_from, written_order,
    first_position, last_position, last_changed_position, changes, recent_changes, best_value, best_position)
  SELECT $1, $2, path, key, kind, CASE WHEN kind = 'number' THEN 'higher' END, CASE WHEN kind = 'number' THEN 'name' END,
    written, first, last, changed, changes, changes, best_value::float8, best_position
  FROM jsonb_to_recordset($3) AS c(path text, key text, kind text, written int, first bigint, last bigint,
    changed bigint, changes int, best_value text, best_position bigint)`;

/** Higher is better in all of them. */
function columnRow({ path, key, written, values }: Column, columnKind: ColumnKind | undefined): object {
  const changed = values.filter((value) => value.changed);
  const numbers = values.flatMap(({ position, value }) => {
    const number = numberOf(value);
    return number === null || !Number.isFinite(number) ? [] : [{ position, number }];
  });
  let best = numbers[0];
  for (const at of numbers) if (best !== undefined && at.number > best.number) best = at;
  const told = numbers.length > 0 ? "number" : values.every(({ value }) => value === null) ? "empty" : "text";
  const kind = columnKind ?? told;
  return {
    path,
    key,
    kind,
    written,
    first: values[0]?.position,
    last: values.at(-1)?.position,
    changed: changed.at(-1)?.position ?? null,
    changes: changed.length,
    best_value: best === undefined ? null : String(best.number),
    best_position: best?.position ?? null,
  };
}

const UPSERT = `
  INSERT INTO git_repository AS r (organization_id, name, kind, address, default_branch, state, imported_to, version,
    synced_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 1, now())
  ON CONFLICT (organization_id, name) DO UPDATE SET default_branch = excluded.default_branch, state = excluded.state,
    imported_to = excluded.imported_to, version = r.version + 1, synced_at = now()
  RETURNING id::text`;

/** Writes a repository, or writes it anew: one transaction, one higher version, told by NOTIFY. @returns its id */
export async function fillHistory(
  database: Database,
  organization: OrganizationId,
  history: TestHistory,
): Promise<RepositoryId> {
  const { name, kind = "remote", state = "ready", importedTo = null, branches } = history;
  const placed = placeFiles(history);
  return database.owner.write(async (tx) => {
    const address = kind === "remote" ? `https://example.org/${name}` : `/srv/${name}`;
    const values = [organization, name, kind, address, branches[0]?.name ?? null, state, importedTo];
    const [row] = await tx.query<{ id: RepositoryId }>(UPSERT, values);
    if (row === undefined) throw new Error("INSERT … RETURNING gave no row");
    const ids: Ids = [organization, row.id];
    for (const table of ["git_branch", "git_commit", "metric_file", "metric_shape", "metric_column"]) {
      await tx.query(`DELETE FROM ${table} WHERE organization_id = $1 AND repository_id = $2`, [...ids]);
    }
    await insertFiles(tx, ids, placed.versions);
    await insertCommits(tx, ids, history, placed.commits);
    const rows = columnsOf(placed.commits).map((column) => columnRow(column, history.columnKind));
    await tx.query(INSERT_COLUMNS, [...ids, JSON.stringify(rows)]);
    await tx.query("SELECT pg_notify('tidemark', id || ' ' || version) FROM git_repository WHERE id = $1", [row.id]);
    return row.id;
  });
}
