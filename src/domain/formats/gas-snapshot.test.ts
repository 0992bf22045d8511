// Tests of gas snapshots (F20): their cases, what is told of their columns, and a test that is removed.
import assert from "node:assert/strict";
import test from "node:test";
import { documentOf, readText, testReadingCases } from "../../../test/helpers/reading-cases.ts";

const LINES = [
  "A:testBurn() (gas: 121484)",
  "A:testMint(uint256) (runs: 256, μ: 30301, ~: 30299)",
  "A:invariant_Sum() (runs: 256, calls: 3840, reverts: 12)",
];

testReadingCases(new URL("gas-snapshot.cases.json", import.meta.url));

test("gasSnapshot tells that less gas is better, and nothing of how often a test called", () => {
  const { facts } = readText(LINES.join("\n"), ".gas-snapshot");
  const gas = { unit: "gas", goal: "lower", goalFrom: "tool" };
  const count = { unit: null, goal: null, goalFrom: null };
  assert.deepEqual(Object.fromEntries(facts ?? []), {
    "A:testBurn().gas": gas,
    "A:testMint(uint256).mean": gas,
    "A:testMint(uint256).median": gas,
    "A:invariant_Sum().calls": count,
    "A:invariant_Sum().reverts": count,
  });
});

test("gasSnapshot keeps the columns of the other tests when one is removed (F20)", () => {
  const all = Object.keys(documentOf(readText(LINES.join("\n"), ".gas-snapshot")));
  for (const [removed, own] of [
    [0, "A:testBurn()"],
    [1, "A:testMint(uint256)"],
    [2, "A:invariant_Sum()"],
  ] as const) {
    const left = documentOf(readText(LINES.toSpliced(removed, 1).join("\r\n"), ".gas-snapshot"));
    assert.deepEqual(
      Object.keys(left),
      all.filter((key) => !key.startsWith(`${own}.`)),
    );
  }
});
