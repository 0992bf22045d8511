// Pages of commits against a slow reading of the same history: order, values, baselines, cursors, and hostile keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../domain/model.ts";
import { CommitPage, type CommitRow } from "../api/contract/commits.ts";
import { formatColumnId, formatKey } from "../domain/key.ts";
import { type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import {
  shaOf,
  fillHistory,
  type TestCommit,
  type TestFile,
  type TestHistory,
} from "../../test/helpers/filled-history.ts";
import { openReads } from "../../test/helpers/open-reads.ts";
import { readCommitPage } from "./commit-page.ts";
import type { CommitPageQuery } from "./page-question.ts";
import { createReads, type Reads } from "./reads.ts";

const { db, reads, organization } = await openReads();

async function page(name: string, query: Partial<CommitPageQuery> = {}): Promise<CommitPage> {
  const { text } = await readCommitPage(reads, organization, name, { columns: [], limit: 40, ...query });
  return CommitPage.parse(JSON.parse(text));
}

/** All rows of a branch by cursors, and how many pages they were. */
async function walk(
  name: string,
  query: Partial<CommitPageQuery>,
  between?: () => Promise<void>,
): Promise<CommitRow[]> {
  const rows: CommitRow[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(name, { ...query, cursor });
    rows.push(...next.commits);
    cursor = next.nextCursor ?? undefined;
    await between?.();
  } while (cursor !== undefined);
  return rows;
}

/** Positions of a branch's first-parent line, newest first. */
function lineOf(history: TestHistory, head: number): number[] {
  const line: number[] = [];
  for (let at: number | undefined = head; at !== undefined; at = history.commits[at]?.parents[0]) line.push(at);
  return line;
}

function documentAt(history: TestHistory, position: number, path: string): Readonly<Record<string, Value>> | null {
  const file = history.commits[position]?.files[path];
  return file !== undefined && "document" in file ? file.document : null;
}

/** The nearest first-parent ancestor that has a readable version of a file. */
function baselineAt(history: TestHistory, position: number, path: string): number | null {
  const [, ...ancestors] = lineOf(history, position);
  return ancestors.find((ancestor) => documentAt(history, ancestor, path) !== null) ?? null;
}

/** Paths that its first parent has and it has not. */
function removedAt(history: TestHistory, position: number): string[] {
  const [now = {}, past = {}] = lineOf(history, position).map((each) => history.commits[each]?.files);
  return Object.keys(past)
    .filter((path) => now[path] === undefined)
    .sort();
}

const tooLarge: TestFile = {
  problem: { reason: "too-large", message: "it was 6.1 MiB", size: 6_400_000, limit: 4_194_304 },
};

/** A history with merges of several parents, branches of branches, several roots, absent and unreadable files. */
function randomHistory(random: Random, name: string, size: number): TestHistory {
  const commits: TestCommit[] = [];
  for (let position = 0; position < size; position++) {
    const parents = new Set<number>();
    if (position > 0 && random(25) > 0) {
      parents.add(position - 1 - random(Math.min(position, 4)));
      for (let i = 0; i < random(3); i++) parents.add(random(position));
    }
    const files: Record<string, TestFile> = {};
    for (const path of ["a.json", "b/c.json"]) {
      const document: Record<string, Value> = {};
      for (let key = 0; key < 3 + random(3); key++) document[`k${key}`] = random(20) / 4;
      const chance = random(10);
      if (chance === 0) files[path] = tooLarge;
      else if (chance < 9) files[path] = { document };
    }
    commits.push({ parents: [...parents], files });
  }
  const heads = [size - 1, random(size), random(size), random(size)];
  return { name, commits, branches: heads.map((head, i) => ({ name: `branch ${i}`, head })) };
}

test("readCommitPage() walks every branch as its first-parent line, with the values of a slow reading", async () => {
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    const history = randomHistory(random, `walk-${seed}`, 120);
    await fillHistory(db.database, organization, history);
    const columns = ["a.json:k0", "b/c.json:k1", "a.json:k4"];
    for (const branch of history.branches) {
      const rows = await walk(history.name, { branch: branch.name, columns, limit: 1 + random(17) });
      const line = lineOf(history, branch.head);
      const context = `seed ${seed}, ${branch.name}`;
      assert.deepEqual(
        rows.map((row) => row.position),
        line,
        context,
      );
      for (const row of rows) {
        const at = `${context}, position ${row.position}`;
        assert.equal(row.sha, shaOf(history.name, row.position), at);
        assert.equal(row.ordinal, lineOf(history, row.position).length - 1, at);
        assert.deepEqual(
          row.parents,
          history.commits[row.position]?.parents.map((p) => shaOf(history.name, p)),
          at,
        );
        const cell = (position: number | null, column: string): Value => {
          const [path = "", key = ""] = column.split(":");
          return position === null ? null : (documentAt(history, position, path)?.[key] ?? null);
        };
        assert.deepEqual(
          row.values,
          columns.map((column) => cell(row.position, column)),
          at,
        );
        const bases = columns.map((column) => {
          const path = column.split(":")[0] ?? "";
          // a commit without the file has nothing to compare, but for the one that removed it
          const isAbout = (position: number) => history.commits[position]?.files[path] !== undefined;
          return lineOf(history, row.position).slice(0, 2).some(isAbout)
            ? baselineAt(history, row.position, path)
            : null;
        });
        assert.deepEqual(
          row.baselineValues,
          columns.map((column, i) => cell(bases[i] ?? null, column)),
          at,
        );
        assert.deepEqual(row.removed, removedAt(history, row.position), at);
        const isGone = (column: string, i: number) => {
          const file = history.commits[row.position]?.files[column.split(":")[0] ?? ""];
          const unknown = file !== undefined && !("document" in file);
          // where the file was away in between, what it does not bring back was gone already
          const below = lineOf(history, row.position).slice(1);
          const path = column.split(":")[0] ?? "";
          const between = below.slice(0, below.indexOf(bases[i] ?? -1));
          const wasAway = between.some((position) => history.commits[position]?.files[path] === undefined);
          return !unknown && !wasAway && row.values[i] === null && cell(bases[i] ?? null, column) !== null;
        };
        const places = columns.map((column, i) => (isGone(column, i) ? i : -1)).filter((place) => place >= 0);
        assert.deepEqual(row.gone, places, at);
        const nearest = Math.max(...bases.map((position) => position ?? -1));
        assert.equal(row.baseline?.sha, nearest === -1 ? undefined : shaOf(history.name, nearest), at);
        for (const { path, sha } of row.baseline?.except ?? []) {
          assert.equal(sha, shaOf(history.name, baselineAt(history, row.position, path) ?? -1), at);
        }
      }
    }
  }
});

