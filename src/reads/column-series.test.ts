// Lines of charts against a slow reading of the same history: values, gaps, forks, ends, tags, patterns, limits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Series } from "../api/contract/series.ts";
import { formatColumnId } from "../domain/key.ts";
import type { RepositoryId, Value } from "../domain/model.ts";
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
import { readColumnSeries, type SeriesQuery } from "./column-series.ts";

const { db, reads, organization } = await openReads();

async function series(name: string, query: Partial<SeriesQuery>): Promise<Series> {
  const answer = await readColumnSeries(reads, organization, name, {
    columns: [],
    branch: [],
    points: 1_000,
    ...query,
  });
  return Series.parse(JSON.parse(JSON.stringify(answer)));
}

async function code(name: string, query: Partial<SeriesQuery>): Promise<string> {
  return series(name, query).then(
    () => "answered",
    (error: unknown) => (isTidemarkError(error) ? error.code : String(error)),
  );
}

/** Positions of a branch's first-parent line, oldest first. */
function lineOf(history: TestHistory, head: number): number[] {
  const line: number[] = [];
  for (let at: number | undefined = head; at !== undefined; at = history.commits[at]?.parents[0]) line.push(at);
  return line.toReversed();
}

/** undefined where it is missing, null where it is no finite number. */
function cellAt(history: TestHistory, position: number, path: string, key: string): number | null | undefined {
  const file = history.commits[position]?.files[path];
  const number = file !== undefined && "document" in file ? numberOf(file.document[key] ?? null) : null;
  if (number === null) return undefined;
  return Number.isFinite(number) ? number : null;
}

/** All points of a column: each value, and one for every gap. */
function slowPoints(history: TestHistory, line: readonly number[], path: string, key: string, offset = 0): unknown[] {
  const cells = line.map((position) => cellAt(history, position, path, key));
  const last = cells.findLastIndex((cell) => cell !== undefined);
  const points: [number, number, number | null, number][] = [];
  cells.forEach((cell, i) => {
    if (i > last || (points.length === 0 && cell === undefined)) return;
    if (typeof cell !== "number" && points.at(-1)?.[2] === null) return;
    const position = line[i] ?? -1;
    points.push([offset + i, 1_700_000_000 + position, cell ?? null, position]);
  });
  return points;
}

const VALUES: readonly Value[] = [1, 2, 2, 2, 3.5, -7, Number.NaN, "4", "5%", "text", true, null, 2n ** 70n];

function randomHistory(random: Random, name: string, size: number, roots = 40): TestHistory {
  const commits: TestCommit[] = [];
  for (let position = 0; position < size; position++) {
    const parents = position > 0 && random(roots) > 0 ? [position - 1 - random(Math.min(position, 3))] : [];
    const files: Record<string, TestFile> = {};
    for (const path of ["a.json", "b/c.json"]) {
      const inherited = commits[parents[0] ?? -1]?.files[path];
      const chance = random(10);
      if (chance < 4 && inherited !== undefined) files[path] = inherited;
      else if (chance === 8) files[path] = { problem: { reason: "too-large", message: "it was 6.1 MiB" } };
      else if (chance < 8) {
        const keys = ["k0", "k1", "k2"].filter(() => random(6) > 0);
        files[path] = { document: Object.fromEntries(keys.map((key) => [key, pick(random, VALUES)])) };
      }
    }
    commits.push({ parents, files });
  }
  const heads = [size - 1, random(size), random(size)];
  return { name, commits, branches: heads.map((head, i) => ({ name: `branch ${i}`, head })) };
}

test("readColumnSeries() draws every branch as a slow reading does, with all points when there is room", async () => {
  for (const seed of [1, 2, 3]) {
    const history = randomHistory(seededRandom(seed), `drawn-${seed}`, 150);
    await fillHistory(db.database, organization, history);
    const columns = ["a.json:k0", "b/c.json:k1", "a.json:k2"];
    const branch = history.branches.map((each) => each.name);
    const { lines } = await series(history.name, { columns, branch });
    assert.equal(lines.length, 9);
    for (const line of lines) {
      const head = history.branches.find((each) => each.name === line.branch)?.head ?? -1;
      const { path, key } = line.column;
      const wanted = slowPoints(history, lineOf(history, head), path, key);
      const context = `seed ${seed}, ${line.branch}, ${line.column.id}`;
      assert.deepEqual(line.points, wanted, context);
      assert.deepEqual(
        line.shas,
        line.points.map((point) => shaOf(history.name, point[3]).slice(0, 12)),
        context,
      );
    }
  }
});

