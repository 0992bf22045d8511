// Tests of `tidemark repository`: of repositories that have nothing to show, of their names, and of servers that ask to wait.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { type GitServerFault, startGitServer } from "../../test/helpers/git-server.ts";
import { commandIn, type Said, type Terminal } from "../../test/helpers/log-command.ts";
import { PushedRepository } from "../../test/helpers/pushed-repository.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "../../test/helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const command = commandIn(folder);

function run(...words: readonly string[]): Promise<Said> {
  const env = { ...urlsOf(db), TIDEMARK_DATA: join(folder, "data") };
  return command(["repository", ...words], { outIsTerminal: false, width: 100, now: Date.now, env });
}

test("tidemark repository add takes an empty repository, and list says what is the matter with it", async () => {
  const pushed = new PushedRepository(join(folder, "lines"));
  assert.deepEqual(await run("add", pushed.folder), {
    code: 0,
    out: "lines: no commits, no branches, no metric files\n",
    err: "It has no commits yet: what is pushed first is read by itself while a server runs.\n",
  });
  assert.match((await run("list")).out, /^\d+ {2}lines: no commits, .* \(ready, no commits yet\)\n$/);
  pushed.commit("main");
  assert.equal((await run("sync", "lines")).out, "lines: 1 commit, 1 branch, 1 metric file\n");
  assert.match((await run("list")).out, /\(ready\)\n$/);
  pushed.remove("main");
  assert.equal((await run("sync", "lines")).code, 0);
  assert.match((await run("list")).out, /\(ready, its last branch was deleted\)\n$/);
});

test("tidemark repository sync says who asked to wait and until when, goes on then, and ends by Ctrl-C", async () => {
  let fault: GitServerFault | null = null;
  const server = await startGitServer({ root: folder, fault: () => fault });
  const { owner } = db.database;
  const pushed = new PushedRepository(join(folder, "limited.git"));
  pushed.commit("main");
  const env = {
    ...urlsOf(db),
    TIDEMARK_DATA: join(folder, "data"),
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: new URL(server.url).host,
  };
  const on = (words: readonly string[], terminal: Terminal): Promise<Said> =>
    command(["repository", ...words], { outIsTerminal: false, width: 100, now: Date.now, env, ...terminal });
  try {
    assert.equal((await on(["add", `${server.url}/limited.git`], {})).code, 0);
    pushed.commit("main");
    fault = { kind: "status", status: 429, headers: { "retry-after": "600" } };
    const host = new URL(server.url).host.replaceAll(".", "\\.");
    const at = String.raw`(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC`;
    const waits = new RegExp(
      `^tidemark: limited waits: ${host} asked to wait until ${at}; this command goes on then\\. Ctrl-C ends it, and a running server brings the commits by itself\\.$`,
      "m",
    );
    const pressed = new AbortController();
    const told = (text: string): void => {
      if (text.includes("asked to wait")) pressed.abort();
    };
    const ended = await on(["sync", "limited"], { signal: pressed.signal, told });
    assert.equal(ended.code, 130, ended.err);
    assert.match(ended.err, waits);
    assert.match(ended.err, /^Stopped; /m);
    // what was asked for before is waited for too, and answered once the pause is over
    let over: Promise<unknown> = Promise.resolve();
    const wentOn = await on(["sync", "limited"], {
      told: (text) => {
        if (!text.includes("asked to wait")) return;
        fault = null;
        over = Promise.all([
          owner.query("DELETE FROM git_host"),
          owner.query("UPDATE git_repository SET retry_at = NULL"),
          owner.query("UPDATE event SET due_at = now() WHERE state IN ('due', 'failed')"),
        ]);
      },
    });
    await over;
    assert.deepEqual([wentOn.code, wentOn.out], [0, "limited: 2 commits, 1 branch, 1 metric file\n"], wentOn.err);
    assert.match(wentOn.err, waits);
    assert.equal(wentOn.err.match(/asked to wait/g)?.length, 1, "once");
  } finally {
    await server.close();
  }
});

test("tidemark repository rename takes what the page takes, and says what is wrong with a name", async () => {
  new PushedRepository(join(folder, "other")).commit("main");
  await run("add", join(folder, "other"));
  const renamed = await run("rename", "other", "team/tides");
  assert.deepEqual(renamed, { code: 0, out: "other is named team/tides now.\n", err: "" });
  for (const [name, code, found] of [
    ["12", 2, "digits alone, which would look like an id"],
    ["team/", 2, 'a part that is empty, "." or ".."'],
    ["", 2, "nothing"],
    ["a\u202eb", 2, "a character that nobody sees"],
    ["x".repeat(121), 2, "121 characters"],
    ["lines", 1, "a repository of this name"],
  ] as const) {
    const refused = await run("rename", "team/tides", name);
    assert.equal(refused.code, code, refused.err);
    assert.ok(refused.err.startsWith("tidemark: Cannot name the repository "), refused.err);
    assert.ok(refused.err.includes(`found ${found}, wanted a name that `), refused.err);
  }
  assert.match(
    (await run("rename", "other", "x")).err,
    /Cannot rename the repository "other": found none of this name/,
  );
  assert.match((await run("list")).out, /^\d+ {2}team\/tides: 1 commit/m);
});
