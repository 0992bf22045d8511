// Foundry's `.gas-snapshot`, which Hardhat writes too: one line a test, with the gas that it took.
import type { Flattener } from "../flatten.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import type { ColumnFacts } from "../model.ts";
import { unreadable } from "../unreadable.ts";
import { type Adapter, firstContentLine } from "./adapter.ts";
import { longInteger } from "./json-number.ts";

const EXTENSION = "gas-snapshot";
/** Digits of the largest number that a contract knows: 2^256 - 1. */
const NUMBER = /^\d{1,78}$/;
const GAS: ColumnFacts = { unit: "gas", goal: "lower", goalFrom: "tool" };
/** What figures are called here. Of a test that is run many times a file has the mean and the median. */
const GAS_NAMES = new Map([
  ["gas", "gas"],
  ["", "gas"], // the first versions had the number alone
  ["μ", "mean"], // the Greek letter
  ["µ", "mean"], // the sign for micro
  ["~", "median"],
]);
/** How often a test is run is a setting. */
const LEFT_OUT = "runs";
/** A count says nothing of better or worse: calls and reverts of an invariant. */
const COUNT: ColumnFacts = { unit: null, goal: null, goalFrom: null };

/** A test and what its line says of it. */
interface Line {
  readonly test: string;
  /** names as they are written, and numbers */
  readonly figures: readonly (readonly [name: string, digits: string])[];
}

/** The gas of each test: `UnipoolTest:testBurn().gas`. */
export const gasSnapshot: Adapter = {
  name: "gas-snapshot",
  version: 1,
  extensions: [EXTENSION],
  maxBytes: MAX_FILE_BYTES,
  sniff({ extension, text, first }) {
    if (extension === EXTENSION) return first === "{" || first === "[" ? "maybe" : "yes";
    const line = parseLine(firstContentLine(text)); // people may choose another name
    return line?.figures.some(([name]) => name === "gas" || name === LEFT_OUT) === true ? "maybe" : "no";
  },
  read({ text }, target) {
    target.openObject();
    let number = 0;
    let start = 0;
    while (start < text.length) {
      const end = text.indexOf("\n", start);
      const written = text.slice(start, end < 0 ? text.length : end).trim();
      number++;
      if (written !== "") {
        const line = parseLine(written);
        if (line === null)
          throw unreadable("not-readable", "no test with its gas", "Contract:test() (gas: 123)", { line: number });
        tellLine(line, start, target);
      }
      start = end < 0 ? text.length : end + 1;
    }
    target.close();
  },
};

/** Takes apart `Contract:test(uint256) (runs: 256, μ: 30301, ~: 30301)`; null when it is something else. */
function parseLine(line: string): Line | null {
  const open = line.lastIndexOf("(");
  const test = line.slice(0, Math.max(open, 0)).trim();
  if (test === "" || !line.endsWith(")")) return null;
  const figures: [string, string][] = [];
  for (const part of line.slice(open + 1, -1).split(",")) {
    const colon = part.indexOf(":");
    const digits = part.slice(colon + 1).trim();
    if (!NUMBER.test(digits)) return null;
    figures.push([part.slice(0, Math.max(colon, 0)).trim(), digits]);
  }
  return { test, figures };
}

function tellLine({ test, figures }: Line, at: number, target: Flattener): void {
  target.name(test, at);
  target.openObject();
  for (const [written, digits] of figures) {
    if (written === LEFT_OUT) continue;
    const gas = GAS_NAMES.get(written);
    target.name(gas ?? written, at);
    target.scalar(longInteger(digits, digits.length, target.warnings), gas === undefined ? COUNT : GAS);
  }
  target.close();
}
