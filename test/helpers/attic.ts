// An archive for tests of reading alone: rows are moved to tables beside Postgres' own, and brought back from there. The real
// one is tried by tests of its own; here everything can be moved at once, and what is brought is known to be right.
import { hash } from "node:crypto";
import type {
  Archive,
  ArchivedLine,
  ArchivedLineCommit,
  ArchivedRepository,
  ArchivedValue,
  WantedColumns,
  WantedRows,
} from "../../src/archive/archive.ts";
import { putSkeleton } from "../../src/archive/published-skeleton.ts";
import type { OrganizationId, RepositoryId, Value } from "../../src/domain/model.ts";
import { compareTexts, fromJsonb, numberOf } from "../../src/domain/value.ts";
import type { AfterRow } from "../../src/archive/questions.ts";
import { rankKeys } from "../../src/archive/rank-keys.ts";
import { storedText } from "../../src/archive/thawed-values.ts";
import { deleteArchivedCommits, deleteArchivedVersions } from "../../src/store/archive-deletion.ts";
import { publishRun, readArchiveState, takeArchiveLease } from "../../src/store/archive-run.ts";
import { commitIn, readArchivedAt } from "../../src/store/archived-commit.ts";
import { releaseLease } from "../../src/store/lease.ts";
import { deleteUnusedShapes } from "../../src/store/numbered-rows.ts";
import type { ThawedCommit, ThawedFile, ThawedRows, ThawedShape } from "../../src/store/thawed-rows.ts";
import type { TestDatabase } from "./test-database.ts";
import { withClient } from "./with-client.ts";

interface Row {
  readonly [name: string]: unknown;
}

/** Keys and JSON texts of a stored version's values. */
interface StoredValues {
  readonly number: number;
  readonly path: string;
  readonly keys: readonly string[];
  readonly texts: readonly string[];
}

async function rowsOf(db: TestDatabase, sql: string, values: readonly unknown[]): Promise<Row[]> {
  return withClient(db.adminUrl, async (client) => (await client.query<Row>(sql, [...values])).rows);
}

/** Tables of the attic, like Postgres' own. Shapes are numbered anew there: those of Postgres may be given away again. */
const TABLES = ["git_commit", "metric_file", "metric_shape"] as const;

// What is in Postgres is right; what has left it stays as it was.
const COPY = [
  `DELETE FROM attic.git_commit a USING git_commit c WHERE a.organization_id = $1 AND a.repository_id = $2
     AND c.organization_id = $1 AND c.repository_id = $2 AND c.position = a.position`,
  `INSERT INTO attic.git_commit SELECT * FROM public.git_commit WHERE organization_id = $1 AND repository_id = $2`,
  `INSERT INTO attic.metric_shape
   SELECT s.organization_id, s.repository_id, row_number() OVER () + (
     SELECT coalesce(max(number), 0) FROM attic.metric_shape WHERE organization_id = $1 AND repository_id = $2), s.hash, s.keys
   FROM public.metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2 AND NOT EXISTS (
     SELECT FROM attic.metric_shape a WHERE a.organization_id = $1 AND a.repository_id = $2 AND a.hash = s.hash)`,
  `DELETE FROM attic.metric_file a USING metric_file f WHERE a.organization_id = $1 AND a.repository_id = $2
     AND f.organization_id = $1 AND f.repository_id = $2 AND f.number = a.number`,
  `INSERT INTO attic.metric_file
   SELECT (jsonb_populate_record(f, jsonb_build_object('shape', a.number))).* FROM public.metric_file f
   LEFT JOIN public.metric_shape s ON s.organization_id = $1 AND s.repository_id = $2 AND s.number = f.shape
   LEFT JOIN attic.metric_shape a ON a.organization_id = $1 AND a.repository_id = $2 AND a.hash = s.hash
   WHERE f.organization_id = $1 AND f.repository_id = $2`,
];

const OTHER_PARENTS = `
  SELECT c.position::int, ARRAY(
    SELECT p.position::int FROM unnest(c.parents[2:]) WITH ORDINALITY AS parent(sha, place)
    JOIN attic.git_commit p ON p.organization_id = $1 AND p.repository_id = $2 AND p.sha = parent.sha
    ORDER BY parent.place) AS others
  FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position BETWEEN $3 AND $4 AND cardinality(c.parents) > 1`;

const HIGHEST_FILE = `
  SELECT coalesce(max(used), 0)::int AS file FROM git_commit c
  CROSS JOIN unnest(c.metric_file || c.baseline_file || c.warned_file) AS used
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position < $3`;

/**
 * Moves all commits below a position out of Postgres, as an archiver does that everything may be asked of.
 * @param leaves false: they are archived, and their rows stay, as they do for a day
 */
