// How the search finds its commits where Postgres knows nothing of the rows: every table is read a few times, never once a commit.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "pg";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { parseFilter } from "../domain/filter-parser.ts";
import { type CommitSearch, findCommitsOfList } from "./commit-search.ts";
import { parseDatabaseUrl } from "./connection.ts";
import type { PreparedStatement, Reader, SqlValue } from "./organization-store.ts";

const COMMITS = 2_000;
/** A table is read by a search this often at most, whatever it holds. */
const MAX_LOOPS = 3;
/** These hold one commit, and are compared with each. */
const OF_ONE_COMMIT: ReadonlySet<string> = new Set(["last", "pinned_shown"]);

let db: TestDatabase;
let organization: OrganizationId;
let repository: RepositoryId;

const FILL: readonly string[] = [
  `INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys) VALUES ($1, $2, 1, '\\x01', '{a,b}')`,
  `INSERT INTO metric_file (organization_id, repository_id, number, path, version, size, adapter, adapter_version, status,
     shape, values)
   SELECT $1, $2, n, CASE WHEN n % 2 = 0 THEN 'even.json' ELSE 'odd.json' END, decode(md5(n::text), 'hex'), 1, 'json', 1,
     'read', 1, jsonb_build_array(n * 7919 % 1000, n) FROM generate_series(1, 2 * ${COMMITS}) n`,
  `INSERT INTO git_commit (organization_id, repository_id, position, sha, parents, first_parent, ordinal, line, author_name,
     author_email, authored, authored_at, committer_name, committed, committed_at, subject, metric_file, baseline_file,
     baseline_position)
   SELECT $1, $2, n - 1, decode(md5(n::text), 'hex'), '{}', nullif(n - 2, -1), n - 1, 1, 'A', 'a', '1 +0000',
     to_timestamp(n), 'C', '1 +0000', to_timestamp(n), 'S', ARRAY[2 * n, 2 * n - 1],
     ARRAY[nullif(2 * n - 2, 0), nullif(2 * n - 3, -1)], ARRAY[nullif(n - 2, -1), nullif(n - 2, -1)]
   FROM generate_series(1, ${COMMITS}) n`,
];

before(async () => {
  db = await openTestDatabase();
  organization = await db.makeOrganization();
  const insert = `INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, 'r', 'remote', 'r') RETURNING id::text`;
  const [row] = await db.database.owner.query<{ id: RepositoryId }>(insert, [organization]);
  repository = row?.id ?? assert.fail();
  for (const text of FILL) await db.database.owner.query(text, [organization, repository]);
  // an import is read at once: Postgres has come to one table, and not yet to the other
  await db.database.owner.query("ANALYZE metric_file");
});
after(() => db.close());

/** Of many, so that many versions are expected. */
const shapes = Array.from({ length: 1_000 }, (_, i) => ({ shape: i + 1, index: 0 }));
const rest = { bestPosition: null, kind: "number", shapes, key: "a" } as const;
const even = { ...rest, path: "even.json", sorted: true, filtered: false, compared: false };
const odd = { ...rest, path: "odd.json", sorted: false, filtered: true, compared: true };
const columns = [
  { path: "even.json", key: "a" },
  { path: "odd.json", key: "a" },
];
const base: CommitSearch = {
  parts: [{ line: 1, top: COMMITS - 1, bottom: -1 }],
  from: null,
  touching: false,
  columns: [even],
  sorts: [{ column: 0, descending: true }],
  filter: null,
  branches: [],
  changed: null,
  pinned: null,
  after: null,
  limit: 41,
  counted: false,
};
const shown = columns.map(({ path }) => ({ path, ofNumbers: [true, false], shapes: [{ shape: 1, indexes: [0, 1] }] }));
const SEARCHES: Readonly<Record<string, CommitSearch>> = {
  "by one column": base,
  "by one column, a later page": { ...base, after: 700 },
  "by columns of two paths, filtered by a change": {
    ...base,
    columns: [even, { ...odd, sorted: true }],
    sorts: [...base.sorts, { column: 1, descending: false }],
    filter: parseFilter('delta("odd.json:a") > 0 and warnings = 0', columns),
    counted: true,
  },
  "of all that changed": { ...base, parts: null, changed: shown, counted: true },
  "of all that differ from one": { ...base, changed: shown, pinned: [1, 2], counted: true, touching: true },
};

interface Plan {
  readonly "Node Type": string;
  readonly "CTE Name"?: string;
  readonly "Relation Name"?: string;
  readonly "Actual Loops": number;
  readonly Plans?: readonly Plan[];
}

function* scansOf(plan: Plan): Generator<{ readonly table: string; readonly loops: number }> {
  const table = plan["CTE Name"] ?? plan["Relation Name"];
  // one look-up by key is no reading
  if (table !== undefined && plan["Node Type"] !== "Index Scan") yield { table, loops: plan["Actual Loops"] };
  for (const child of plan.Plans ?? []) yield* scansOf(child);
}

for (const [name, search] of Object.entries(SEARCHES)) {
  test(`findCommitsOfList() reads no table once a commit: ${name}`, async () => {
    const client = new Client(parseDatabaseUrl(db.webUrl));
    await client.connect();
    const plans: Plan[] = [];
    const reader: Reader = {
      organizationId: organization,
      query: async <Row extends object>(statement: string | PreparedStatement, values: readonly SqlValue[] = []) => {
        const text = typeof statement === "string" ? statement : statement.text;
        const given = [organization, ...values];
        if (/^\s*WITH/.test(text)) {
          const explained = await client.query<{ "QUERY PLAN": { Plan: Plan }[] }>(
            `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
            given,
          );
          plans.push(explained.rows[0]?.["QUERY PLAN"][0]?.Plan ?? assert.fail());
        }
        return (await client.query<Row>(text, given)).rows;
      },
    };
    try {
      await client.query("BEGIN READ ONLY");
      await findCommitsOfList(reader, repository, search);
    } finally {
      await client.end();
    }
    assert.ok(plans.length > 0);
    const often = plans
      .flatMap((plan) => [...scansOf(plan)])
      .filter(({ table, loops }) => loops > MAX_LOOPS && !OF_ONE_COMMIT.has(table));
    assert.deepEqual(often, []);
  });
}
