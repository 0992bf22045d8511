// Tests that every limit of reading is guarded by a case that notices when it is gone (P20).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import test from "node:test";
import type { addDeclared, MetricPathMatcher } from "./metric-paths.ts";
import type { MetricPath, Reading, RowIdentities } from "./model.ts";
import type { readMetricFile, sampleRows } from "./formats/read-file.ts";
import type { WarningList } from "./warning-list.ts";

/** What a limit is raised to: so much that it stops nothing here. */
const NO_LIMIT = "1e9";

/** The domain as it is, or as it would be without one of its limits. */
interface Domain {
  readonly read: (text: string, path: string, identity?: RowIdentities) => Reading;
  readonly sampleRows: typeof sampleRows;
  readonly addDeclared: typeof addDeclared;
  readonly matcher: new (paths: readonly MetricPath[]) => MetricPathMatcher;
  readonly warnings: new () => WarningList;
}

/** A limit, where it stands, and what is another answer without it. */
interface Guard {
  readonly limit: string;
  readonly file?: string;
  readonly raised?: string;
  readonly probe: (domain: Domain) => unknown;
  readonly answer: unknown;
}

const many = (count: number, make: (i: number) => string, between = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(between);
const reason = ({ problem, warnings }: Reading): string | undefined => problem?.reason ?? warnings[0]?.reason;
const glob = (pattern: string): MetricPath => ({ pattern, source: "chosen", identity: null, enabled: true });
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const MEBIBYTE = 1024 * 1024;

const GUARDS: readonly Guard[] = [
  {
    limit: "MAX_FILE_BYTES",
    probe: ({ read }) => reason(read(`{}${" ".repeat(4 * MEBIBYTE - 1)}`, "m.json")),
    answer: "too-large",
  },
  {
    limit: "MAX_TREE_FILE_BYTES",
    probe: ({ read }) => ["m.yaml", "m.toml"].map((path) => reason(read(`#${" ".repeat(MEBIBYTE)}`, path))),
    answer: ["too-large", "too-large"],
  },
  {
    limit: "MAX_DEPTH",
    probe: ({ read }) => [
      reason(read(`${"[".repeat(65)}1${"]".repeat(65)}`, "m.json")),
      reason(read(`a: ${"[".repeat(64)}1${"]".repeat(64)}`, "m.yaml")),
      reason(read(`${"a.".repeat(64)}a = 1`, "m.toml")),
    ],
    answer: ["too-deep", "too-deep", "too-deep"],
  },
  {
    limit: "MAX_LEAVES",
    probe: ({ read }) => reason(read(`{${many(50_001, (i) => `"k${i}":1`, ",")}}`, "m.json")),
    answer: "too-many-leaves",
  },
  {
    limit: "MAX_SAMPLED_LEAVES",
    probe: ({ sampleRows: sample }) => {
      const rows = `[${many(2501, () => `{${many(100, (i) => `"k${i}":1`, ",")}}`, ",")}]`;
      return sample(Buffer.from(rows), "m.json")?.arrays.get("")?.[0]?.rows;
    },
    answer: 2476, // a row counts as one more than its fields
  },
  {
    limit: "MAX_KEY_BYTES",
    probe: ({ read }) => reason(read(`{"${"k".repeat(513)}":1}`, "m.json")),
    answer: "key-too-long",
  },
  {
    limit: "MAX_TEXT_BYTES",
    probe: ({ read }) => read(`{"a":"${"x".repeat(257)}"}`, "m.json").document?.values,
    answer: ["x".repeat(256)],
  },
  {
    limit: "MAX_EXACT_DIGITS",
    raised: "1000", // a power of ten is made of it
    probe: ({ read }) => [
      read(`{"a":${"1".repeat(41)}}`, "m.json").document?.values[0],
      read(`a: ${"1".repeat(41)}`, "m.yaml").document?.values[0],
      read(`a = ${"1".repeat(41)}`, "m.toml").document?.values[0],
    ],
    answer: Array(3).fill(Number("1".repeat(41))),
  },
  {
    limit: "MAX_FLAT_BYTES",
    probe: ({ read }) => reason(read(`{"${"k".repeat(480)}":{${many(18_000, (i) => `"a${i}":1`, ",")}}}`, "m.json")),
    answer: "too-much-text",
  },
  {
    limit: "MAX_NUMBERED_ROWS",
    probe: ({ read }) => read(`[${many(101, () => '{"a":1}', ",")}]`, "m.json").document?.keys,
    answer: ["length"],
  },
  {
    limit: "MAX_MATRIX_SIDE",
    probe: ({ read }) => {
      const line = `[${many(21, String, ",")}]`;
      return read(`{"cm":[${many(21, () => line, ",")}]}`, "m.json").document?.keys.includes("cm[0].length");
    },
    answer: true,
  },
  {
    limit: "MAX_WARNINGS",
    probe: ({ warnings }) => {
      const list = new warnings();
      for (let i = 0; i < 21; i++) list.add(`reason ${i}` as "encoding", () => ({ message: "x" }));
      return list.list().length;
    },
    answer: 20,
  },
  {
    limit: "MAX_ROW_VALUE_BYTES",
    probe: ({ read }) => read(`[{"n":"${"x".repeat(129)}","v":1}]`, "m.json", { "": ["n"] }).document?.keys[0]?.length,
    answer: "[n=].v".length + 128,
  },
  {
    limit: "MAX_ALIASES",
    file: "formats/yaml.ts",
    probe: ({ read }) => reason(read(`a: &a 1\n${many(1001, (i) => `k${i}: *a\n`)}`, "m.yaml")),
    answer: "not-readable",
  },
  {
    limit: "MAX_MERGE_KEYS",
    file: "formats/yaml.ts",
    probe: ({ read }) => {
      const base = `base: &b {${many(101, (i) => `k${i}: 1`, ", ")}}\n`;
      return reason(read(base + many(100, (i) => `m${i}: {<<: *b}\n`), "m.yaml"));
    },
    answer: "not-readable",
  },
  {
    limit: "left",
    file: "formats/tree.ts",
    probe: ({ read }) => {
      const list = (of: string, times: number): string => `[${many(times, () => of, ", ")}]`;
      return reason(read(`a: &a ${list("[1]", 110)}\nb: &b ${list("*a", 110)}\nc: ${list("*b", 110)}\n`, "m.yaml"));
    },
    answer: "too-many-leaves",
  },
  {
    limit: "MAX_RECORDS",
    file: "formats/csv.ts",
    probe: ({ read }) => reason(read(`step,a,b\n${many(10_001, (i) => `${i},1,2\n`)}`, "m.csv")),
    answer: "too-many-leaves",
  },
  {
    limit: "MAX_COLUMNS",
    file: "formats/csv.ts",
    probe: ({ read }) =>
      reason(
        read(
          many(1001, (i) => `c${i}`, ","),
          "m.csv",
        ),
      ),
    answer: "too-many-leaves",
  },
  {
    limit: "MAX_RECORD_CHARACTERS",
    file: "formats/csv.ts",
    probe: ({ read }) => reason(read(`a,${"x".repeat(70_000)}`, "m.csv")),
    answer: "not-readable",
  },
  {
    limit: "MAX_NUMERIC_TEXT",
    file: "value.ts",
    probe: ({ read }) => typeof read(`b,1\nc,1\na,0.${"1".repeat(63)}\n`, "m.csv").document?.values[2],
    answer: "string",
  },
  {
    limit: "MAX_GLOBS",
    file: "metric-paths.ts",
    probe: ({ matcher }) => codeOf(() => new matcher(Array.from({ length: 51 }, (_, i) => glob(`${i}/*`)))),
    answer: "limit-exceeded",
  },
  {
    limit: "MAX_GLOB_BYTES",
    file: "metric-paths.ts",
    probe: ({ matcher }) => codeOf(() => new matcher([glob(`${"x".repeat(256)}*`)])),
    answer: "bad-argument",
  },
  {
    limit: "MAX_PATH_BYTES",
    file: "metric-paths.ts",
    probe: ({ matcher }) => new matcher([glob("*.json")]).match(`${"x".repeat(4092)}.json`),
    answer: null,
  },
  {
    limit: "MAX_DECLARED_PATHS",
    file: "metric-paths.ts",
    probe: ({ addDeclared: add }) =>
      add(
        [],
        Array.from({ length: 1001 }, (_, i) => `${i}.json`),
        "dvc.yaml",
      ).dropped,
    answer: 1,
  },
];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const parent = context.parentURL ?? "";
    const guard = /\?without=\d+$/.exec(parent)?.[0];
    if (guard === undefined || !specifier.startsWith(".") || !found.url.includes("/src/domain/")) return found;
    return { ...found, url: found.url + guard };
  },
  load(url, context, next) {
    const number = /\?without=(\d+)$/.exec(url)?.[1];
    const guard = number === undefined ? undefined : GUARDS[Number(number)];
    const loaded = next(url, context);
    if (guard === undefined || !new URL(url).pathname.endsWith(`/domain/${guard.file ?? "limits.ts"}`)) return loaded;
    return { ...loaded, source: without(guard, readFileSync(new URL(url), "utf8")) };
  },
});

