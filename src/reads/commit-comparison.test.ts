// Comparing commits: what differs, what is the same, in which order, page by page; values as they are in the files.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fillHistory, shaOf, type TestFile, type TestHistory } from "../../test/helpers/filled-history.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { Comparison } from "../api/contract/compare.ts";
import type { OrganizationId, RepositoryId, Value } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { putTags } from "../store/git-tag.ts";
import { type ComparisonQuery, type ComparisonView, readComparison } from "./commit-comparison.ts";
import { createReads, type Reads } from "./reads.ts";

const big = 12_345_678_901_234_567_890n;
const file = (document: Record<string, Value>): TestFile => ({ document });
const problem = { reason: "too-large", message: "it was 6.1 MiB" } as const;
const history: TestHistory = {
  name: "o/r",
  commits: [
    { parents: [], files: { "m.json": file({ z: 1, acc: 0.5, note: "a", big, gone: 3 }), "b.json": file({ x: 1 }) } },
    { parents: [0], files: { "m.json": file({ z: 1, acc: "0.50", note: "b", big, nan: Number.NaN }) } },
    { parents: [1], files: { "m.json": file({ z: 2, acc: 0.75, note: "b", big: big + 1n }), "b.json": { problem } } },
    { parents: [0], files: { "m.json": file({ z: 1, acc: 0.5, note: "a", big, gone: 3 }), "b.json": file({ x: 1 }) } },
  ],
  branches: [
    { name: "main", head: 2 },
    { name: "dev", head: 3 },
  ],
};
const sha = (position: number): string => shaOf("o/r", position);

let db: TestDatabase;
let reads: Reads;
let organization: OrganizationId;
let repository: RepositoryId;

before(async () => {
  db = await openTestDatabase();
  reads = createReads(db.database);
  organization = await db.makeOrganization();
  repository = await fillHistory(db.database, organization, history);
  const tag = { name: "v1", nameBytes: Buffer.from("v1"), sha: sha(1) as never };
  const far = { name: "far", nameBytes: Buffer.from("far"), sha: "f".repeat(40) as never };
  await db.database.worker.in(organization).write((tx) => putTags(tx, repository, [tag, far]));
});
after(() => db.close());

const compare = async (commits: readonly string[], more: Partial<ComparisonQuery> = {}): Promise<ComparisonView> => {
  const view = await readComparison(reads, organization, "o/r", { commits, changed: true, limit: 100, ...more });
  Comparison.parse(JSON.parse(JSON.stringify(view)));
  return view;
};
const valuesOf = ({ rows }: ComparisonView): unknown =>
  Object.fromEntries(rows.map(({ column, values }) => [column.id, JSON.parse(JSON.stringify(values)) as unknown]));

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(isTidemarkError(error), String(error));
  return `${error.code}: ${error.message}`;
}

test("readComparison() gives the columns that differ, by path and in written order, and counts the others", async () => {
  const view = await compare([sha(0), sha(1)]);
  assert.deepEqual(
    view.rows.map(({ column }) => column.id),
    ["b.json:x", "m.json:note", "m.json:gone", "m.json:nan"],
  );
  assert.deepEqual(valuesOf(view), {
    "b.json:x": [1, null],
    "m.json:note": ["a", "b"],
    "m.json:gone": [3, null],
    "m.json:nan": [null, "NaN"],
  });
  assert.deepEqual([view.total, view.same, view.baseline, view.nextCursor], [4, 3, 0, null]);
  assert.deepEqual(
    view.commits.map(({ position, branches, author }) => [position, branches, author.name]),
    [
      [0, ["main"], "Ada"],
      [1, ["main"], "Ada"],
    ],
  );
});

test("readComparison() keeps every digit, and takes a text of a number for that number", async () => {
  const all = await compare([sha(1), sha(2)], { changed: false });
  const text = JSON.stringify(all.rows.find(({ column }) => column.key === "big")?.values);
  assert.equal(text, "[12345678901234567890,12345678901234567891]");
  assert.deepEqual((valuesOf(all) as Record<string, unknown>)["m.json:acc"], [0.5, 0.75]);
  const same = await compare([sha(0), sha(1)], { changed: false, search: "acc" });
  assert.deepEqual([valuesOf(same), same.total, same.same], [{ "m.json:acc": [0.5, 0.5] }, 1, 1]);
});

