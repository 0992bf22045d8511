// Tests of reading file versions: what is parsed in a thread reads as what is parsed at once, in the same order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { git, gitBytes, HistoryBuilder } from "../../test/helpers/git-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { readMetricFile } from "../domain/formats/read-file.ts";
import { MetricPathMatcher } from "../domain/metric-paths.ts";
import type { ProblemReason, Reading, RowIdentities, Sha } from "../domain/model.ts";
import { openLocal } from "../git/local.ts";
import { FileVersionReader, type WantedGroup } from "./file-versions.ts";
import { isInline } from "./parse-files.ts";
import { type Outcome, ParsePool, type PoolOptions, type TaskOrigin } from "./parse-pool.ts";
import type { AnswerTo, ParseTask } from "./parse-task.ts";
import { PathIdentities } from "./path-identities.ts";

const FAILING = new URL("../../test/helpers/failing-parser.ts", import.meta.url).href;
const root = temporaryFolder();
let folders = 0;

/** A pool that notes what it is asked for. */
class NotingPool extends ParsePool {
  readonly paths: string[] = [];

  override run<T extends ParseTask>(task: T, origin: TaskOrigin): Promise<Outcome<AnswerTo<T>>> {
    if (task.kind === "read") this.paths.push(task.path);
    return super.run(task, origin);
  }
}

const pools: ParsePool[] = [];
after(async () => {
  for (const pool of pools) await pool.close();
});

function poolOf(options: PoolOptions = {}): NotingPool {
  const pool = new NotingPool(options);
  pools.push(pool);
  return pool;
}

/** One version of each of some files, read by a reader of its own. */
class Bench {
  readonly pool: NotingPool;
  readonly reader: FileVersionReader;
  readonly groups: WantedGroup[];
  readonly identities = new PathIdentities();

  private constructor(pool: NotingPool, reader: FileVersionReader, identities: PathIdentities, groups: WantedGroup[]) {
    this.pool = pool;
    this.reader = reader;
    this.identities = identities;
    this.groups = groups;
  }

  /** @param files versions of one path have names that end in `@` and a number */
  static async of(
    files: Readonly<Record<string, string>>,
    options: PoolOptions = {},
    known?: RowIdentities,
  ): Promise<Bench> {
    const folder = join(root, `${folders++}.git`);
    const builder = new HistoryBuilder(folder);
    builder.commit({ files });
    await builder.finish();
    const pool = poolOf(options);
    const names = Object.keys(files);
    const identities = new PathIdentities(
      known === undefined ? undefined : new Map(names.map((name) => [pathOf(name), known])),
    );
    const reader = new FileVersionReader(await openLocal(folder), new MetricPathMatcher([]), identities, pool);
    const oids = new Map(
      git(folder, "ls-tree", "-r", "main")
        .split("\n")
        .map((line) => [line.slice(line.indexOf("\t") + 1), line.slice(0, line.indexOf("\t")).split(" ")[2] as Sha]),
    );
    const groups = names.map((name, id) => {
      const version = { id, path: pathOf(name), oid: oids.get(name) as Sha, kind: "file" as const, commit: 0 };
      return { versions: [version], isSample: false };
    });
    return new Bench(pool, reader, identities, groups);
  }

  async read(signal?: AbortSignal): Promise<{ readonly ids: number[]; readonly readings: Reading[] }> {
    const ids: number[] = [];
    const readings: Reading[] = [];
    for await (const { id, reading } of this.reader.read(this.groups, signal)) {
      ids.push(id);
      readings[id] = reading;
    }
    return { ids, readings };
  }
}

function pathOf(name: string): string {
  return name.replace(/@\d+$/, "");
}

