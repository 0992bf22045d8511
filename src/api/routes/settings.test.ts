// A repository's settings over HTTP: its name, the column of its small picture, and which branches are followed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory } from "../../../test/helpers/filled-history.ts";
import { ProblemError } from "../client.ts";
import { listBranches } from "../contract/columns.ts";
import { changeRepository, getRepository, type Repository } from "../contract/repositories.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const file = (loss: number) => ({ "m.json": { document: { acc: 0.5, loss, note: "x" } } });
const history = {
  commits: [
    { parents: [], files: file(3) },
    { parents: [0], files: file(2) },
  ],
  branches: [{ name: "main", head: 1 }],
};
const id = await fillHistory(db.database, organization, { ...history, name: "o/r" });
await fillHistory(db.database, organization, { ...history, name: "o/other" });

type Change = Parameters<typeof ada.client.call<typeof changeRepository>>[1]["body"];
const change = (body: Change, who = ada): Promise<Repository> =>
  who.client.call(changeRepository, { params: { repository: id }, body });
const read = (repository: string): Promise<Repository> => ada.client.call(getRepository, { params: { repository } });

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return `${error.problem.status} ${error.problem.code}: ${error.message}`;
}

test("PATCH /repositories/{id} renames it at once, and its old name leads nowhere", async () => {
  const before = await read("o/r");
  const renamed = await change({ name: "team/new" });
  assert.deepEqual([renamed.name, renamed.id, renamed.version], ["team/new", id, before.version + 1]);
  assert.equal((await read("team/new")).id, id);
  assert.match(await problem(read("o/r")), /^404 repository-not-found/);
  assert.equal((await change({ name: "o/r" })).name, "o/r");
});

test("PATCH /repositories/{id} chooses the column of its small picture, and gives the choice back", async () => {
  const guessed = (await read(id)).spark?.column;
  assert.equal(guessed, "m.json:loss");
  const chosen = await change({ sparkColumn: "m.json:acc" });
  assert.deepEqual(
    [chosen.sparkColumn, chosen.spark?.column, chosen.spark?.values],
    ["m.json:acc", "m.json:acc", [0.5, 0.5]],
  );
  assert.equal((await change({ name: "o/r" })).sparkColumn, "m.json:acc", "what is not named stays");
  const back = await change({ sparkColumn: null });
  assert.deepEqual([back.sparkColumn, back.spark?.column], [null, guessed]);
});

test("the column of the small picture may be gone one day: then it is chosen for people again", async () => {
  await change({ sparkColumn: "m.json:acc" });
  await db.database.owner.query("DELETE FROM metric_column WHERE repository_id = $1 AND key = 'acc'", [id]);
  await db.database.owner.query("UPDATE git_repository SET version = version + 1 WHERE id = $1", [id]);
  const { sparkColumn, spark } = await read(id);
  assert.deepEqual([sparkColumn, spark?.column], ["m.json:acc", "m.json:loss"]);
  await change({ sparkColumn: null });
});

const syncs = async (): Promise<number> => {
  const events = "SELECT FROM event WHERE repository_id = $1 AND task = 'sync'";
  return (await db.database.owner.query(events, [id])).length;
};
const choice = async (): Promise<unknown> =>
  (await ada.client.call(listBranches, { params: { repository: id } })).choice;

test("PATCH /repositories/{id} chooses the branches that are followed, part by part, and asks for a sync", async () => {
  const before = await syncs();
  assert.deepEqual(await choice(), { days: 90, also: [], never: [] });
  const { version } = await read(id);
  await change({ branches: { also: [" release/* ", "tune-1", "tune-1"] } });
  await change({ branches: { days: null, never: ["dependabot/*"] } });
  assert.deepEqual(await choice(), { days: null, also: ["release/*", "tune-1"], never: ["dependabot/*"] });
  assert.equal((await read(id)).version, version + 2);
  assert.equal(await syncs(), before + 2);
  await change({ branches: { days: null, also: ["release/*", "tune-1"] } });
  await change({ branches: {} });
  assert.equal(await syncs(), before + 2, "nothing is another now");
  await change({ branches: { days: 90, also: [], never: [] } });
  assert.deepEqual(await choice(), { days: 90, also: [], never: [] });
});

