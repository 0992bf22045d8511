// Tests of what people type about the branches to follow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOfDraft, draftOfChoice, followedWords, isChanged } from "./branch-draft.ts";

const CHOICE = { days: 90, also: ["release/*", "tune-1"], never: ["dependabot/*"] };
const DRAFT = { all: false, days: "90", also: "release/*\ntune-1", never: "dependabot/*" };

test("draftOfChoice() and choiceOfDraft() are each other's way back", () => {
  assert.deepEqual(draftOfChoice(CHOICE), DRAFT);
  for (const choice of [CHOICE, { ...CHOICE, days: null }, { days: 7, also: [], never: [] }])
    assert.deepEqual(choiceOfDraft(draftOfChoice(choice)), { choice });
});

test("choiceOfDraft() takes names by lines or blanks, each once", () => {
  const typed = { ...DRAFT, days: " 30 ", also: "\n a  b\r\na\n\n" };
  assert.deepEqual(choiceOfDraft(typed), { choice: { ...CHOICE, days: 30, also: ["a", "b"] } });
});

test("choiceOfDraft() says what is wrong with each field", () => {
  for (const days of ["", "0", "-1", "1.5", "x", "36501", "9999999999"]) {
    const { problems } = choiceOfDraft({ ...DRAFT, days }) as { problems: object };
    assert.deepEqual(problems, { days: "Enter a number of days, from 1 to 36,500." }, days);
  }
  assert.deepEqual(choiceOfDraft({ ...DRAFT, days: "x", all: true }), { choice: { ...CHOICE, days: null } });
  const { problems } = choiceOfDraft({ ...DRAFT, also: "v?", never: "x".repeat(257) }) as { problems: object };
  const wanted = "a branch's name, with * for any text, such as release/*";
  assert.deepEqual(problems, {
    also: `Cannot follow the branch "v?": found "?", which no branch's name holds, wanted ${wanted}.`,
    never: `Cannot leave out the branch "${"x".repeat(256)}": found 257 bytes, wanted at most 256 bytes.`,
  });
});

test("isChanged() looks at what would be stored", () => {
  assert.equal(isChanged(DRAFT, CHOICE), false);
  assert.equal(isChanged({ ...DRAFT, also: "release/* tune-1 " }, CHOICE), false);
  for (const other of [{ all: true }, { days: "91" }, { also: "" }, { never: "?" }])
    assert.equal(isChanged({ ...DRAFT, ...other }, CHOICE), true);
});

test("followedWords() counts what is followed, and of how many where others are not", () => {
  assert.equal(followedWords(1, null), "1 branch is followed.");
  assert.equal(followedWords(3, 0), "3 branches are followed.");
  assert.equal(followedWords(1, 3), "1 of 4 branches is followed.");
  assert.equal(followedWords(1_200, 1), "1,200 of 1,201 branches are followed.");
});
