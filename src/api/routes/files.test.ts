// Metric files over HTTP: what is read and by which rule, what may be, changes and who may make them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory } from "../../../test/helpers/filled-history.ts";
import { BUILT_IN_PATHS } from "../../domain/metric-paths.ts";
import type { StoredCandidates } from "../../store/candidate-file.ts";
import { waitingEvents } from "../../store/event.ts";
import { ProblemError } from "../client.ts";
import * as columns from "../contract/columns.ts";
import * as files from "../contract/files.ts";
import * as repositories from "../contract/repositories.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const id = await fillHistory(db.database, organization, {
  name: "o/r",
  commits: [
    {
      parents: [],
      files: { "a/metrics.json": { document: { acc: 0.5, name: "x" } }, "old.csv": { document: { n: 1 } } },
    },
  ],
  branches: [{ name: "main", head: 0 }],
});
const params = { repository: "o/r" };
const found: StoredCandidates = {
  from: "",
  candidates: [
    {
      pattern: "data.json",
      versions: 12,
      paths: 1,
      example: "data.json",
      adapter: "json",
      numbers: 3,
      values: 4,
      keys: ["a.b"],
    },
  ],
  recognised: ["dev/bench/data.js"],
};
await db.database.owner.query("UPDATE git_repository SET candidates = $2 WHERE id = $1", [id, JSON.stringify(found)]);

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return `${error.problem.status} ${error.problem.detail}`;
}

test("GET …/files tells files, rules, candidates and what is not read yet", async () => {
  const answer = files.MetricFiles.parse(await ada.client.call(files.listFiles, { params }));
  assert.deepEqual(answer.files, [
    { path: "a/metrics.json", rule: "**/metrics.json", adapter: "json", versions: 1, unreadable: 0, numbers: 1 },
    { path: "old.csv", rule: null, adapter: "json", versions: 1, unreadable: 0, numbers: 1 },
  ]);
  assert.equal(answer.rules.length, BUILT_IN_PATHS.length);
  const rule = answer.rules.find(({ pattern }) => pattern === "**/metrics.json");
  assert.deepEqual(rule, {
    pattern: "**/metrics.json",
    source: "built-in",
    enabled: true,
    glob: true,
    files: 1,
    named: [],
  });
  assert.deepEqual(answer.candidates, found.candidates);
  assert.deepEqual(answer.globs, { on: BUILT_IN_PATHS.length, most: 50 });
  assert.deepEqual([answer.recognised, answer.reading], [["dev/bench/data.js"], false]);
});

test("what is known but not read yet is one notice of the repository", async () => {
  const notice = '"dev/bench/data.js" holds figures in a form that Tidemark knows, but does not read yet.';
  const repository = repositories.Repository.parse(await ada.client.call(repositories.getRepository, { params }));
  assert.deepEqual([repository.notices, repository.candidates], [[notice], 1]);
  assert.deepEqual((await ada.client.call(columns.listWarnings, { params })).notices, [notice]);
});

test("POST …/files changes rules all or none, and asks for the history once", async () => {
  const body = { add: ["data.json", "*.jsonl"], off: ["**/params.yaml"] };
  const { event } = await ada.client.call(files.changeFiles, { params, body });
  const store = db.database.worker.in(organization);
  assert.deepEqual(
    (await waitingEvents(store, id)).map((waiting) => [waiting.id, waiting.task]),
    [[event, "import"]],
  );
  const answer = await ada.client.call(files.listFiles, { params });
  assert.ok(answer.reading);
  assert.deepEqual(
    answer.rules
      .filter(({ source, enabled }) => source === "chosen" || !enabled)
      .map(({ pattern, enabled }) => [pattern, enabled]),
    [
      ["**/*.jsonl", true],
      ["data.json", true],
      ["**/params.yaml", false],
    ],
  );
  assert.deepEqual(await ada.client.call(files.changeFiles, { params, body: { off: ["**/params.yaml"] } }), {
    event: null,
  });
  const wrong = files.changeFiles;
  assert.match(
    await problemOf(ada.client.call(wrong, { params, body: { add: ["x.json", "../x"] } })),
    /^400 .*a path with \.\./,
  );
  assert.match(
    await problemOf(ada.client.call(wrong, { params, body: { add: ["data.json"] } })),
    /^400 .*among the rules already/,
  );
  assert.match(
    await problemOf(ada.client.call(wrong, { params, body: { remove: ["**/metrics.json"] } })),
    /^400 .*turned off/,
  );
  const after = await ada.client.call(files.listFiles, { params });
  assert.ok(!after.rules.some(({ pattern }) => pattern === "x.json"), "all or none");
});