export async function moveToAttic(
  db: TestDatabase,
  organization: OrganizationId,
  repository: RepositoryId,
  hotFrom: number,
  leaves = true,
): Promise<void> {
  const ids = [organization, repository];
  await rowsOf(db, "CREATE SCHEMA IF NOT EXISTS attic", []);
  for (const table of TABLES) {
    await rowsOf(db, `CREATE TABLE IF NOT EXISTS attic.${table} (LIKE public.${table})`, []);
  }
  for (const statement of COPY) await rowsOf(db, statement, ids);
  const store = db.database.worker.in(organization);
  const state = await readArchiveState(store, repository);
  const range = { first: (state?.archivedTo ?? -1) + 1, last: hotFrom - 1 };
  const merges = await rowsOf(db, OTHER_PARENTS, [...ids, range.first, range.last]);
  const otherParents = new Map(merges.map((row) => [row["position"] as number, row["others"] as number[]]));
  const [highest] = await rowsOf(db, HIGHEST_FILE, [...ids, hotFrom]);
  const lease = await takeArchiveLease(db.database.system, "attic", {
    organizationId: organization,
    repositoryId: repository,
  });
  if (lease === null) throw new Error("the repository is in work, or its history is not whole");
  await store.write(async (tx) => {
    if (range.last >= range.first) {
      const lists = { ordinals: new Int32Array(), lines: new Int32Array() };
      await putSkeleton(tx, { repositoryId: repository, ...range, otherParents, ...lists });
    }
    const archivedTo = Math.max(range.last, range.first - 1);
    const file = highest?.["file"] as number;
    await publishRun(tx, lease, { archivedTo, file, archivedBefore: state?.archivedTo ?? null });
    if (leaves && hotFrom > (state?.hotFrom ?? 0)) {
      await deleteArchivedCommits(tx, lease, hotFrom);
      await deleteArchivedVersions(tx, repository, 0, 1_000_000);
      await deleteUnusedShapes(tx, repository);
    }
  });
  await store.write((tx) => releaseLease(tx, lease));
}

