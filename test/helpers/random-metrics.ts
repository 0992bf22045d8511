// Metric files of every format, seeded: plain, odd and broken ones, for whole-system tests that read them in two ways.
import { type RandomFiles, type FileContent } from "./random-history.ts";
import { pick, type Random } from "./seeded-random.ts";

/** One kind of file: where it may stand, and a text of it. */
interface Kind {
  readonly paths: readonly string[];
  write(random: Random): string;
}

/** Rows of a table have their names from here: at most one is missing, so that every two versions have most in common. */
const ROW_NAMES = ["ajv", "zod v4", "joi", "a.b[c]", "ünïcode", "io=ts,x"];
const KEYS = ["loss", "acc", "top 1", "a.b", "näme", "q[0]", 'quo"te', "p99", "0", "%", "size_kB", "__proto__"];

const KINDS: readonly Kind[] = [
  {
    paths: ["metrics.json", "eval/metrics.json", "a:b/sch\u00f6n [1]/metrics.json"],
    write: (r) => written(r, tree(r, 3)),
  },
  { paths: ["results.json", "out/results.json"], write: (r) => written(r, rowsDocument(r)) },
  {
    paths: ["log/metrics.json"],
    write: (r) => plainNumbers(`${JSON.stringify(tree(r, 1))}\n${JSON.stringify(tree(r, 2))}\n`),
  },
  { paths: ["metrics.yaml", "conf/params.yaml"], write: (r) => yamlText(r, tree(r, 3, false)) },
  { paths: ["metrics.toml", "conf/params.toml"], write: tomlText },
  { paths: ["metrics.csv", "eval/metrics.csv"], write: namesAndValues },
  { paths: ["runs/metrics.csv", "log/metrics.csv"], write: (r) => series(r, ",") },
  { paths: ["runs/metrics.tsv"], write: (r) => series(r, "\t") },
  { paths: ["src/params.py"], write: pythonText },
  { paths: ["benchmark.json", "ci/bench-results.json"], write: (r) => written(r, pytestBenchmark(r)) },
  { paths: ["bench/hyperfine/benchmarks.json"], write: (r) => written(r, hyperfine(r)) },
  { paths: ["jmh/benchmark.json"], write: (r) => written(r, jmh(r)) },
  { paths: ["coverage/coverage-summary.json"], write: (r) => written(r, coverage(r)) },
  { paths: ["out/trainer_state.json"], write: (r) => written(r, trainerState(r)) },
  { paths: [".gas-snapshot"], write: gasSnapshot },
  { paths: [".size-snapshot.json"], write: (r) => written(r, sizes(r)) },
];

/** The files of a generated history: everything that a metric file can be, and some that are none. */
export const ALL_FORMATS: RandomFiles = {
  metrics: KINDS.flatMap(({ paths }) => paths),
  others: ["README.md", "src/train.py", "package.json", "node_modules/x/metrics.json"],
  content(path, random) {
    const kind = KINDS.find(({ paths }) => paths.includes(path));
    return kind === undefined ? `{"file": "${path}", "n": ${random(1_000)}}\n` : content(kind, path, random);
  },
  places: (path) => KINDS.find(({ paths }) => paths.includes(path))?.paths ?? ALL_FORMATS.others,
};

function content(kind: Kind, path: string, random: Random): FileContent {
  const text = kind.write(random);
  const odd = random(40);
  if (odd < BROKEN.length) return (BROKEN[odd] as (text: string, path: string) => FileContent)(text, path);
  if (odd === 20) return `\uFEFF${text}`;
  if (odd === 21) return Buffer.from(`\uFEFF${text}`, "utf16le");
  if (odd === 22) return text.replaceAll("\n", "\r\n");
  if (odd === 23) return { mode: "100755", content: text };
  if (odd === 24 && path.endsWith(".csv")) return Buffer.from(text, "latin1");
  return text;
}

/** What cannot be read, or is empty, which some formats can. */
const BROKEN: readonly ((text: string, path: string) => FileContent)[] = [
  () => "",
  (_, path) => cutOff(path),
  (text) => `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`,
  () => "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
  (text) => Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(text)]),
  (text, path) => (/(csv|tsv|py)$/.test(path) ? "\0" : Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])])),
  () => ({ mode: "120000", content: "elsewhere/metrics.json" }),
  () => ({ mode: "160000", oid: "1234567890123456789012345678901234567890" }),
  (_, path) => (path.endsWith("metrics.json") ? `${"[".repeat(70)}1${"]".repeat(70)}` : cutOff(path)),
  (_, path) => (path === "metrics.json" ? `{"a": "${"x".repeat(4 * 1024 * 1024)}"}` : cutOff(path)),
  (_, path) => (path === "metrics.json" ? wide(50_001) : cutOff(path)),
];