test("readCommitPage() keeps its place while commits are added and the line turns", async () => {
  const random = seededRandom(7);
  const history = randomHistory(random, "growing", 60);
  // the default branch grows by a merge whose first parent is another branch: its line turns around
  const straight = {
    ...history,
    branches: [
      { name: "main", head: 59 },
      { name: "dev", head: 30 },
    ],
  };
  await fillHistory(db.database, organization, straight);
  const columns = ["a.json:k0"];
  const expected = lineOf(straight, 59);
  let grown = straight;
  const rows = await walk("growing", { branch: "main", columns, limit: 5 }, async () => {
    const size = grown.commits.length;
    const added: TestCommit = { parents: [30, size - 1], files: {} };
    const branches = [
      { name: "main", head: size },
      { name: "dev", head: 30 },
      { name: "old", head: 59 },
    ];
    grown = { ...grown, commits: [...grown.commits, added], branches };
    await fillHistory(db.database, organization, grown);
  });
  assert.deepEqual(
    rows.map((row) => row.position),
    expected,
  );
});

test("readCommitPage() refuses a cursor that was changed, or belongs to another question", async () => {
  const history = randomHistory(seededRandom(11), "cursors", 50);
  await fillHistory(db.database, organization, history);
  await fillHistory(db.database, organization, { ...history, name: "cursors-2" });
  const query = { columns: ["a.json:k0"], limit: 3 };
  const cursor = (await page("cursors", query)).nextCursor ?? "";
  assert.ok(cursor.length > 0 && cursor.length <= 512);
  const refused = (name: string, changed: Partial<CommitPageQuery>) =>
    assert.rejects(page(name, { ...query, cursor, ...changed }), { code: "cursor-mismatch" });
  await refused("cursors-2", {});
  await refused("cursors", { columns: ["a.json:k1"] });
  await refused("cursors", { branch: "branch 1" });
  for (const text of ["", "x", "%00", cursor.slice(1), `${cursor}A`, `${cursor}=`, "A".repeat(513)]) {
    await refused("cursors", { cursor: text });
  }
  for (let i = 0; i < cursor.length; i++) {
    for (const character of ["A", "b", "_", "0"]) {
      const changed = cursor.slice(0, i) + character + cursor.slice(i + 1);
      if (changed !== cursor) await refused("cursors", { cursor: changed });
    }
  }
});