const many = (count: number, make: (i: number) => string, between = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(between);

/** Rows of the table of hostile files, at a megabyte, and large files as they are. */
const LARGE: Readonly<
  Record<string, { readonly text: string; readonly problem?: ProblemReason; readonly warned?: number }>
> = {
  "depth.json": { text: "[".repeat(1_000_000), problem: "too-deep" },
  "depth.yaml": { text: `a: ${"[".repeat(500_000)}`, problem: "too-deep" },
  "parts.toml": { text: `${"a.".repeat(100_000)}a = 1`, problem: "too-deep" },
  "keys.json": { text: `{${many(100_000, (i) => `"k${i}":${i}`, ",")}}`, problem: "too-many-leaves" },
  "keys.yaml": { text: many(70_000, (i) => `k${i}: ${i}\n`), problem: "too-many-leaves" },
  "columns.csv": { text: ",".repeat(1_000_000), problem: "too-many-leaves" },
  "growth.json": {
    text: `{"${"k".repeat(450)}":{${many(40_000, (i) => `"a${i}":1`, ",")}}}`,
    problem: "too-much-text",
  },
  "deep-growth.json": {
    text: `${many(55, (i) => `{"level_${10 + i}":`)}{${many(20_000, (i) => `"a${i}":1`, ",")}}${"}".repeat(55)}`,
    problem: "too-much-text",
  },
  "aliases.yaml": {
    text: `a: &a 1\n${many(100_000, (i) => `k${i}: *a\n`)}`.slice(0, 1_000_000),
    problem: "not-readable",
  },
  "laughs.yaml": {
    text: `a0: &a0 [1, 2, 3]\n${many(30, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`)}`,
    problem: "too-many-leaves",
  },
  "merges.yaml": {
    text: `a0: &a0 {k0: 1}\n${many(900, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i + 1}: 1}\n`)}`,
    problem: "not-readable",
  },
  "quote.csv": { text: `a,b\n"${"x,\n".repeat(300_000)}`, problem: "not-readable" },
  "string.json": { text: `{"a":"${"x".repeat(1_000_000)}"}` },
  "key.json": { text: `{"${"k".repeat(1_000_000)}":1,"b":2}`, warned: 1 },
  "digits.yaml": { text: `a: ${"9".repeat(1_000_000)}`, warned: 1 },
  "duplicates.json": { text: `{${many(170_000, () => '"a":1', ",")}}`, warned: 1 },
  "rows.json": { text: `[${many(60, (i) => JSON.stringify({ a: i, pad: "x".repeat(2_000) }), ",")}]`, warned: 1 },
  "mixed.json": { text: `{"i":9007199254740993,"n":NaN,"z":-0,"t":"x","pad":"${"x".repeat(70_000)}"}` },
  "params.toml": { text: many(5_000, (i) => `k${i} = ${i}\n`) },
};

test("FileVersionReader reads large and hostile files in a thread as they are read at once, in order (P5)", async () => {
  const files = Object.fromEntries(
    Object.entries(LARGE).flatMap(([name, { text }]) => [
      [name, text],
      [`small/${name}.json`, `{"a":"${name}"}`],
    ]),
  );
  const bench = await Bench.of(files, {}, {});
  const { ids, readings } = await bench.read();
  assert.deepEqual(
    ids,
    bench.groups.map((_, id) => id),
  );
  assert.deepEqual(bench.pool.paths, Object.keys(LARGE), "and only these");
  Object.entries(files).forEach(([path, text], id) => {
    const expected = readMetricFile(Buffer.from(text), { path, identity: {} });
    assert.deepStrictEqual(readings[id], expected, path);
    if (!(path in LARGE)) return;
    assert.equal(readings[id]?.problem?.reason, LARGE[path]?.problem, path);
    assert.equal(readings[id]?.warnings.length, LARGE[path]?.warned ?? 0, path);
  });
});

test("isInline() keeps in the event loop what is small and cannot mean a long document", () => {
  const inline = (path: string, text: string): boolean => isInline(Buffer.from(text), path);
  const [limit, jsonLimit] = [16 * 1024, 64 * 1024];
  for (const path of ["m.json", "m.toml", "m.csv", "m.tsv", "params.py", "m.yaml", "m"]) {
    const isJson = path === "m.json";
    assert.ok(inline(path, "{".padEnd(isJson ? jsonLimit : limit, " ")), path);
    assert.ok(!inline(path, "{".padEnd((isJson ? jsonLimit : limit) + 1, " ")), path);
  }
  for (const mark of ["&a", "*a", "<<: "]) {
    for (const path of ["m.yaml", "dvc.lock", "m", "m.txt"]) assert.ok(!inline(path, `a: ${mark}`), path);
    for (const path of ["m.toml", "m.csv", "params.py"]) assert.ok(inline(path, `a: ${mark}`), path);
    assert.ok(inline("m.json", `{"a":"${mark}"}`));
    assert.ok(!inline("m.json", `a: ${mark}`), "it is tried as YAML");
  }
  assert.ok(!inline("m.json", "1".padEnd(limit + 1, " ")));
});

