// Marks for "nothing" where only some commits are read: nobody knows there that a column is one of numbers.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const run = commandIn(root);
const MARKS = ["None", "N/A", "-", "null", ""];
/** Texts, then each of the marks, then a commit that changes nothing; none is null throughout. */
const history = await buildHistory(join(root, "history.git"), (builder) => {
  for (const opt of ["adam", "sgd", ...MARKS])
    builder.commit({ files: { "params.json": JSON.stringify({ opt, n: 1, none: null }) }, message: `"${opt}"\n` });
  builder.commit({ files: { "README.md": "x" }, message: "docs\n" });
});

interface Compared {
  readonly columns: readonly {
    readonly id: string;
    readonly state: string;
    readonly from: unknown;
    readonly to: unknown;
  }[];
}

test("tidemark diff compares marks for nothing as texts where neither commit has a number", async () => {
  for (const [index, mark] of MARKS.entries()) {
    const below = MARKS.length - index;
    const { out, err } = await run(["diff", "-C", history, `HEAD~${below + 1}`, `HEAD~${below}`, "--json"]);
    assert.equal(err, "");
    const told = (JSON.parse(out) as Compared).columns.map(({ id, state, from, to }) => [id, state, from, to]);
    assert.deepEqual(told, [["params.json:opt", "changed", MARKS[index - 1] ?? "sgd", mark]]);
  }
  const { out } = await run(["diff", "-C", history, "HEAD~5", "HEAD~4"]);
  assert.match(out, /^ {2}opt +None +N\/A +changed$/m);
  assert.doesNotMatch(out, /none/, "what is null throughout holds nothing");
});

test("tidemark log shows of its newest commits what it shows of them among all", async () => {
  const rows = async (count: number): Promise<string[]> => {
    const { out } = await run(["log", "-C", history, "-n", String(count), "--csv"]);
    return out.split("\n").filter((line) => line !== "");
  };
  const all = await rows(0);
  assert.equal(all[0], "commit,date,author,subject,params.json:opt,params.json:n");
  for (const count of [1, 2, 3, 4]) assert.deepEqual(await rows(count), all.slice(0, count + 1));
  const { out } = await run(["log", "-C", history, "HEAD~4", "-n", "1"]);
  assert.match(out, /"N\/A" +N\/A +was None/);
});
