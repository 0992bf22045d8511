// Tests of goals that a file itself tells: they are the file's, not guesses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readText } from "../../../test/helpers/reading-cases.ts";

test("lmEvaluationHarness says of the file's own goals that they come from the file", () => {
  const file = {
    results: { wikitext: { "word_perplexity,none": 30, "word_perplexity_stderr,none": "N/A", "acc,none": 0.5 } },
    versions: { wikitext: 2 },
    higher_is_better: { wikitext: { word_perplexity: false, acc: true, word_perplexity_stderr: null } },
    config: {},
  };
  const { facts } = readText(JSON.stringify(file), "results_2026-03-04.json");
  assert.deepEqual(
    [...(facts ?? [])],
    [
      ["results.wikitext.word_perplexity,none", { unit: null, goal: "lower", goalFrom: "file" }],
      ["results.wikitext.acc,none", { unit: null, goal: "higher", goalFrom: "file" }],
    ],
  );
});