test("readCommitPage() gives values exactly: special numbers, long integers, numeric texts, missing marks", async () => {
  const document = (x: Record<string, Value>): Record<string, TestFile> => ({ "m.json": { document: x } });
  const files = [
    { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, low: Number.NEGATIVE_INFINITY, big: 9_007_199_254_740_993n },
    { nan: 1, inf: 1e300, low: 1e-300, big: 18_446_744_073_709_551_615n, text: "54500.8", word: "N/A" },
    { nan: -0, inf: 0.1, low: -1.5e-7, big: 2, text: "12%", word: 4, quoted: 'a "b", \\ c\n\u0001 é 😀' },
  ];
  const commits = files.map((values, i) => ({ parents: i === 0 ? [] : [i - 1], files: document(values) }));
  await fillHistory(db.database, organization, { name: "values", commits, branches: [{ name: "main", head: 2 }] });
  const columns = ["nan", "inf", "low", "big", "text", "word", "quoted"].map((key) => `m.json:${key}`);
  const { text } = await readCommitPage(reads, organization, "values", { columns, limit: 40 });
  const rows = [...text.matchAll(/"values":(\[.*?\]),"baseline"/g)].map((match) => match[1]);
  assert.deepEqual(rows, [
    '[0,0.1,-0.00000015,2,12,4,"a \\"b\\", \\\\ c\\n\\u0001 é 😀"]',
    "[1,1e+300,1e-300,18446744073709551615,54500.8,null,null]",
    '["NaN","Infinity","-Infinity",9007199254740993,null,null,null]',
  ]);
});

test("readCommitPage() finds keys of 512 bytes, with quotes, and with 64 equal first bytes (D7)", async () => {
  const same = "s".repeat(64);
  const names = [
    "k".repeat(512),
    '"; DROP TABLE git_commit; --',
    "it's",
    "$1",
    "a\\\\b",
    "été 😀",
    "",
    " ",
    "a\nb",
    "\t",
  ];
  const keys = [
    ...[...names, ...Array.from({ length: 64 }, (_, i) => `${same}${i}`)].map((name) =>
      formatKey([{ kind: "name", name }]),
    ),
    `rows[name="a,b]",x=1].y`,
  ];
  const document = (base: number) => Object.fromEntries(keys.map((key, i) => [key, base + i]));
  const commits = [0, 1].map((i) => ({
    parents: i === 0 ? [] : [0],
    files: { 'odd ":path.json': { document: document(i * 1_000) } },
  }));
  await fillHistory(db.database, organization, { name: "keys", commits, branches: [{ name: "main", head: 1 }] });
  const columns = keys.map((key) => formatColumnId('odd ":path.json', key));
  const { commits: rows, columns: heads } = await page("keys", { columns });
  assert.deepEqual(
    heads.map((head) => head.key),
    keys,
  );
  assert.deepEqual(
    rows.map((row) => row.values),
    [keys.map((_, i) => 1_000 + i), keys.map((_, i) => i)],
  );
  assert.deepEqual(rows[0]?.baselineValues, rows[1]?.values);
});

test("readCommitPage() marks the best, brings warnings, and orders default columns by path as written", async () => {
  const problem = { reason: "too-large", message: "6.1 MiB", size: 1, limit: 2 } as const;
  const odd = { reason: "duplicate-keys", message: "acc twice", line: 3 } as const;
  const commits: TestCommit[] = [
    {
      parents: [],
      files: { "b.json": { document: { z: 1, a: 5 } }, "a.json": { document: { k: 1 }, warnings: [odd] } },
    },
    { parents: [0], files: { "b.json": { document: { z: 3, a: 4 } }, "a.json": { problem } } },
    {
      parents: [1],
      files: { "b.json": { document: { z: 3, a: 5 } }, "a.json": { problem } },
      warnings: [{ reason: "too-many-files", message: "9,000 files" }],
    },
  ];
  await fillHistory(db.database, organization, { name: "marks", commits, branches: [{ name: "main", head: 2 }] });
  const { columns, commits: rows } = await page("marks");
  assert.deepEqual(
    columns.map((column) => column.id),
    ["a.json:k", "b.json:z", "b.json:a"],
  );
  assert.deepEqual(
    rows.map((row) => row.best),
    [
      [false, false, false],
      [false, true, false],
      // every commit holds the best of a value that never changed
      [false, false, true],
    ],
  );
  assert.deepEqual(
    rows.map((row) => row.values),
    [
      [null, 3, 5],
      [null, 3, 4],
      [1, 1, 5],
    ],
  );
  assert.deepEqual(
    rows.map((row) => row.warnings),
    [
      [{ reason: "too-many-files", message: "9,000 files", path: null }],
      [{ ...problem, path: "a.json" }],
      [{ ...odd, path: "a.json" }],
    ],
  );
  assert.deepEqual(rows[0]?.baseline, {
    sha: shaOf("marks", 1),
    reason: "first-parent",
    except: [{ path: "a.json", sha: shaOf("marks", 0) }],
  });
});