const COMMITS = `
  SELECT (to_jsonb(c) - 'organization_id' - 'repository_id')::text AS text, line, unreachable_since FROM attic.git_commit c
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;
const ALL_POSITIONS = `
  SELECT position FROM attic.git_commit WHERE organization_id = $1 AND repository_id = $2 AND position < $3`;
const FILES = `
  SELECT (to_jsonb(f) - 'organization_id' - 'repository_id' - 'values')::text AS text, f.number::int, f.path,
    s.keys, ARRAY(SELECT v::text FROM jsonb_array_elements(f.values) v) AS texts, f.shape IS NOT NULL AS readable
  FROM attic.metric_file f
  LEFT JOIN attic.metric_shape s
    ON s.organization_id = f.organization_id AND s.repository_id = f.repository_id AND s.number = f.shape
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY($3::bigint[])
  ORDER BY f.number`;

function shapeNumber(keys: readonly string[]): number {
  return -Number.parseInt(hash("sha256", JSON.stringify(keys)).slice(0, 12), 16);
}

function chosen({ path, keys, texts }: StoredValues, columns: WantedColumns): { keys: string[]; texts: string[] } {
  const wanted = columns === "all" ? new Set(keys) : (columns.get(path) ?? new Set<string>());
  const there = keys.flatMap((key, index) => (wanted.has(key) ? [{ key, text: texts[index] as string }] : []));
  return { keys: there.map(({ key }) => key), texts: there.map(({ text }) => text) };
}

/** A line of rows that were brought. */
class LineOfRows implements ArchivedLine {
  readonly #rows: ThawedRows;
  readonly #files: ReadonlyMap<number, { readonly file: ThawedFile; readonly values: string | null }>;
  readonly #shapes: ReadonlyMap<number, readonly string[]>;

  constructor(rows: ThawedRows) {
    this.#rows = rows;
    this.#files = new Map(rows.files.map((file, i) => [file.number, { file, values: rows.values[i] ?? null }]));
    this.#shapes = new Map(rows.shapes.map(({ number, keys }) => [number, keys]));
  }

  eachValue(path: string, key: string, take: (value: ArchivedValue) => void): void {
    for (const { position, metric_file: numbers } of this.#rows.commits) {
      for (const number of numbers) {
        const held = this.#files.get(number);
        const place = this.#shapes.get(held?.file.shape ?? 0)?.indexOf(key) ?? -1;
        if (held?.file.path !== path || place === -1 || held.values === null) continue;
        const value = fromJsonb(held.values)[place] ?? null;
        const kind =
          value === null ? "null" : typeof value === "boolean" || typeof value === "string" ? typeof value : "number";
        const num = typeof value === "string" ? null : Number(value);
        const isLong = typeof value === "bigint";
        const text = typeof value === "string" || isLong ? String(value) : null;
        take({ position, kind: kind === "string" ? "text" : kind, num: value === null ? null : num, text });
      }
    }
  }

  commit(position: number): ArchivedLineCommit | null {
    const commit = this.#rows.commits.find((each) => each.position === position);
    if (commit === undefined) return null;
    const { metric_file: numbers, unread_from: unreadFrom } = commit;
    const files = numbers.flatMap((number) => this.#files.get(number)?.file ?? []);
    return {
      files: `${numbers.join(",")} ${unreadFrom ?? ""}`,
      stateOf: (path) => {
        const file = files.find((each) => each.path === path);
        if (file !== undefined) return file.shape === null ? "unreadable" : "read";
        return unreadFrom !== null && path >= unreadFrom ? "unread" : "absent";
      },
    };
  }
}

/** @returns the archive of what was moved */
export function atticOf(db: TestDatabase): Archive & { asked: number } {
  return {
    asked: 0,
    // few: lists are put together of many parts
    atOnce: 17,
    async rows({ organization, repository }: ArchivedRepository, wanted: WantedRows): Promise<ThawedRows> {
      this.asked += 1;
      const owner = [organization, repository];
      const found = await rowsOf(db, COMMITS, [...owner, [...wanted.positions]]);
      const kept = await db.database.worker.in(organization).read(async (reader) => {
        const chunks = await readArchivedAt(reader, repository, wanted.positions);
        return new Map(
          chunks.flatMap((chunk) =>
            chunk.shas.flatMap((_, place) => {
              const commit = commitIn(chunk, chunk.position + place);
              return commit === null ? [] : [[commit.position, commit] as const];
            }),
          ),
        );
      });
      const commits = found.flatMap((row) => {
        const commit = JSON.parse(row["text"] as string) as ThawedCommit;
        const now = kept.get(commit.position);
        if (now === undefined) return [];
        const { ordinal, line, unreachableSince } = now;
        const unreachable_since = unreachableSince?.toISOString() ?? null;
        return [{ ...commit, ordinal, line: line === 0 ? null : line, unreachable_since }];
      });
      const numbers = new Set(
        commits.flatMap((commit) => [
          ...commit.metric_file,
          ...commit.baseline_file.filter((number) => number !== null),
          ...(commit.warned_file ?? []),
        ]),
      );
      const shapes = new Map<number, ThawedShape>();
      const files: ThawedFile[] = [];
      const values: (string | null)[] = [];
      const stored = numbers.size === 0 ? [] : await rowsOf(db, FILES, [...owner, [...numbers]]);
      for (const row of stored) {
        const file = JSON.parse(row["text"] as string) as ThawedFile;
        if (row["readable"] !== true) {
          files.push(file);
          values.push(null);
          continue;
        }
        const { keys, texts } = chosen(row as unknown as StoredValues, wanted.columns);
        const number = shapeNumber(keys);
        shapes.set(number, { number, keys });
        files.push({ ...file, shape: number });
        values.push(`[${texts.join(",")}]`);
      }
      return { commits, files, values, shapes: [...shapes.values()] };
    },
    async top({ organization, repository }: ArchivedRepository, { column, descending, after, below, limit }) {
      const all = await rowsOf(db, ALL_POSITIONS, [organization, repository, below]);
      const positions = new Set(all.map((row) => Number(row["position"])));
      const columns = new Map([[column.path, new Set([column.key])]]);
      const rows = await this.rows({ organization, repository }, { positions, columns }, new AbortController().signal);
      const line = new LineOfRows(rows);
      const values = new Map<number, Value>();
      line.eachValue(column.path, column.key, ({ position, kind, num, text }) => {
        const stored = fromJsonb(`[${storedText(kind, num, text)}]`)[0] ?? null;
        values.set(position, stored);
      });
      const keysOf = (position: number) => rankKeys(values.get(position), column.kind);
      const order = (a: AfterRow, b: AfterRow): number => {
        const within =
          a.double - b.double ||
          (a.rank === 3 ? compareTexts(a.detail, b.detail) : a.detail < b.detail ? -1 : Number(a.detail > b.detail));
        return a.rank - b.rank || (descending ? -within : within) || b.position - a.position;
      };
      const there = rows.commits.map(({ position }) => position);
      const sorted = there.map((position) => ({ ...keysOf(position), position })).sort(order);
      const last = after === null ? null : { ...rankKeys(after.value, column.kind), position: after.position };
      const behind = sorted.filter((row) => last === null || order(last, row) < 0);
      return behind.slice(0, limit).map(({ position }) => position);
    },
    async between({ organization, repository }: ArchivedRepository, { column, low, high, below }) {
      const all = await rowsOf(db, ALL_POSITIONS, [organization, repository, below]);
      const positions = new Set(all.map((row) => Number(row["position"])));
      const columns = new Map([[column.path, new Set([column.key])]]);
      const rows = await this.rows({ organization, repository }, { positions, columns }, new AbortController().signal);
      const values: ArchivedValue[] = [];
      new LineOfRows(rows).eachValue(column.path, column.key, (value) => values.push(value));
      return values.flatMap(({ position, kind, num, text }) => {
        const number = numberOf(fromJsonb(`[${storedText(kind, num, text)}]`)[0] ?? null);
        if (number === null) return kind === "text" ? [position] : [];
        return !Number.isFinite(number) || (number >= low && number <= high) ? [position] : [];
      });
    },
    async line(of, { positions, columns }, signal) {
      const rows = await this.rows(of, { positions: new Set(positions), columns }, signal);
      return new LineOfRows(rows);
    },
    async times(of, positions, signal) {
      const { commits } = await this.rows(of, { positions: new Set(positions), columns: new Map() }, signal);
      return commits.map(({ position, committed_at: time }) => ({ position, committedAt: Date.parse(time) / 1_000 }));
    },
  };
}