test("readColumnSeries() begins and ends where it is told, by id, tag and branch, and takes the newest commits", async () => {
  const history = randomHistory(seededRandom(4), "ends", 120, 1e9);
  const repository = await fillHistory(db.database, organization, history);
  const line = lineOf(history, 119);
  const [low, high] = [line[10] ?? 0, line[30] ?? 0];
  await tag(repository, "v1", shaOf("ends", low));
  const columns = ["a.json:k0"];
  const wanted = (from: number, to: number) => slowPoints(history, line.slice(from, to + 1), "a.json", "k0", from);
  const between = await series("ends", { columns, from: "v1", to: shaOf("ends", high).slice(0, 10) });
  assert.deepEqual(between.lines[0]?.points, wanted(10, 30));
  assert.deepEqual(between.tags, [{ name: "v1", sha: shaOf("ends", low), position: low, ordinal: 10 }]);
  const newest = await series("ends", { columns, commits: 12 });
  assert.deepEqual(newest.lines[0]?.points, wanted(line.length - 12, line.length - 1));
  assert.deepEqual(newest.tags, [], "the tag's commit is not drawn");
  const last = await series("ends", { columns, from: "v1", to: shaOf("ends", high), commits: 5 });
  assert.deepEqual(last.lines[0]?.points, wanted(26, 30));
  assert.equal((await series("ends", { columns, from: shaOf("ends", high), to: "v1" })).lines[0]?.total, 0);
  assert.equal(await code("ends", { columns, from: "no such" }), "commit-not-found");
});

test("readColumnSeries() begins where its line passes a commit of another line", async () => {
  const document = (x: number): TestFile => ({ document: { x } });
  const history: TestHistory = {
    name: "passed",
    commits: [
      { parents: [], files: { "m.json": document(1) } },
      { parents: [0], files: { "m.json": document(2) } },
      { parents: [0], files: { "m.json": document(90) } },
      { parents: [1], files: { "m.json": document(3) } },
      { parents: [3, 2], files: { "m.json": document(4) } },
    ],
    branches: [
      { name: "main", head: 4 },
      { name: "side", head: 2 },
    ],
  };
  await fillHistory(db.database, organization, history);
  const values = async (query: Partial<SeriesQuery>) =>
    (await series("passed", { columns: ["m.json:x"], ...query })).lines[0]?.points.map((point) => point[2]);
  assert.deepEqual(await values({ from: shaOf("passed", 2) }), [3, 4]);
  assert.deepEqual(await values({ to: shaOf("passed", 2) }), [1, 2]);
  assert.deepEqual(await values({ branch: ["side"], from: "main" }), [], "the line ends before");
});

test("readColumnSeries() reads a line in chunks as it does in one, and makes it as short as it is told", async () => {
  const size = 2_100;
  const commits: TestCommit[] = Array.from({ length: size }, (_, position) => ({
    parents: position === 0 ? [] : [position - 1],
    // 210 columns: a chunk is 1,000 commits; most commits change nothing
    files: { "m.json": { document: wide(Math.floor(position / 3)) } },
  }));
  const history = { name: "chunks", commits, branches: [{ name: "main", head: size - 1 }] };
  await fillHistory(db.database, organization, history);
  const columns = Array.from({ length: 195 }, (_, i) => `m.json:k${i}`);
  const { lines } = await series("chunks", { columns, points: 100 });
  const line = lines.at(-1) ?? assert.fail();
  assert.equal(line.total, size);
  assert.ok(line.points.length <= 100 && line.points.length > 60, `${line.points.length} points`);
  for (const [ordinal, , value] of line.points) assert.equal(value, wide(Math.floor(ordinal / 3))["k194"]);
  const values = line.points.map((point) => point[2] ?? 0);
  const all = commits.map((_, position) => wide(Math.floor(position / 3))["k194"] as number);
  assert.deepEqual([Math.max(...values), Math.min(...values)], [Math.max(...all), Math.min(...all)]);
  const whole = await series("chunks", { columns: ["m.json:k194"], points: 5_000 });
  assert.deepEqual(
    whole.lines[0]?.points.map((point) => point[2]),
    all,
  );
});

function wide(step: number): Record<string, Value> {
  return Object.fromEntries(Array.from({ length: 210 }, (_, i) => [`k${i}`, (step * 7_919 + i) % 1_009]));
}

test("readColumnSeries() leaves out what an import has not come to", async () => {
  const commits: TestCommit[] = Array.from({ length: 50 }, (_, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: { "m.json": { document: { x: position } } },
    stored: position < 10 || position >= 20,
  }));
  const history = { name: "importing", commits, branches: [{ name: "main", head: 49 }], importedTo: 20 };
  await fillHistory(db.database, organization, history);
  const { lines } = await series("importing", { columns: ["m.json:x"] });
  assert.deepEqual(
    lines[0]?.points.map((point) => point[2]),
    Array.from({ length: 30 }, (_, i) => 20 + i),
  );
});

