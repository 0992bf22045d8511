// Tests of `tidemark repository` on repositories that have nothing to show: empty ones, and those whose last branch is gone.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { commandIn, type Said } from "../../test/helpers/log-command.ts";
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
