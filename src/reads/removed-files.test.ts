// What people see of a metric file, or of a key, that a commit took away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CommitPage, type CommitRow } from "../api/contract/commits.ts";
import type { OrganizationId, Value } from "../domain/model.ts";
import { fillHistory, shaOf, type TestFile } from "../../test/helpers/filled-history.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { readCommit, type CommitView } from "./commit-detail.ts";
import { readCommitPage } from "./commit-page.ts";
import { createReads, type Reads } from "./reads.ts";

const NAME = "removals";
const file = (document: Record<string, Value>): TestFile => ({ document });
const unreadable: TestFile = { problem: { reason: "too-large", message: "it was 6.1 MiB" } };

/** A file that goes, one that loses a key, one that cannot be read before it goes, one that never could be read. */
const FILES: readonly Record<string, TestFile>[] = [
  {
    "a.json": file({ acc: 0.5, loss: 2 }),
    "b.json": file({ x: 1, y: 2 }),
    "c.json": file({ ms: 7 }),
    "d.json": unreadable,
  },
  { "a.json": file({ acc: 0.5, loss: 2 }), "b.json": file({ y: 2 }), "c.json": unreadable, "d.json": unreadable },
  { "b.json": file({ y: 3 }), "e.json": file({ acc: 0.5 }) },
  { "b.json": unreadable, "e.json": file({ acc: 0.5 }) },
];

let db: TestDatabase;
let reads: Reads;
let organization: OrganizationId;

before(async () => {
  db = await openTestDatabase();
  reads = createReads(db.database);
  organization = await db.makeOrganization();
  const commits = FILES.map((files, n) => ({ parents: n === 0 ? [] : [n - 1], files }));
  await fillHistory(db.database, organization, { name: NAME, commits, branches: [{ name: "main", head: 3 }] });
});
after(() => db.close());

async function rows(columns: readonly string[], limit = 40): Promise<readonly CommitRow[]> {
  const { text } = await readCommitPage(reads, organization, NAME, { columns, limit });
  return CommitPage.parse(JSON.parse(text)).commits;
}

async function commitAt(position: number): Promise<CommitView> {
  return (await readCommit(reads, organization, NAME, shaOf(NAME, position))).answer;
}

test("a row says which files and which of the shown values its commit took away", async () => {
  const shown = await rows(["a.json:acc", "a.json:loss", "b.json:x", "b.json:y", "c.json:ms"]);
  assert.deepEqual(
    shown.map(({ removed, gone }) => ({ removed, gone })),
    [
      // unreadable: whether its values are gone, nobody knows
      { removed: [], gone: [] },
      { removed: ["a.json", "c.json", "d.json"], gone: [0, 1, 4] },
      { removed: [], gone: [2] },
      { removed: [], gone: [] },
    ],
  );
  assert.deepEqual(shown[1]?.values, [null, null, null, 3, null]);
  assert.deepEqual(shown[1]?.baselineValues, [0.5, 2, null, 2, 7]);
  assert.deepEqual(shown[1]?.baseline, {
    sha: shaOf(NAME, 1),
    reason: "first-parent",
    except: [{ path: "c.json", sha: shaOf(NAME, 0) }],
  });
});

test("a removed file is named whatever columns are shown, also in the last row of a page", async () => {
  assert.deepEqual((await rows(["b.json:y"]))[1]?.removed, ["a.json", "c.json", "d.json"]);
  const page = await rows(["c.json:ms"], 2);
  assert.deepEqual(page[1]?.removed, ["a.json", "c.json", "d.json"]);
  assert.deepEqual(page[1]?.baseline, { sha: shaOf(NAME, 0), reason: "nearest-readable", except: [] });
});

test("readCommit() lists what went with its last value, and nothing of what could not be read", async () => {
  const removing = await commitAt(2);
  assert.deepEqual(removing.removed, ["a.json", "c.json", "d.json"]);
  assert.deepEqual(
    removing.values.map(({ column, value, baseline }) => [column, value, baseline]),
    [
      ["b.json:y", 3, 2],
      ["e.json:acc", 0.5, null],
      ["a.json:acc", null, 0.5],
      ["a.json:loss", null, 2],
      ["c.json:ms", null, 7],
    ],
  );
  assert.deepEqual(
    removing.files.map(({ path }) => path),
    ["b.json", "e.json"],
  );
  assert.deepEqual(removing.baseline, {
    sha: shaOf(NAME, 1),
    reason: "first-parent",
    except: [{ path: "c.json", sha: shaOf(NAME, 0) }],
  });
  const dropping = await commitAt(1);
  assert.deepEqual(
    dropping.values.map(({ column, value, baseline }) => [column, value, baseline]),
    [
      ["a.json:acc", 0.5, 0.5],
      ["a.json:loss", 2, 2],
      ["b.json:x", null, 1],
      ["b.json:y", 2, 2],
    ],
  );
  assert.deepEqual(
    (await commitAt(3)).values.map(({ column }) => column),
    ["e.json:acc"],
  );
});
