// Shallow clones that are deepened, or cut off further: older commits come in, before all others, and none is made up.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { insertEvent } from "../src/store/event.ts";
import { git, TEST_GIT_ENVIRONMENT } from "./helpers/git-history.ts";
import { startGitServer } from "./helpers/git-server.ts";
import { checkHistory, HistoryOracle } from "./helpers/history-oracle.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const IS_SHALLOW = /shallow/;

let bench: IngestBench;

before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** Twelve commits with a side branch that was merged in, and one more branch. */
function makeOrigin(name: string): PushedRepository {
  const pushed = new PushedRepository(join(bench.folder, name));
  pushed.grow("main", 4);
  pushed.move("side", pushed.head("main"));
  pushed.grow("side", 3);
  pushed.grow("main", 3);
  pushed.merge("main", "side");
  pushed.commit("main");
  return pushed;
}

function clone(pushed: PushedRepository, folder: string, ...options: readonly string[]): void {
  const args = ["clone", "--quiet", "--bare", "--depth=2", "--no-single-branch", ...options];
  execFileSync("git", [...args, `file://${pushed.folder}`, folder], { env: TEST_GIT_ENVIRONMENT, stdio: "pipe" });
}

/** Checks that what is stored is what plain git shows in the clone now. @returns how many commits that is */
async function check(repository: RepositoryId, folder: string): Promise<number> {
  const stored = await readStoredHistory(bench.store, repository);
  assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
  const oracle = new HistoryOracle(folder);
  const lines = git(folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").split("\n");
  const heads = new Map(lines.map((line) => line.split(" ") as [string, string]));
  checkHistory(stored, oracle, heads);
  const shas = stored.commits.map(({ sha }) => sha);
  for (const commit of stored.commits) oracle.check(commit, (position) => shas[position] ?? "none");
  assert.deepEqual(shas.toSorted(), oracle.list(...heads.values()).toSorted());
  const notices = JSON.stringify(stored.repository["notices"]);
  const isShallow = git(folder, "rev-parse", "--is-shallow-repository") === "true";
  assert.equal(IS_SHALLOW.test(notices), isShallow, notices);
  return shas.length;
}

test("syncRepository() of a shallow clone takes in the commits that it is deepened by", async () => {
  const pushed = makeOrigin("origin-folder.git");
  const folder = join(bench.folder, "shallow.git");
  clone(pushed, folder);
  const id = await bench.add({ folder });
  const counts = [await check(id, folder)];
  const fetch = async (...options: readonly string[]): Promise<void> => {
    git(folder, "fetch", "--quiet", ...options, "origin", "+refs/heads/*:refs/heads/*");
    await bench.sync(id);
    counts.push(await check(id, folder));
  };
  pushed.commit("main");
  await fetch();
  await fetch("--deepen=2");
  pushed.commit("main");
  await fetch("--deepen=1");
  await fetch("--unshallow");
  pushed.commit("side");
  await fetch();
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => a - b),
  );
  assert.equal(counts.at(-1), 15);
  const why = "SELECT DISTINCT reason FROM event WHERE repository_id = $1 AND source = 'schedule' AND task = 'import'";
  assert.deepEqual(await bench.database.database.owner.query(why, [id]), [{ reason: "older-commits" }]);
});

test("syncRepository() of a server's shallow copy takes in the commits that it is deepened by", async () => {
  const pushed = makeOrigin("origin-server.git");
  const folder = join(bench.folder, "served.git");
  clone(pushed, folder);
  const server = await startGitServer({ root: bench.folder });
  const id = await bench.add({ url: `${server.url}/served.git` });
  const first = await check(id, folder);
  git(folder, "update-ref", "refs/heads/copy", "refs/heads/main");
  await bench.sync(id);
  assert.equal(await check(id, folder), first, "as shallow as before");
  git(folder, "fetch", "--quiet", "--unshallow", "origin");
  await bench.sync(id);
  assert.ok((await check(id, folder)) > first);
  await server.close();
});

test("syncRepository() says of a clone that was cut off since only then that commits are missing when some are", async () => {
  const pushed = makeOrigin("origin-late.git");
  const folder = join(bench.folder, "late.git");
  clone(pushed, folder, "--depth=50");
  const id = await bench.add({ folder });
  assert.equal(await check(id, folder), 12);
  const fetch = async (...options: readonly string[]): Promise<[number, boolean]> => {
    git(folder, "fetch", "--quiet", "--force", ...options, "origin", "+refs/heads/*:refs/heads/*");
    await bench.sync(id);
    const { commits, repository } = await readStoredHistory(bench.store, id);
    assert.equal(repository["state"], "ready");
    return [commits.length, IS_SHALLOW.test(JSON.stringify(repository["notices"]))];
  };
  assert.deepEqual(await fetch("--depth=1"), [12, false], "all of them are stored");
  git(folder, "update-ref", "refs/heads/copy", "refs/heads/main");
  assert.deepEqual(await fetch(), [12, false], "also when a branch is new");
  pushed.commit("main");
  pushed.commit("main");
  assert.deepEqual(await fetch("--depth=1"), [13, true], "the one below the newest was never there");
  await fetch("--unshallow");
  await check(id, folder);
});

test("an import begins anew when a clone was cut off since, and its older objects are gone", async () => {
  const pushed = makeOrigin("origin-cut.git");
  const folder = join(bench.folder, "cut.git");
  clone(pushed, folder, "--depth=50");
  const id = await bench.add({ folder });
  assert.equal(await check(id, folder), 12);
  git(folder, "fetch", "--quiet", "--depth=1", "origin", "+refs/heads/*:refs/heads/*");
  git(folder, "reflog", "expire", "--expire=now", "--all");
  git(folder, "gc", "--quiet", "--prune=now");
  await bench.sync(id);
  assert.equal((await readStoredHistory(bench.store, id)).commits.length, 12, "what was read is kept");
  await bench.store.write((tx) => insertEvent(tx, id, "import"));
  await bench.work();
  await check(id, folder);
});