/** The beginning of a file; of a table or of lines any beginning could be read. */
function cutOff(path: string): string {
  return /(csv|tsv|snapshot)$/.test(path) ? "\0" : "[1, {";
}

function wide(keys: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n])));
}

/** A number's text in JSON or, quoted, one of Python's that JSON does not have. */
function numberText(random: Random): string {
  const fraction = random(1_000_000) / 1_000_000;
  return pick(random, [
    () => String(fraction),
    () => String(random(1_000)),
    () => String(-fraction * 1e-9),
    () => (fraction * 100).toFixed(3),
    () => "9007199254740993",
    () => `-1${String(fraction).slice(2)}2345678901234567890`,
    () => "1e400",
    () => "-0.0",
    () => `${random(9)}e${random(30)}`,
    () => "NaN",
    () => "-Infinity",
  ])();
}

/** A number that stands for its text, since `JSON.stringify()` would change it. */
const MARK = "\u0011";

function scalar(random: Random, extreme: boolean): unknown {
  const kind = random(12);
  if (kind === 0) return null;
  if (kind === 1) return random(2) === 0;
  if (kind === 2)
    return pick(random, ["relu", "", "two\nlines", "ünï \u{1f600}", "2026-01-02", "x".repeat(300), "NUL \0"]);
  return extreme ? MARK + numberText(random) + MARK : random(1_000_000) / 1_000;
}

/** An object of objects, lists and values. @param extreme whether numbers may be any that JSON and Python can write */
function tree(random: Random, depth: number, extreme = true): Record<string, unknown> {
  const entries = KEYS.filter(() => random(3) === 0).map((key) => [key, node(random, depth, extreme)] as const);
  return Object.fromEntries([["step", random(50)], ...entries]);
}

function node(random: Random, depth: number, extreme: boolean): unknown {
  const kind = random(9);
  if (kind < 2 && depth > 0) return tree(random, depth - 1, extreme);
  if (kind === 2) return Array.from({ length: random(5) }, () => scalar(random, extreme));
  if (kind === 3) return Array.from({ length: random(6) }, () => random(100) / 8);
  if (kind === 4) return square(random);
  if (kind === 5)
    return Array.from({ length: 1 + random(3) }, () => Array.from({ length: random(3) }, () => random(9)));
  return scalar(random, extreme);
}

function square(random: Random): number[][] {
  const side = 1 + random(4);
  return Array.from({ length: side }, () => Array.from({ length: side }, () => random(50)));
}

/** Most names, in any order: what names the rows is found by itself. */
function someRows<T>(random: Random, row: (name: string) => T): T[] {
  const missing = random(ROW_NAMES.length + 2);
  const names = ROW_NAMES.filter((_, index) => index !== missing);
  for (let at = names.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [names[at], names[other]] = [names[other] as string, names[at] as string];
  }
  return names.map(row);
}

function rowsDocument(random: Random): unknown {
  const runs = someRows(random, (name) => ({
    name,
    ms: random(10_000) / 16,
    ok: random(2) === 0,
    note: pick(random, ["fast", "slow"]),
    deep: { size: random(9_000), list: [random(5), random(5)] },
  }));
  return { total: random(900), runs };
}

function pytestBenchmark(random: Random): unknown {
  const benchmarks = someRows(random, (name) => {
    const stats = {
      min: random(99) / 1e6,
      mean: random(99) / 1e5,
      stddev: random(9) / 1e7,
      ops: random(9_999),
      rounds: 5,
      data: [1, 2],
    };
    return { group: null, name, fullname: `tests/test_x.py::${name}`, stats, options: { warmup: false } };
  });
  return {
    machine_info: { node: "ci" },
    commit_info: { id: "4f1c2a9" },
    benchmarks,
    datetime: "2026-03-04T05:06:07",
    version: "4",
  };
}

function hyperfine(random: Random): unknown {
  const results = someRows(random, (command) => ({
    command,
    mean: random(9_999) / 1e4,
    stddev: random(2) === 0 ? null : random(9) / 1e4,
    user: random(9_999) / 1e4,
    system: random(9_999) / 1e4,
    times: [1, 2, 3],
    exit_codes: [0, 0, 0],
  }));
  return { results };
}

