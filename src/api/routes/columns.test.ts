// The catalogue of columns over HTTP: orders, filters, and what people say of a column.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf, type TestCommit } from "../../../test/helpers/filled-history.ts";
import { ProblemError } from "../client.ts";
import { bestOfColumn, blameColumn } from "../contract/column-history.ts";
import { type CatalogueColumn, changeColumn, listColumns } from "../contract/columns.ts";
import { listCommits } from "../contract/commits.ts";
import { getSeries } from "../contract/series.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const commits: TestCommit[] = [3, 1, 2, "NaN", 5].map((loss, position) => ({
  parents: position === 0 ? [] : [position - 1],
  files: {
    "m.json": { document: { zeta: 1, loss, acc: position, '["a b"]': "text" } },
    "dir/n.json": { document: { still: 7 } },
  },
}));
const id = await fillHistory(db.database, organization, {
  name: "o/r",
  commits,
  branches: [{ name: "main", head: 4 }],
});
const params = { repository: "o/r" };
const blank = '["a b"]';

async function list(query: Parameters<typeof ada.client.call<typeof listColumns>>[1]["query"]) {
  return listColumns.answer.parse(await ada.client.call(listColumns, { params, query }));
}
const keys = async (query: Parameters<typeof list>[0]): Promise<string[]> =>
  (await list(query)).columns.map((column) => column.key);

type Change = Parameters<typeof ada.client.call<typeof changeColumn>>[1]["body"];
const change = async (column: string, body: Change, who = ada): Promise<CatalogueColumn> =>
  changeColumn.answer.parse(await who.client.call(changeColumn, { params: { ...params, column }, body }));

async function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "answered",
    (error: unknown) => (error instanceof ProblemError ? error.problem.code : String(error)),
  );
}

