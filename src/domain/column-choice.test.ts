// Tests of what counts of a column once people said something.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CHOICE, settleChoice } from "./column-choice.ts";
import type { ColumnFacts } from "./model.ts";

const told: ColumnFacts = { goal: "lower", goalFrom: "name", unit: "s" };

test("settleChoice() overrules goal and unit, each by itself, and gives back what was told", () => {
  const chosen = settleChoice(told, NO_CHOICE, { goal: "higher" });
  assert.deepEqual(chosen.facts, { goal: "higher", goalFrom: "confirmed", unit: "s" });
  const both = settleChoice(chosen.facts, chosen.choice, { unit: "ms", alias: "latency" });
  assert.deepEqual(both.facts, { goal: "higher", goalFrom: "confirmed", unit: "ms" });
  assert.equal(both.choice.alias, "latency");
  const none = settleChoice(both.facts, both.choice, { goal: null, unit: null });
  assert.deepEqual(none.facts, { goal: null, goalFrom: "confirmed", unit: null });
  const back = settleChoice(none.facts, none.choice, { goal: "guess", unit: "guess" });
  assert.deepEqual(back.facts, told);
  assert.equal(back.choice.alias, "latency", "what is left out stays");
  assert.deepEqual(settleChoice(back.facts, back.choice, { alias: null }).choice, {
    ...NO_CHOICE,
    toldGoal: "lower",
    toldGoalFrom: "name",
    toldUnit: "s",
  });
});

test("settleChoice() without a change overrules what was written anew, and keeps what it tells now", () => {
  const { choice } = settleChoice(told, NO_CHOICE, { goal: "higher", unit: "ms" });
  const anew: ColumnFacts = { goal: null, goalFrom: null, unit: "us" };
  const kept = settleChoice(anew, choice);
  assert.deepEqual(kept.facts, { goal: "higher", goalFrom: "confirmed", unit: "ms" });
  assert.deepEqual(settleChoice(kept.facts, kept.choice), kept, "once more changes nothing");
  assert.deepEqual(settleChoice(kept.facts, kept.choice, { goal: "guess", unit: "guess" }).facts, anew);
});

test("settleChoice() gives back what an old catalogue still says was chosen", () => {
  const { choice } = settleChoice(told, NO_CHOICE, { goal: "higher" });
  const back = settleChoice({ goal: "higher", goalFrom: "confirmed", unit: "s" }, { ...choice, goalChosen: false });
  assert.deepEqual(back.facts, told);
});