test("GET …/branches tells which are not followed, while they were looked at by the choice of now", async () => {
  const list = (): Promise<unknown> =>
    ada.client.call(listBranches, { params: { repository: id } }).then(({ unfollowed }) => unfollowed);
  assert.equal(await list(), null);
  const left = { name: "v1", committedAt: Date.UTC(2021, 2, 4), reason: "old" };
  const look = { choice: { never: [], also: [], days: 90 }, unfollowed: { count: 3, branches: [left] } };
  await db.database.owner.query("UPDATE git_repository SET branch_look = $2 WHERE id = $1", [id, JSON.stringify(look)]);
  const told = { count: 3, branches: [{ ...left, committedAt: "2021-03-04T00:00:00.000Z" }] };
  assert.deepEqual(await list(), told);
  await change({ branches: { days: 30 } });
  assert.equal(await list(), null);
  await change({ branches: { days: 90 } });
  assert.deepEqual(await list(), told);
});

test("PATCH /repositories/{id} changes nothing when nothing is another", async () => {
  const { version } = await read(id);
  for (const body of [{}, { name: "o/r" }, { sparkColumn: null }]) assert.equal((await change(body)).version, version);
});

test("PATCH /repositories/{id} refuses what cannot be, all or none", async () => {
  const before = await read(id);
  const refused = (body: object): Promise<string> => problem(change(body));
  assert.match(
    await refused({ name: "o/other" }),
    /^409 repository-exists: .*"o\/other": found a repository of this name/,
  );
  for (const name of ["12", ".", "..", " a", "a//b", "/", "a\u200bb", "a\u202eb"]) {
    assert.match(await refused({ name }), /^400 bad-argument: Cannot name the repository/, JSON.stringify(name));
  }
  for (const name of ["", "a\nb", "x".repeat(121), 7, null]) assert.match(await refused({ name }), /^400 bad-argument/);
  assert.match(await refused({ name: "fine", sparkColumn: "m.json:nope" }), /^404 column-not-found/);
  assert.match(await refused({ sparkColumn: "no colon" }), /^404 column-not-found/);
  assert.match(await refused({ sparkColumn: "m.json:a\0" }), /^400 bad-argument/);
  assert.match(await refused({ sparkColumn: "m.json:note" }), /^400 bad-argument: .*a column of text values/);
  for (const [branches, says] of [
    [{ days: 0 }, /"branches.days": found 0, wanted at least 1/],
    [{ days: 36_501 }, /"branches.days": found 36501, wanted at most 36500/],
    [{ days: 1.5 }, /"branches.days": found 1.5, wanted one whole number/],
    [{ also: "x" }, /"branches.also": found "x", wanted a list/],
    [{ also: ["x", ""] }, /Cannot follow the branch "": found no name/],
    [{ also: ["a b"] }, /Cannot follow the branch "a b": found " ", which no branch's name holds/],
    [{ never: ["v?"] }, /Cannot leave out the branch "v\?": found "\?", which no branch's name holds/],
    [{ never: ["é".repeat(129)] }, /found 258 bytes, wanted at most 256 bytes/],
    [{ never: Array.from({ length: 51 }, (_, n) => `b${n}`) }, /"branches.never": found 51 of them, wanted at most 50/],
    [{ days: 1, all: true }, /found no such field/],
  ] as const) {
    const words = await refused({ name: "fine", branches });
    assert.match(words, /^400 bad-argument/);
    assert.match(words, says);
  }
  assert.match(await refused({ organization_id: "1" }), /^400 bad-argument/);
  assert.match(await refused({ name: "fine", address: "https://evil.example" }), /^400 bad-argument/);
  assert.deepEqual(await read(id), before);
});

test("two repositories cannot get one name at the same time", async () => {
  const answers = await Promise.allSettled(
    ["o/r", "o/other"].map((repository) =>
      ada.client.call(changeRepository, { params: { repository }, body: { name: "o/same" } }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const refused = answers.find((answer) => answer.status === "rejected");
  assert.ok(refused?.reason instanceof ProblemError);
  assert.equal(refused.reason.problem.code, "repository-exists");
});

test("settings are for owners and admins of the own team", async () => {
  const eve = await server.signIn(await db.makeOrganization("Other"));
  assert.match(await problem(change({ name: "stolen" }, eve)), /^404 repository-not-found/);
  for (const role of ["member", "viewer"]) {
    const person = await server.signIn(organization, role);
    assert.match(await problem(change({ name: "taken" }, person)), /^403 not-allowed/, role);
  }
  assert.equal((await change({ name: "admin/s" }, await server.signIn(organization, "admin"))).name, "admin/s");
});