test("readCommitPage() ends at what an import has not come to, and goes on when it has", async () => {
  const commits: TestCommit[] = Array.from({ length: 10 }, (_, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: { "m.json": { document: { x: position } } },
    stored: position >= 6,
  }));
  const history = {
    name: "importing",
    commits,
    branches: [{ name: "main", head: 9 }],
    state: "importing",
    importedTo: 6,
  };
  await fillHistory(db.database, organization, history);
  const first = await page("importing", { limit: 3 });
  assert.deepEqual(
    first.commits.map((row) => row.position),
    [9, 8, 7],
  );
  const second = await page("importing", { limit: 3, cursor: first.nextCursor ?? "" });
  assert.deepEqual(
    second.commits.map((row) => row.position),
    [6],
  );
  assert.equal(second.nextCursor, null);
  assert.equal(second.coverage.importedTo, 6);
  await fillHistory(db.database, organization, {
    ...history,
    commits: commits.map((commit) => ({ ...commit, stored: true })),
  });
  const again = await page("importing", { limit: 3, cursor: first.nextCursor ?? "" });
  assert.deepEqual(
    again.commits.map((row) => row.position),
    [6, 5, 4],
  );
});

test("readCommitPage() names what is not there: repository, branch, column", async () => {
  await fillHistory(db.database, organization, {
    name: "small",
    commits: [{ parents: [], files: { "m.json": { document: { x: 1 } } } }],
    branches: [{ name: "main", head: 0 }],
  });
  await assert.rejects(page("nowhere"), { code: "repository-not-found" });
  await assert.rejects(page("small", { branch: "dev" }), { code: "branch-not-found", message: /wanted one of main/ });
  await assert.rejects(page("small", { columns: ["m.json:y"] }), { code: "column-not-found" });
  await assert.rejects(page("small", { columns: ["no colon"] }), { code: "column-not-found" });
  await assert.rejects(page("small", { columns: ["m.json:x", "m.json:x", "n.json:x"] }), { code: "column-not-found" });
  const other = await db.makeOrganization("Other");
  const foreign = readCommitPage(reads, other, "small", { columns: [], limit: 1 });
  await assert.rejects(foreign, { code: "repository-not-found" });
});

test("readCommitPage() refuses nothing by what it keeps: branches, columns and cursors of a newer version", async () => {
  const history = (heads: Readonly<Record<string, number>>) => ({
    name: "outdated",
    commits: [0, 1, 2].map((x) => ({
      parents: x === 0 ? [] : [x - 1],
      files: { "m.json": { document: x === 2 && heads["dev"] !== undefined ? { x, y: x } : { x } } },
    })),
    branches: Object.entries(heads).map(([branch, head]) => ({ name: branch, head })),
  });
  const fill = (heads: Readonly<Record<string, number>>) => fillHistory(db.database, organization, history(heads));
  const columns = ["m.json:x"];
  const ids = (found: CommitPage) => found.commits.map((row) => row.position);
  await fill({ main: 1 });
  const [asked, other] = [createReads(db.database), createReads(db.database)];
  const ask = async (from: Reads, query: Partial<CommitPageQuery>) =>
    CommitPage.parse(
      JSON.parse((await readCommitPage(from, organization, "outdated", { columns, limit: 40, ...query })).text),
    );
  await ask(asked, {});
  await ask(asked, { columns: [], limit: 1 });
  await assert.rejects(ask(asked, { branch: "dev" }), { code: "branch-not-found" });
  await assert.rejects(ask(asked, { columns: ["m.json:y"] }), { code: "column-not-found" });
  await fill({ main: 2, dev: 2 });
  assert.deepEqual(ids(await ask(asked, { branch: "dev" })), [2, 1, 0]);
  // another process gives a cursor of default columns that this one does not know yet
  const { nextCursor, columns: heads } = await ask(other, { columns: [], limit: 1 });
  assert.equal(heads.length, 2);
  assert.deepEqual(ids(await ask(asked, { columns: [], limit: 1, cursor: nextCursor ?? "" })), [1]);
  assert.equal((await ask(asked, { columns: ["m.json:y"] })).commits.length, 3);
  await fill({ main: 2, renamed: 1 });
  assert.deepEqual(ids(await ask(asked, { branch: "renamed" })), [1, 0]);
  await assert.rejects(ask(asked, { branch: "dev" }), { code: "branch-not-found", message: /main, renamed/ });
  // another repository has the name now
  await db.database.owner.write((tx) => tx.query("DELETE FROM git_repository WHERE name = $1", ["outdated"]));
  await fill({ main: 2, again: 0 });
  assert.deepEqual(ids(await ask(asked, { branch: "again" })), [0]);
});

test("readCommitPage() of a repository that waits for its import is empty", async () => {
  await fillHistory(db.database, organization, { name: "waiting", commits: [], branches: [], state: "waiting" });
  const { branch, columns, commits, nextCursor } = await page("waiting");
  assert.deepEqual(
    { branch, columns, commits, nextCursor },
    { branch: null, columns: [], commits: [], nextCursor: null },
  );
});