/** The program's text in which the limit stops nothing. */
function without({ limit, raised = NO_LIMIT }: Guard, program: string): string {
  const definition = new RegExp(`((?:const|let) ${limit} =)[^;]*;`);
  assert.match(program, definition, `${limit} is not where it was`);
  return program.replace(definition, `$1 ${raised};`);
}

async function load(query: string): Promise<Domain> {
  const files = (await import(`./formats/read-file.ts${query}`)) as {
    readMetricFile: typeof readMetricFile;
    sampleRows: typeof sampleRows;
  };
  const paths = (await import(`./metric-paths.ts${query}`)) as {
    addDeclared: typeof addDeclared;
    MetricPathMatcher: Domain["matcher"];
  };
  const { WarningList: warnings } = (await import(`./warning-list.ts${query}`)) as { WarningList: Domain["warnings"] };
  return {
    read: (text, path, identity) => files.readMetricFile(Buffer.from(text), { path, identity: identity ?? null }),
    sampleRows: files.sampleRows,
    addDeclared: paths.addDeclared,
    matcher: paths.MetricPathMatcher,
    warnings,
  };
}

const guarded = await load("");

for (const [number, guard] of GUARDS.entries()) {
  test(`without ${guard.limit} of ${guard.file ?? "limits.ts"} a file or a path is read in another way (P20)`, async () => {
    assert.deepStrictEqual(guard.probe(guarded), guard.answer);
    assert.notDeepStrictEqual(guard.probe(await load(`?without=${number}`)), guard.answer);
  });
}

test("every limit of limits.ts has its case", () => {
  const text = readFileSync(new URL("limits.ts", import.meta.url), "utf8");
  const limits = Array.from(text.matchAll(/^export const (\w+)/gm), ([, limit]) => limit);
  assert.deepStrictEqual(
    limits.filter((limit) => !GUARDS.some((guard) => guard.limit === limit && guard.file === undefined)),
    [],
  );
});