test("FileVersionReader starts no thread for small files, whatever their number", async () => {
  const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${i}.json`, `[{"name":"a","x":${i}}]`]));
  const bench = await Bench.of(files);
  const groups = bench.groups.map(({ versions }) => ({ versions, isSample: true }));
  let count = 0;
  for await (const { reading } of bench.reader.read(groups)) count += reading.document?.keys.length ?? 0;
  assert.equal(count, 400);
  assert.equal(bench.pool.threads, 0);
});

test("FileVersionReader gives versions read in the thread one array of keys", async () => {
  const wide = (value: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`key_${i}`, value])));
  const bench = await Bench.of(
    { "m.json@1": wide(1), "m.json@2": wide(2), "m.json@3": '{"a":1}', "m.json@4": wide(4) },
    {},
    {},
  );
  const [first, second, third, fourth] = (await bench.read()).readings.map(({ document }) => document);
  assert.equal(bench.pool.paths.length, 3);
  assert.equal(first?.keys, second?.keys);
  assert.equal(first?.keys, fourth?.keys);
  assert.notEqual(first?.keys, third?.keys);
  assert.deepEqual(
    [first, second, fourth].map((each) => each?.values[8_999]),
    [1, 2, 4],
  );
});

test("FileVersionReader names rows by a sample that was looked at in the thread, also when a file of it ends that", async () => {
  const rows = (seed: number): string =>
    JSON.stringify(["ant", "bee", "cat"].map((name, i) => ({ name, score: seed + i, pad: "x".repeat(30_000) })));
  const bench = await Bench.of(
    { "m.json@1": rows(1), "m.json@2": `exit${" ".repeat(70_000)}`, "m.json@3": rows(3) },
    { parser: FAILING },
  );
  bench.groups.splice(0, 3, { versions: bench.groups.flatMap(({ versions }) => versions), isSample: true });
  const { ids, readings } = await bench.read();
  assert.deepEqual(ids, [0, 1, 2]);
  assert.deepEqual(bench.identities.takeChosen().get("m.json"), { "": ["name"] });
  assert.equal(readings[0]?.document?.keys[0], "[name=ant].score");
  assert.equal(readings[1]?.problem?.reason, "not-readable");
});

test("FileVersionReader asks again what names rows while the file has had none: broken, empty, in a thread or not", async () => {
  const pad = " ".repeat(70_000);
  for (const text of ["<<<<<<< ours\n", '{"runs":[]}', `{"runs":[]}${pad}`, `{${pad}`]) {
    const bench = await Bench.of({ "m.json@1": text });
    bench.groups.splice(0, 1, { versions: bench.groups.flatMap(({ versions }) => versions), isSample: true });
    await bench.read();
    assert.deepEqual([...bench.identities.takeChosen()], [], text.slice(0, 20));
    assert.ok(bench.reader.needsSample("m.json"));
  }
});

for (const [word, reason, message] of [
  ["loop", "too-slow", "Found a file that takes more than 2 s to read, wanted one that takes less."],
  ["heap", "not-readable", "Found a file that takes more than 256 MiB of memory to read, wanted one that takes less."],
  [
    "throw",
    "not-readable",
    "Found a file that its reader fails on, which is a fault of Tidemark, wanted another file.",
  ],
] as const) {
  test(`FileVersionReader gives a file that does "${word}" one problem, and reads the ones behind it (P16)`, async () => {
    const pad = " ".repeat(70_000);
    const files = { "a.json": `${word}${pad}`, "b.json": `{"a":1}${pad}`, "c.json": '{"a":2}' };
    const bench = await Bench.of(files, { parser: FAILING, fileMs: word === "loop" ? 1_000 : 60_000 }, {});
    const { ids, readings } = await bench.read();
    assert.deepEqual(ids, [0, 1, 2]);
    assert.deepEqual(
      readings.map(({ problem, warnings, document }) => [problem, warnings, document?.values]),
      [
        [{ reason, message }, [], undefined],
        [null, [], [1]],
        [null, [], [2]],
      ],
    );
  });
}

test("FileVersionReader reads no more files of a commit that took too long, and the next commit's", async () => {
  const busy = (i: number): string => `busy 150 ${i}${" ".repeat(70_000)}`;
  const files = { "a.json": busy(1), "b.json": busy(2), "c.json": busy(3) };
  const bench = await Bench.of(files, { parser: FAILING, fileMs: 60_000, commitMs: 100 }, {});
  bench.groups.splice(
    2,
    1,
    ...bench.groups
      .slice(2)
      .map(({ versions, ...rest }) => ({ ...rest, versions: versions.map((each) => ({ ...each, commit: 1 })) })),
  );
  const [first, second, third] = (await bench.read()).readings;
  assert.deepEqual([first?.problem, third?.problem], [null, null]);
  const message =
    "Found files of one commit that take more than 20 s to read, this one among the last, wanted files that take less together.";
  assert.deepEqual(second?.problem, { reason: "too-slow", message });
});

test("FileVersionReader loses no more than the file when its reader fails in the event loop", async () => {
  const wrong = { "": null } as unknown as RowIdentities;
  const { readings } = await (await Bench.of({ "m.json": '[{"a":1}]' }, {}, wrong)).read();
  assert.equal(readings[0]?.problem?.reason, "not-readable");
});

test("FileVersionReader stops when it is told to, also in the middle of a file", async () => {
  const bench = await Bench.of({ "a.json": `loop${" ".repeat(70_000)}` }, { parser: FAILING, fileMs: 60_000 }, {});
  const controller = new AbortController();
  const reading = bench.read(controller.signal);
  reading.catch(() => undefined);
  const begun = setInterval(() => {
    if (bench.pool.paths.length > 0) controller.abort(new Error("stopped by a test"));
  }, 5);
  await assert.rejects(reading, /stopped by a test/);
  clearInterval(begun);
  assert.equal(bench.pool.threads, 0);
});

test("FileVersionReader leaves nothing under way when it is left early", async () => {
  const pad = " ".repeat(70_000);
  const files = { "a.json": `{"a":1}${pad}`, "b.json": `loop${pad}` };
  const bench = await Bench.of(files, { parser: FAILING, fileMs: 60_000 }, {});
  for await (const { id } of bench.reader.read(bench.groups)) {
    assert.equal(id, 0);
    break;
  }
  assert.deepEqual(bench.pool.paths, ["a.json", "b.json"], "the next one was begun");
  assert.equal(bench.pool.threads, 0);
});

test("FileVersionReader reads paths of a machine as the default branch has them", async () => {
  const metric = { total: 2, covered: 1, skipped: 0, pct: 50 };
  const entry = { lines: metric, statements: metric, functions: metric, branches: metric };
  const summary = (folder: string, files: number): string =>
    JSON.stringify({
      total: entry,
      ...Object.fromEntries(Array.from({ length: files }, (_, i) => [`${folder}/web/src/${i}.ts`, entry])),
    });
  const sources = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`src/${i}.ts`, ""]));
  const bench = await Bench.of(
    {
      ...sources,
      "coverage-summary.json@1": summary("/ci/one", 2),
      "coverage-summary.json@2": summary("/runner", 300),
    },
    {},
    {},
  );
  bench.groups.splice(0, 3);
  const { readings } = await bench.read();
  const [small, large] = [readings[3], readings[4]];
  assert.ok(small?.document?.keys.includes('["src/1.ts"].lines.pct'), small?.document?.keys.join(" "));
  assert.ok(large?.document?.keys.includes('["src/1.ts"].lines.pct'));
  assert.ok(!("needsFiles" in (small ?? {})) && !("needsFiles" in (large ?? {})));
});

test("FileVersionReader keeps no file alive by the texts that it keeps (P18)", async () => {
  const bench = await Bench.of({ "m.json": "{}" }, {}, {});
  const folder = join(root, `${folders - 1}.git`);
  const filler = "y".repeat(1_000_000);
  const blobs = Array.from({ length: 60 }, (_, i) =>
    gitBytes(
      folder,
      ["hash-object", "-w", "--stdin"],
      JSON.stringify({ "a rather long key": `a text of file number ${i}`, filler }),
    )
      .toString()
      .trim(),
  );
  bench.groups.splice(
    0,
    1,
    ...blobs.map((oid, id) => ({
      versions: [{ id, path: "m.json", oid: oid as Sha, kind: "file" as const, commit: id }],
      isSample: false,
    })),
  );
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
  const before = process.memoryUsage().heapUsed;
  const { readings } = await bench.read();
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(readings.length, 60);
  assert.equal(bench.pool.paths.length, 60);
  assert.ok(grown < 5_000_000, `${grown} bytes for 60 files of 1 MB`);
});