test("POST …/files takes a glob of 256 bytes and the 50th, and refuses 257 bytes and the 51st (P17)", async () => {
  const change = (add: string[]): Promise<unknown> => ada.client.call(files.changeFiles, { params, body: { add } });
  const longest = `own/${"ä".repeat(125)}x*`;
  assert.equal(Buffer.byteLength(longest), 256);
  assert.match(await problemOf(change([`${longest}y`])), /^400 .*at most 256 bytes/);
  assert.match(await problemOf(change([`own/${"y".repeat(252)}*`])), /^400 .*at most 256/);
  await change([longest]);
  const { globs } = await ada.client.call(files.listFiles, { params });
  const left = Array.from({ length: globs.most - globs.on }, (_, n) => `own/${n}/*.json`);
  assert.match(await problemOf(change([...left, "own/51st/*.json"])), /^4\d\d .*at most 50 that are on/);
  assert.deepEqual((await ada.client.call(files.listFiles, { params })).globs, globs, "all or none");
  await change(left);
  assert.deepEqual((await ada.client.call(files.listFiles, { params })).globs, { on: 50, most: 50 });
  assert.match(await problemOf(change(["own/51st/*.json"])), /^4\d\d .*at most 50 that are on/);
});

test("POST …/files/rows chooses what names rows, and takes it back", async () => {
  const choose = (fields: string[] | null): Promise<{ event: string | null }> =>
    ada.client.call(files.nameRows, { params, body: { path: "a/metrics.json", array: "runs", fields } });
  assert.notEqual((await choose(["name", "params.size"])).event, null);
  assert.equal((await choose(["name", "params.size"])).event, null);
  const { rules } = await ada.client.call(files.listFiles, { params });
  assert.deepEqual(rules.find(({ pattern }) => pattern === "a/metrics.json")?.named, [
    { array: "runs", fields: ["name", "params.size"] },
  ]);
  assert.notEqual((await choose(null)).event, null);
  const unread = ada.client.call(files.nameRows, { params, body: { path: "x.json", array: "", fields: ["a"] } });
  assert.match(await problemOf(unread), /^400 .*no rule by which it is read/);
});

test("previews are asked for with what was typed", async () => {
  const preview = await ada.client.call(files.previewFiles, { params, query: { pattern: "*.json" } });
  assert.equal(preview.pattern, "*.json");
  const query = { path: "a.json", array: "runs", fields: ["a", "b,c"] };
  assert.deepEqual((await ada.client.call(files.listRows, { params, query })).names?.names, ["a", "b,c"]);
  assert.equal((await ada.client.call(files.listRows, { params, query: { path: "a.json", fields: [] } })).names, null);
});

test("viewers see what is read, and neither look into other files nor change anything", async () => {
  const viewer = await server.signIn(organization, "viewer");
  assert.ok((await viewer.client.call(files.listFiles, { params })).rules.length > 0);
  for (const work of [
    viewer.client.call(files.changeFiles, { params, body: { add: ["y.json"] } }),
    viewer.client.call(files.previewFiles, { params, query: { pattern: "y.json" } }),
    viewer.client.call(files.listRows, { params, query: { path: "y.json", fields: [] } }),
    viewer.client.call(files.nameRows, { params, body: { path: "y.json", array: "", fields: null } }),
  ])
    assert.match(await problemOf(work), /^403 /);
});
