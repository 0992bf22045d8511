// Syncs after pushes of every kind against plain git: whatever the branches did, what is stored is what git shows.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { insertEvent } from "../src/store/event.ts";
import { git, gitBytes } from "./helpers/git-history.ts";
import { checkHistory, HistoryOracle } from "./helpers/history-oracle.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory, type ModelCommit } from "./helpers/random-history.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const COMMITS = 80;
const PUSHES = 7;
const NAMES = ["main", "dev", "topic", "topic/a", "fix", "gh-pages"];

const bench = await openIngestBench();
after(() => bench.close());
const server = await serve(bench.folder);

type Heads = Map<string, string>;

/** Lets the branches of the remote be exactly these. */
function setHeads(folder: string, heads: Heads): void {
  const refs = git(folder, "for-each-ref", "--format=%(refname)").split("\n").filter(Boolean);
  gitBytes(folder, ["update-ref", "--stdin"], refs.map((ref) => `delete ${ref}\n`).join(""));
  const lines = [...heads].map(([name, sha]) => `create refs/heads/${name} ${sha}\n`);
  gitBytes(folder, ["update-ref", "--stdin"], lines.join(""));
}

/** Moves, makes and deletes branches: forwards, backwards, sideways. @returns what was done */
function push(random: Random, heads: Heads, commits: readonly ModelCommit[], upTo: number): string[] {
  const done: string[] = [];
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const name = pick(random, NAMES);
    const clash = [...heads.keys()].some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
    if (clash) continue;
    if (random(5) === 0 && heads.size > 1 && heads.delete(name)) done.push(`delete ${name}`);
    else {
      const sha = (commits[random(3) === 0 ? random(upTo) : upTo - 1 - random(Math.min(upTo, 8))] as ModelCommit).sha;
      done.push(`${name} ${heads.get(name)?.slice(0, 7) ?? "new"} → ${sha.slice(0, 7)}`);
      heads.set(name, sha);
    }
  }
  return done;
}

async function check(repository: RepositoryId, oracle: HistoryOracle, heads: Heads): Promise<StoredHistory> {
  const stored = await readStoredHistory(bench.store, repository);
  assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
  checkHistory(stored, oracle, heads);
  const shaAt = (position: number): string => stored.commits[position]?.sha ?? "none";
  for (const commit of stored.commits) oracle.check(commit, shaAt);
  return stored;
}

async function versionOf(repository: RepositoryId): Promise<number> {
  const [row] = await bench.store.query<{ version: number }>(
    "SELECT version FROM git_repository WHERE organization_id = $1 AND id = $2",
    [repository],
  );
  return row?.version ?? -1;
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = 31_000 + round;
  test(`syncRepository() follows pushes of every kind, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const name = `pushed-${seed}.git`;
    const { folder, commits } = await buildRandomHistory(join(bench.folder, name), { seed, commits: COMMITS });
    const oracle = new HistoryOracle(folder);
    let upTo = 10 + random(20);
    const heads: Heads = new Map([["main", (commits[upTo - 1] as ModelCommit).sha]]);
    setHeads(folder, heads);
    const address = round % 3 === 2 ? { folder } : { url: `${server.url}/${name}` };
    const repository = await bench.add(address);
    await check(repository, oracle, heads);
    for (let number = 0; number < PUSHES; number += 1) {
      upTo = Math.min(commits.length, upTo + random(25));
      t.diagnostic(push(random, heads, commits, upTo).join(", ") || "nothing");
      setHeads(folder, heads);
      await bench.syncFully(repository);
      await check(repository, oracle, heads);
      const version = await versionOf(repository);
      await bench.sync(repository);
      assert.equal(await versionOf(repository), version, "nothing new: the version stays");
    }
    const kept = await check(repository, oracle, heads);
    await bench.store.write((tx) => insertEvent(tx, repository, "import"));
    await bench.work();
    const again = await check(repository, oracle, heads);
    assert.deepEqual(again, kept, "reading the history once more changes nothing");
  });
}