test("readColumnSeries() leaves out what is below a gap of an import, wherever chunks of the line begin", async () => {
  const columns = Array.from({ length: 200 }, (_, i) => `m.json:k${i}`); // a chunk is 1,000 commits
  const document = Object.fromEntries(columns.map((id, i) => [id.slice(7), i]));
  for (const [below, from] of [
    [10, 700],
    [10, 1_000],
    [10, 1_100],
    [1_000, 1_100],
  ] as const) {
    const commits: TestCommit[] = Array.from({ length: 1_300 }, (_, position) => ({
      parents: position === 0 ? [] : [position - 1],
      files: { "m.json": { document } },
      stored: position < below || position >= from,
    }));
    const history = { name: "gap", commits, branches: [{ name: "main", head: 1_299 }], importedTo: from };
    await fillHistory(db.database, organization, history);
    const { lines } = await series("gap", { columns, points: 100 });
    assert.equal(lines[0]?.points[0]?.[0], from);
    assert.equal(lines[0]?.total, 1_300 - from);
  }
});

test("readColumnSeries() puts the spread beside the values of its column", async () => {
  const commits: TestCommit[] = [
    { parents: [], files: { "b.json": { document: { "r[n=x].mean": 10, "r[n=x].stddev": 0.5, "s.value": 1 } } } },
    { parents: [0], files: { "b.json": { document: { "r[n=x].mean": 11, "r[n=x].stddev": "N/A", "s.value": 2 } } } },
    { parents: [1], files: { "b.json": { document: { "r[n=x].mean": 200, "r[n=x].stddev": "± 3%" } } } },
  ];
  await fillHistory(db.database, organization, { name: "spread", commits, branches: [{ name: "main", head: 2 }] });
  const { lines } = await series("spread", { columns: ["b.json:r[n=x].mean", "b.json:s.value"] });
  assert.deepEqual(lines[0]?.spread, { column: "b.json:r[n=x].stddev", values: [0.5, null, 6] });
  assert.equal(lines[1]?.spread, null);
});

test("readColumnSeries() takes a star for any text inside a key, at most 50 columns, and a key that has one as it is", async () => {
  const rows = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`rows[n=r${i}].ms`, i]));
  const odd = { "a*b": 1, "a%b": 2, axb: 3, "rows[n=r1].s": 4, "rows[n=r2].ms_text": "x" };
  const commits: TestCommit[] = [{ parents: [], files: { "m.json": { document: { ...rows, ...odd } } } }];
  await fillHistory(db.database, organization, { name: "stars", commits, branches: [{ name: "main", head: 0 }] });
  const keys = async (columns: string[]) => {
    const { lines, cut } = await series("stars", { columns });
    return { keys: lines.map((line) => line.column.key), cut };
  };
  const all = await keys(["m.json:rows[*].ms"]);
  assert.deepEqual(all.keys, Object.keys(rows).slice(0, 50));
  assert.deepEqual(all.cut, [{ pattern: "m.json:rows[*].ms", columns: 60 }]);
  assert.deepEqual(await keys(["m.json:rows[n=r1]*"]), {
    keys: ["rows[n=r1].ms", "rows[n=r1].s"],
    cut: [],
  });
  assert.deepEqual((await keys(["m.json:a*b"])).keys, ["a*b"]);
  assert.deepEqual((await keys(["m.json:a%*"])).keys, ["a%b"]);
  assert.deepEqual((await keys(["m.json:rows[n=r5].ms", "m.json:rows[n=r5*].ms"])).keys.length, 11, "each once");
  for (const id of ["m.json:nothing*", "x.json:*", "m.json:rows[n=r2].ms_*", "no id", "m.json:\0*", "m.json:x"])
    assert.equal(await code("stars", { columns: [id] }), "column-not-found", JSON.stringify(id));
});

test("readColumnSeries() draws the default columns of numbers when none is named, and refuses what is too much", async () => {
  const document = { loss: 1, name: "x", acc: 0.5 };
  const commits: TestCommit[] = [{ parents: [], files: { "m.json": { document } } }];
  await fillHistory(db.database, organization, { name: "default", commits, branches: [{ name: "main", head: 0 }] });
  const { lines } = await series("default", {});
  assert.deepEqual(
    lines.map((line) => formatColumnId(line.column.path, line.column.key)),
    ["m.json:loss", "m.json:acc"],
  );
  assert.equal(await code("default", { branch: ["nope"] }), "branch-not-found");
  assert.equal(await code("nowhere", {}), "repository-not-found");
  assert.equal(await code("default", { points: 300_000 }), "limit-exceeded");
  await fillHistory(db.database, organization, { name: "bare", commits: [], branches: [] });
  assert.deepEqual((await series("bare", {})).lines, []);
});

async function tag(repository: RepositoryId, name: string, sha: string): Promise<void> {
  await db.database.owner.query(
    `INSERT INTO git_tag (organization_id, repository_id, name, name_bytes, sha)
     VALUES ($1, $2, $3, convert_to($3, 'UTF8'), decode($4, 'hex'))`,
    [organization, repository, name, sha],
  );
}
