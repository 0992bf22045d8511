// One column's history against a slow walk over the same commits: changes in pages, best values, merges, what is missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bestOfColumn, blameColumn, type ColumnChange } from "../api/contract/column-history.ts";
import { sameValue } from "../domain/compare.ts";
import type { Value } from "../domain/model.ts";
import { numberOf } from "../domain/value.ts";
import { isTidemarkError } from "../errors.ts";
import {
  fillHistory,
  shaOf,
  type TestCommit,
  type TestFile,
  type TestHistory,
} from "../../test/helpers/filled-history.ts";
import { openReads } from "../../test/helpers/open-reads.ts";
import { pick, type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import { type BlameQuery, readColumnBest, readColumnBlame } from "./column-changes.ts";

const COLUMN = "m.json:x";

const { db, reads, organization } = await openReads();

async function blame(name: string, query: Partial<BlameQuery> = {}, id = COLUMN) {
  const answer = await readColumnBlame(reads, organization, name, id, { limit: 200, ...query });
  return blameColumn.answer.parse(JSON.parse(JSON.stringify(answer)));
}

async function best(name: string, query: { branch?: string; limit?: number } = {}, id = COLUMN) {
  const answer = await readColumnBest(reads, organization, name, id, { limit: 200, ...query });
  return bestOfColumn.answer.parse(JSON.parse(JSON.stringify(answer)));
}

function lineOf(history: TestHistory, head: number): number[] {
  const line: number[] = [];
  for (let at: number | undefined = head; at !== undefined; at = history.commits[at]?.parents[0]) line.push(at);
  return line;
}

function fileAt({ commits }: TestHistory, position: number | undefined): TestFile | undefined {
  return commits[position ?? -1]?.files["m.json"];
}

/** undefined where the file could not be read. */
function valueAt(history: TestHistory, position: number): Value | undefined {
  const file = fileAt(history, position);
  if (file === undefined) return null;
  return "document" in file ? (file.document["x"] ?? null) : undefined;
}

type Told = readonly [position: number, value: Value, before: Value, baseline: number | null];

/** What each commit did, by the words of domain/document-changes.ts. */
function slowBlame(history: TestHistory, line: readonly number[]): Told[] {
  const isAway = (position: number | undefined) => fileAt(history, position) === undefined;
  return line.flatMap((position, i): Told[] => {
    const value = valueAt(history, position);
    const below = line.slice(i + 1);
    if (value === undefined || (isAway(position) && isAway(below[0]))) return [];
    const baseline = below.findIndex((each) => !isAway(each) && valueAt(history, each) !== undefined);
    if (baseline === -1) return value === null ? [] : [[position, value, null, null]];
    const past = valueAt(history, below[baseline] as number) ?? null;
    const wasAway = below.slice(0, baseline).some(isAway);
    const isChanged = !sameValue(value, past) && !(value === null && wasAway);
    return isChanged ? [[position, value, past, below[baseline] as number]] : [];
  });
}

const finite = (value: Value | undefined): number | null => {
  const number = numberOf(value ?? null);
  return number !== null && Number.isFinite(number) ? number : null;
};

/** The commits whose value is another one than their baseline's and that no other parent has; highest first. */
function slowBest(history: TestHistory): Told[] {
  const brought = history.commits.flatMap((commit, position): Told[] => {
    const number = finite(valueAt(history, position));
    if (number === null) return [];
    const [, ...ancestors] = lineOf(history, position);
    const isReadable = (each: number) => {
      const file = history.commits[each]?.files["m.json"];
      return file !== undefined && "document" in file;
    };
    const baseline = ancestors.find(isReadable) ?? null;
    const past = baseline === null ? null : (valueAt(history, baseline) ?? null);
    const isTaken = commit.parents.slice(1).some((parent) => finite(valueAt(history, parent)) === number);
    return isTaken || finite(past) === number ? [] : [[position, valueAt(history, position) ?? null, past, baseline]];
  });
  return brought.toSorted((a, b) => (finite(b[1]) ?? 0) - (finite(a[1]) ?? 0) || a[0] - b[0]);
}

/** As a column of numbers shows it. */
function shown(value: Value): unknown {
  const number = numberOf(value);
  return number === null ? value : Number.isFinite(number) ? number : String(number);
}

function assertTold(name: string, found: readonly ColumnChange[], wanted: readonly Told[], context: string): void {
  assert.deepEqual(
    found.map(({ position, sha, value, before: past, baseline }) => [position, sha, value, past, baseline]),
    wanted.map(([position, value, past, baseline]) => [
      position,
      shaOf(name, position),
      shown(value),
      shown(past),
      baseline === null ? null : shaOf(name, baseline),
    ]),
    context,
  );
}

const VALUES: readonly Value[] = [1, 2, 2, 3, 4, 5, "4", Number.NaN, null, 7.25];

function randomHistory(random: Random, name: string, size: number): TestHistory {
  const commits: TestCommit[] = [];
  for (let position = 0; position < size; position++) {
    const parents = new Set<number>();
    if (position > 0 && random(50) > 0) {
      parents.add(position - 1 - random(Math.min(position, 3)));
      if (random(4) === 0) parents.add(random(position));
    }
    const inherited = commits[[...parents].at(random(4) === 0 ? -1 : 0) ?? -1]?.files["m.json"];
    const chance = random(10);
    let file: TestFile | undefined = { document: { x: pick(random, VALUES), other: random(3) } };
    if (chance < 5) file = inherited;
    else if (chance === 5) file = undefined;
    else if (chance === 6) file = { problem: { reason: "too-large", message: "it was 6.1 MiB" } };
    commits.push({ parents: [...parents], files: file === undefined ? {} : { "m.json": file } });
  }
  const heads = [size - 1, random(size), random(size)];
  return { name, commits, branches: heads.map((head, i) => ({ name: `branch ${i}`, head })) };
}

for (const seed of [1, 2, 3, 4]) {
  test(`readColumnBlame() and readColumnBest() tell what slow walks tell, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const history = randomHistory(random, `told-${seed}`, 160);
    const { name } = history;
    await fillHistory(db.database, organization, history);
    for (const branch of history.branches) {
      const wanted = slowBlame(history, lineOf(history, branch.head));
      const context = `seed ${seed}, ${branch.name}`;
      assertTold(name, (await blame(name, { branch: branch.name })).changes, wanted, context);
      const paged: ColumnChange[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 200; pages++) {
        const page = await blame(name, { branch: branch.name, limit: 1 + random(5), cursor });
        paged.push(...page.changes);
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      assertTold(name, paged, wanted, `${context}, in pages`);
      const ranked = wanted
        .filter(([, value, past]) => finite(value) !== null && finite(value) !== finite(past))
        .toSorted((a, b) => (finite(b[1]) ?? 0) - (finite(a[1]) ?? 0) || a[0] - b[0]);
      assertTold(name, (await best(name, { branch: branch.name })).commits, ranked, `${context}, best`);
    }
    const wanted = slowBest(history);
    assert.ok(wanted.length > 10);
    assertTold(name, (await best(name)).commits, wanted, `seed ${seed}, best of all`);
    assertTold(name, (await best(name, { limit: 3 })).commits, wanted.slice(0, 3), `seed ${seed}, best three`);
  });
}

test("readColumnBlame() reads long lines in chunks, and stops where an import has not come to", async () => {
  const commits: TestCommit[] = Array.from({ length: 6_500 }, (_, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: { "m.json": { document: { x: Math.floor(position / 1_300) } } },
  }));
  const branches = [{ name: "main", head: 6_499 }];
  const wanted: Told[] = [5_200, 3_900, 2_600, 1_300].map((at) => [at, at / 1_300, at / 1_300 - 1, at - 1]);
  await fillHistory(db.database, organization, { name: "long", commits, branches });
  assertTold("long", (await blame("long")).changes, [...wanted, [0, 0, null, null]], "whole");
  // the first chunk ends at 5,500
  for (const [from, changes] of [
    [2_000, 3],
    [5_500, 0],
    [5_499, 0],
  ] as const) {
    const stored = commits.map((commit, position) => ({ ...commit, stored: position < 10 || position >= from }));
    await fillHistory(db.database, organization, { name: "long", commits: stored, branches, importedTo: from });
    assertTold("long", (await blame("long")).changes, wanted.slice(0, changes), `imported to ${from}`);
  }
});

test("readColumnBest() leaves out a merge that takes a value over, and keeps long integers exact", async () => {
  const document = (x: Value): Record<string, TestFile> => ({ "m.json": { document: { x } } });
  const big = 12_345_678_901_234_567_890n;
  const history: TestHistory = {
    name: "taken",
    commits: [
      { parents: [], files: document(1) },
      { parents: [0], files: document(big) },
      { parents: [0], files: document(2) },
      { parents: [2, 1], files: document(big) },
      { parents: [3], files: document(5) },
    ],
    branches: [
      { name: "main", head: 4 },
      { name: "side", head: 1 },
    ],
  };
  await fillHistory(db.database, organization, history);
  const answer = JSON.stringify(await readColumnBest(reads, organization, "taken", COLUMN, { limit: 9 }));
  assert.ok(answer.includes(`"value":${big},"before":1`), answer);
  const positions = async (branch?: string) =>
    (await best("taken", branch === undefined ? {} : { branch })).commits.map(({ position }) => position);
  assert.deepEqual(await positions(), [1, 4, 2, 0]);
  assert.deepEqual(await positions("main"), [3, 4, 2, 0], "it brought the value onto this line");
});

test("readColumnBest() tells integers apart that are one double, on a branch and of all", async () => {
  const tokens = [9_007_199_254_740_992n, 9_007_199_254_740_993n, 9_007_199_254_740_992n];
  const commits = tokens.map((x, position): TestCommit => {
    return { parents: position === 0 ? [] : [position - 1], files: { "m.json": { document: { x } } } };
  });
  await fillHistory(db.database, organization, { name: "doubles", commits, branches: [{ name: "main", head: 2 }] });
  for (const branch of [undefined, "main"]) {
    const { commits: found } = await readColumnBest(reads, organization, "doubles", COLUMN, { branch, limit: 9 });
    assert.deepEqual(
      found.map(({ position, value }) => [position, JSON.stringify(value)]),
      [1, 0, 2].map((position) => [position, String(tokens[position])]),
    );
  }
});

test("the history of a column refuses what is not there, and says nothing where nothing is better", async () => {
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "answered",
      (error: unknown) => (isTidemarkError(error) ? error.code : String(error)),
    );
  const commits: TestCommit[] = [{ parents: [], files: { "m.json": { document: { x: 1, t: "a" } } } }];
  await fillHistory(db.database, organization, { name: "small", commits, branches: [{ name: "main", head: 0 }] });
  for (const ask of [blame, best]) {
    assert.equal(await code(ask("small", {}, "m.json:nothing")), "column-not-found");
    assert.equal(await code(ask("small", {}, "nothing")), "column-not-found");
    assert.equal(await code(ask("small", { branch: "nope" })), "branch-not-found");
    assert.equal(await code(ask("nowhere")), "repository-not-found");
  }
  assert.equal(await code(blame("small", { cursor: "x" })), "cursor-mismatch");
  const text = await best("small", {}, "m.json:t");
  assert.deepEqual([text.goal, text.commits], [null, []]);
  assert.equal((await blame("small", {}, "m.json:t")).changes[0]?.value, "a");
});