test("readComparison() takes branches, tags and first digits, and the same commit twice", async () => {
  const view = await compare(["main", "v1", sha(0).slice(0, 8), "dev", "main"], { baseline: "v1" });
  assert.deepEqual(
    view.commits.map(({ position }) => position),
    [2, 1, 0, 3, 2],
  );
  assert.equal(view.baseline, 1);
  assert.equal((await compare(["dev", sha(0)])).total, 0);
});

test("readComparison() says of a commit that no branch has it any more", async () => {
  const marked = (): Promise<(string | undefined)[]> =>
    compare([sha(0), sha(3)]).then(({ commits }) => commits.map(({ unreachableSince }) => unreachableSince));
  assert.deepEqual(await marked(), [undefined, undefined]);
  const mark = "UPDATE git_commit SET unreachable_since = $2 WHERE repository_id = $1 AND position = 3";
  await db.database.owner.query(mark, [repository, "2026-11-27T01:18:04Z"]);
  assert.deepEqual(await marked(), [undefined, "2026-11-27T01:18:04.000Z"]);
  await db.database.owner.query(mark, [repository, null]);
});

test("readComparison() tells a file that could not be read from one that is gone", async () => {
  const view = await compare([sha(0), sha(1), sha(2)]);
  assert.deepEqual((valuesOf(view) as Record<string, unknown>)["b.json:x"], [1, null, null]);
  assert.deepEqual(view.unreadable, [{ path: "b.json", commit: 2, reason: "too-large" }]);
});

test("readComparison() pages give together what one page gives, and a cursor belongs to its question", async () => {
  const whole = await compare([sha(0), sha(2)], { changed: false });
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await compare([sha(0), sha(2)], { changed: false, limit: 2, cursor });
    assert.equal(page.total, whole.total);
    found.push(...page.rows);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(JSON.stringify(found), JSON.stringify(whole.rows));
  assert.ok(found.length > 4);

  const first = (await compare([sha(0), sha(2)], { limit: 1 })).nextCursor ?? assert.fail();
  assert.match(await refusal(compare([sha(0), sha(1)], { limit: 1, cursor: first })), /^cursor-mismatch/);
  assert.match(await refusal(compare([sha(0), sha(2)], { limit: 1, search: "m", cursor: first })), /^cursor-mismatch/);
  for (let place = 0; place < first.length; place++) {
    const other = first[place] === "A" ? "B" : "A";
    const changed = first.slice(0, place) + other + first.slice(place + 1);
    assert.match(await refusal(compare([sha(0), sha(2)], { limit: 1, cursor: changed })), /^cursor-mismatch/);
  }
});

test("readComparison() says which name leads nowhere, and why", async () => {
  assert.match(await refusal(compare([sha(0), "nope"])), /^commit-not-found: .*"nope": found nothing of this name/);
  assert.match(await refusal(compare([sha(0), "ffff0000"])), /^commit-not-found: .*found none/);
  assert.match(await refusal(compare([sha(0), "far"])), /^commit-not-found: .*its commit ffffffffffff not stored/);
  assert.match(await refusal(compare([])), /^bad-argument: .*found none, wanted 2 to 7/);
  assert.match(await refusal(compare(["main"])), /^bad-argument: .*found one, wanted 2 to 7/);
  assert.match(await refusal(compare(["main", "dev"], { baseline: sha(0) })), /^bad-argument: .*none of them/);
});

test("readComparison() shows nothing of another organisation", async () => {
  const other = await db.makeOrganization("Other");
  const question = { commits: [sha(0), sha(1)], changed: true, limit: 9 };
  assert.match(await refusal(readComparison(reads, other, "o/r", question)), /^repository-not-found/);
  assert.match(await refusal(readComparison(reads, other, repository, question)), /^repository-not-found/);
});

test("readComparison() refuses more values than fit into memory", async () => {
  const document = Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`k${n}`, n]));
  const commits = [{ parents: [], files: { "m.json": file(document) } }];
  await fillHistory(db.database, organization, { name: "wide", commits, branches: [{ name: "main", head: 0 }] });
  const wide = (count: number) =>
    readComparison(reads, organization, "wide", {
      commits: Array.from({ length: count }, () => "main"),
      changed: true,
      limit: 9,
    });
  assert.equal((await wide(6)).same, 60_000);
  assert.match(await refusal(wide(7)), /^limit-exceeded: .*found 420000 values, wanted at most 400000/);
});