function jmh(random: Random): unknown {
  return someRows(random, (name) => ({
    jmhVersion: "1.37",
    benchmark: `a.B.${name}`,
    mode: "thrpt",
    threads: 1,
    forks: 2,
    params: { size: "10" },
    primaryMetric: {
      score: random(9_999) / 7,
      scoreError: "NaN",
      scoreUnit: "ops/s",
      scorePercentiles: { "99.9": random(99) },
      rawData: [[1]],
    },
    secondaryMetrics: {},
  }));
}

function coverage(random: Random): unknown {
  const metric = (): unknown => {
    const covered = random(100);
    return { total: 100, covered, skipped: 0, pct: random(20) === 0 ? "Unknown" : covered };
  };
  const entry = (): unknown => ({ lines: metric(), statements: metric(), functions: metric(), branches: metric() });
  return Object.fromEntries(["total", "lib/a.ts", "lib/b c.ts"].map((name) => [name, entry()]));
}

function trainerState(random: Random): unknown {
  const log = Array.from({ length: 1 + random(5) }, (_, n) => ({ step: n * 10, epoch: n, loss: random(999) / 100 }));
  return {
    best_metric: random(99) / 9,
    global_step: 50,
    is_world_process_zero: true,
    log_history: [...log, { step: 60, eval_loss: random(99) / 10 }],
  };
}

function sizes(random: Random): unknown {
  const bundle = (): unknown => ({
    bundled: random(9_999),
    minified: random(9_999),
    gzipped: random(999),
    treeshaked: { rollup: { code: random(99) } },
  });
  return Object.fromEntries(
    ["dist/x.min.js", "dist/y.js"].filter((_, n) => n === 0 || random(2) === 0).map((name) => [name, bundle()]),
  );
}

function gasSnapshot(random: Random): string {
  const lines = ["UnipoolTest:testBurn()", "A:test a b()"].map((name) => `${name} (gas: ${random(500_000)})\n`);
  return `${lines.join("")}FuzzTest:testFuzz(uint256) (runs: 256, μ: ${random(40_000)}, ~: ${random(40_000)})\n`;
}

/** JSON with numbers as they were meant, on one line or on many. */
function written(random: Random, document: unknown): string {
  const text = JSON.stringify(document, null, random(3) === 0 ? 0 : 2);
  return `${plainNumbers(text)}\n`;
}

/** Takes the marks off: a number's text is a number again. */
function plainNumbers(text: string): string {
  return text.replaceAll(/"\\u0011([^"]*)\\u0011"/g, "$1");
}

/** Block style with every text quoted, some of it in flow style; anchors, aliases and comments. */
function yamlText(random: Random, document: Record<string, unknown>): string {
  const lines = Object.entries(document).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}\n`);
  const special = pick(random, [
    "",
    "inf: .inf\nnan: .NaN\n",
    "hex: 0x1F\noct: 0o17\n",
    "date: 2026-01-02\nyes: yes\n",
  ]);
  const shared =
    random(3) === 0 ? `base: &base {lr: 0.1, "depth x": ${random(9)}}\ncopy: *base\nmore: {<<: *base, lr: 0.2}\n` : "";
  return `# settings\n${lines.join("")}${special}${shared}`;
}

function tomlText(random: Random): string {
  const lines = KEYS.filter(() => random(3) === 0).map((key) => `${JSON.stringify(key)} = ${random(100_000) / 64}\n`);
  return `title = "run"\n${lines.join("")}special = [nan, inf, 1.5]\n\n[train]\nepochs = ${random(90)}\nlist = [1, 2, ${random(9)}]\n"dotted.key" = true\n`;
}

function namesAndValues(random: Random): string {
  const between = pick(random, [",", ";"]);
  const rows = ["loss", "acc", "té", "a.b", "with space"].filter((_, n) => n === 0 || random(4) > 0);
  return `metric${between}value\n${rows.map((name) => `${name}${between}${random(9_999) / 16}\n`).join("")}`;
}

function series(random: Random, between: string): string {
  const rows = Array.from({ length: 2 + random(6) }, (_, step) => [
    step * 5,
    random(999) / 8,
    random(5) === 0 ? "" : random(99) / 4,
  ]);
  return [["step", "loss", "acc"], ...rows].map((row) => `${row.join(between)}\n`).join("");
}

function pythonText(random: Random): string {
  return `# settings\nLR = ${random(999) / 1_000}\nNAME = 'run'\nFLAG = True\nLAYERS = [1, 2, ${random(9)}]\n\nclass Train:\n    EPOCHS = ${random(99)}\n    class Inner:\n        x = None\n    def f(self):\n        y = 2\n`;
}
