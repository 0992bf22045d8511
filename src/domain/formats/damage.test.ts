// Tests of damaged files (P3): a file cut off anywhere, or without any one of its bytes, has a document or one problem.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { processorMs } from "../../../test/helpers/processor-time.ts";
import { readMetricFile } from "./read-file.ts";

/** Bytes of a file that is damaged in every place: larger ones take too long. */
const MAX_BYTES = 4096;

/** One reading may take 0.1 s; ten times that is a hang and not a busy machine. */
const WATCHDOG_MS = 1000;

/** What is damaged besides the cases of all formats and tools. */
const OWN: Readonly<Record<string, string>> = {
  "params.yaml": `base: &base {lr: 1e-3, "quoted \\u00e9": 'it''s'}\ntrain:\n  <<: *base\n  - ünï\n  text: >-\n    folded\n    lines\n  keep: |\n    kept\n? complex\n: !custom [1, 2, .inf]\n--- # second\na: 1\n`,
  "settings.yaml": `train:\n  lr: 0.1 # comment\n  layers: [64, 32]\n  flags: {on: true, off: ~}\nrows:\n- {name: é, v: 1}\n- name: b\n  v: 0x1F\n`,
  "params.toml": `title = "é 🌊 \\u00e9"\n[train.'a b']\nlr = 1_000.5e-3\ndate = 1979-05-27T07:32:00-07:00\ntext = """\na \\\n  b"""\nlist = [ 1, { x = 2, }, ]\n[[rows]]\nname = 'x'\n[[rows]]\nname = 'y'\n`,
  "bench.csv": `name;"ünï ""q""";c\r\nx;1.5;"line\r\nend"\ny;-2e3;85%\n`,
  "log.tsv": "step\tloss\tacc\n0\t1.5\t0.1\n1\t0.5\t\n2\tNaN\t0.9\n",
  "params.py": `# é\nlr: float = 1_0.5e-3\nclass Train:\n    layers = [1, (2,), {'k': "v"}]\n    text = '''a\n    b''' 'c'\n    def __init__(self):\n        self.x = -0x1F; self.y = {1, 2}\n@decorated\nasync def f(): pass\n`,
};

interface Sample {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A case of a format, a tool or Python, as far as it is a file. */
interface TableCase {
  readonly path?: string;
  readonly text?: string | readonly string[];
  readonly file?: unknown;
  readonly source?: string;
}

/** The longest case of each table of cases that is short enough. */
function samples(): Sample[] {
  const folders = [new URL("./", import.meta.url), new URL("../tools/", import.meta.url)];
  const tables = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".cases.json"))
      .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as readonly TableCase[]),
  );
  const longest = tables.flatMap((table) => {
    const fitting = table.map(sampleOf).filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
    return fitting.sort((a, b) => b.bytes.length - a.bytes.length).slice(0, 1);
  });
  return [...longest, ...Object.entries(OWN).map(([path, text]) => ({ path, bytes: Buffer.from(text) }))];
}

function sampleOf({ path = "params.py", text, file, source }: TableCase): Sample {
  const written = text ?? source ?? (file === undefined ? "" : JSON.stringify(file, null, 1));
  return { path, bytes: Buffer.from(typeof written === "string" ? written : written.join("\n")) };
}

const files = samples();

test("there are at least 20 files of all formats", () => {
  const adapters = new Set(files.map(({ path, bytes }) => readMetricFile(bytes, { path, identity: null }).adapter));
  assert.ok(files.length >= 20, `${files.length} files`);
  for (const adapter of ["json", "ndjson", "yaml", "toml", "csv", "python"]) assert.ok(adapters.has(adapter), adapter);
});

for (const { path, bytes } of files) {
  const { adapter } = readMetricFile(bytes, { path, identity: null });
  test(`readMetricFile() answers for every damage to ${path} of ${adapter}, ${bytes.length} bytes (P3)`, () => {
    let slowest = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const damaged of [bytes.subarray(0, at), Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])]) {
        const start = processorMs();
        const { document, problem } = readMetricFile(damaged, { path, identity: null });
        slowest = Math.max(slowest, processorMs() - start);
        assert.notEqual(document === null, problem === null, `byte ${at}`);
        assert.equal(document?.keys.length, document?.values.length);
      }
    }
    assert.ok(slowest < WATCHDOG_MS, `${slowest} ms`);
  });
}