test("GET …/columns sorts by what is written, by changes and by name, in pages", async () => {
  assert.deepEqual(await keys({}), ["still", "zeta", "loss", "acc", blank]);
  assert.deepEqual(await keys({ sort: "changes" }), ["loss", "acc", "still", "zeta", blank]);
  assert.deepEqual((await keys({ sort: "name" })).toSorted(), ["still", blank, "acc", "loss", "zeta"].toSorted());
  assert.equal((await keys({ sort: "name" }))[0], "still");
  for (const sort of ["written", "changes", "name"] as const) {
    const seen: string[] = [];
    for (let cursor: string | null = null, pages = 0; pages < 10; pages++) {
      const page: Awaited<ReturnType<typeof list>> = await list({
        sort,
        limit: 2,
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.columns.map((column) => column.key));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    assert.deepEqual(seen, await keys({ sort }), sort);
  }
  const { nextCursor } = await list({ sort: "changes", limit: 1 });
  assert.equal(await code(list({ sort: "name", limit: 1, cursor: nextCursor ?? "" })), "cursor-mismatch");
});

test("GET …/columns shows only those of a file, and only those that ever changed", async () => {
  assert.deepEqual(await keys({ path: "dir/n.json" }), ["still"]);
  assert.deepEqual(await keys({ path: "dir" }), []);
  assert.deepEqual(await keys({ changed: "true" }), ["loss", "acc"]);
  assert.equal((await list({ changed: "true", limit: 1 })).total, 2);
  assert.equal(await code(list({ changed: "yes" })), "bad-argument");
});

test("PATCH …/columns/{id} overrules a goal and finds the best anew, for every page at once", async () => {
  const told = { goal: "higher", goalFrom: "name", unit: null };
  const before = (await list({ search: "loss" })).columns[0];
  assert.deepEqual(
    [before?.best, before?.told, before?.chosen],
    [{ sha: shaOf("o/r", 4), value: 5 }, told, { goal: false, unit: false }],
  );
  const asPage = async () => {
    const page = await ada.client.call(listCommits, {
      params,
      query: { columns: ["m.json:loss"], sort: [], order: [] },
    });
    return page.commits.map((row) => row.best[0]);
  };
  assert.deepEqual(await asPage(), [true, false, false, false, false]);
  const lower = await change("m.json:loss", { goal: "lower", unit: "nats", alias: "Loss" });
  assert.deepEqual([lower.goal, lower.goalFrom, lower.unit, lower.alias], ["lower", "confirmed", "nats", "Loss"]);
  assert.deepEqual(
    [lower.best, lower.told, lower.chosen],
    [{ sha: shaOf("o/r", 1), value: 1 }, told, { goal: true, unit: true }],
  );
  assert.deepEqual(await asPage(), [false, false, false, true, false]);
  const { lines } = await ada.client.call(getSeries, { params, query: { columns: ["m.json:loss"], branch: [] } });
  assert.deepEqual([lines[0]?.column.alias, lines[0]?.column.goal], ["Loss", "lower"]);
  assert.deepEqual(await keys({ search: "LOSS" }), ["loss"], "found by its alias too");
  const none = await change("m.json:loss", { goal: null });
  assert.deepEqual([none.goal, none.goalFrom, none.best, none.unit], [null, "confirmed", null, "nats"]);
  const back = await change("m.json:loss", { goal: "guess", unit: "guess", alias: null });
  assert.deepEqual(back, before);
});

test("PATCH …/columns/{id} takes ids with slashes and blanks, and columns without numbers", async () => {
  assert.equal((await change("dir/n.json:still", { alias: "Still?" })).alias, "Still?");
  assert.deepEqual(await keys({ search: "still?" }), ["still"]);
  await change("dir/n.json:still", { alias: null });
  const text = await change(`m.json:${blank}`, { goal: "lower" });
  assert.deepEqual([text.goal, text.best], ["lower", null]);
});

test("PATCH …/columns/{id} refuses what is no column, no choice, and people who may only look", async () => {
  for (const column of ["m.json:nothing", "x.json:loss", "loss"])
    assert.equal(await code(change(column, { goal: "lower" })), "column-not-found", JSON.stringify(column));
  assert.equal(await code(change("m.json:\0", { goal: "lower" })), "bad-argument");
  for (const body of [{ goal: "up" }, { unit: "" }, { unit: "u".repeat(33) }, { alias: "a\nb" }, { name: "x" }])
    assert.equal(await code(change("m.json:loss", body as Change)), "bad-argument", JSON.stringify(body));
  for (const body of [{ alias: " " }, { unit: "\u00a0 " }, { alias: "a\ud800" }])
    assert.equal(await code(change("m.json:loss", body)), "bad-argument", JSON.stringify(body));
  const viewer = await server.signIn(organization, "viewer");
  assert.equal(await code(change("m.json:loss", { goal: "lower" }, viewer)), "not-allowed");
  const eve = await server.signIn(await db.makeOrganization("Eve's"));
  const theirs = eve.client.call(changeColumn, { params: { repository: id, column: "m.json:loss" }, body: {} });
  assert.equal(await code(theirs), "repository-not-found");
});

test("GET …/series answers 304 to whom has it, until what people say of a column changes", async () => {
  const path = "/api/v1/repositories/o%2Fr/series?columns=m.json%3A*s*&points=10";
  const first = await ada.fetch(path);
  const { lines, cut } = getSeries.answer.parse(await first.json());
  assert.deepEqual(
    [lines.map((line) => line.column.key), lines[0]?.points.map((point) => point[2]), cut],
    [["loss"], [3, 1, 2, null, 5], []],
  );
  const headers = { "if-none-match": first.headers.get("etag") ?? "" };
  assert.equal((await ada.fetch(path, { headers })).status, 304);
  assert.equal((await ada.fetch(`${path}0`, { headers })).status, 200, "another question");
  await change("m.json:acc", { alias: "accuracy" });
  assert.equal((await ada.fetch(path, { headers })).status, 200, "a newer version");
});

test("GET …/columns/{id}/blame and …/best tell commits of a column whose id is one segment of the address", async () => {
  const column = "/api/v1/repositories/o%2Fr/columns/m.json%3Aloss";
  const blame = blameColumn.answer.parse(await (await ada.fetch(`${column}/blame?limit=2`)).json());
  assert.deepEqual(
    blame.changes.map(({ sha, value, before, baseline }) => [sha, value, before, baseline]),
    [
      [shaOf("o/r", 4), 5, "NaN", shaOf("o/r", 3)],
      [shaOf("o/r", 3), "NaN", 2, shaOf("o/r", 2)],
    ],
  );
  const best = bestOfColumn.answer.parse(await (await ada.fetch(`${column}/best?limit=2`)).json());
  assert.deepEqual(
    [best.goal, best.commits.map(({ sha, value }) => [sha, value])],
    [
      "higher",
      [
        [shaOf("o/r", 4), 5],
        [shaOf("o/r", 0), 3],
      ],
    ],
  );
  const rows = await ada.client.call(listCommits, { params, query: { columns: ["m.json:loss"], sort: [], order: [] } });
  const told = [...blame.changes, ...best.commits];
  assert.deepEqual(
    told.map(({ committedAt, authoredAt, branches }) => [committedAt, authoredAt, branches]),
    told.map(({ sha }) => {
      const row = rows.commits.find((each) => each.sha === sha);
      return [row?.committedAt, row?.authoredAt, ["main"]];
    }),
    "each with the times that its row of the table has, and its branch",
  );
});
