// Which branches are followed is a person's choice: what becomes of each when it changes, on real histories.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { readBranchList } from "../src/reads/branches.ts";
import { expireHistory, keptSince } from "../src/ingest/expire-history.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { releaseLease, takeExpiredLease } from "../src/store/lease.ts";
import { changeRepository, type RepositoryChanges } from "../src/workspace/change-repository.ts";
import { git, HistoryBuilder, type Mark } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench, TEST_NOW } from "./helpers/ingest-bench.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const DAY_S = 86_400;
const NOW_S = TEST_NOW / 1_000;

let bench: IngestBench;
let reads: Reads;

before(async () => {
  bench = await openIngestBench();
  reads = createReads(bench.database.database);
});
after(() => bench.close());

/** Three commits on main; one branch with two commits of 200 days ago, one with one of 30 days ago, one of data. */
async function makeHistory(name: string): Promise<string> {
  const folder = join(bench.folder, name);
  const builder = new HistoryBuilder(folder);
  const commit = (branch: string, days: number, value: number, parents?: readonly Mark[]): Mark =>
    builder.commit({
      branch,
      files: { "metrics.json": `{"n":${value}}` },
      message: `${branch} ${value}`,
      at: NOW_S - days * DAY_S,
      ...(parents ? { parents } : {}),
    });
  const first = commit("main", 300, 1);
  commit("main", 299, 2);
  commit("main", 298, 3);
  commit("tune/old", 201, 10, [first]);
  commit("tune/old", 200, 11);
  commit("bot/npm/x", 30, 20, [first]);
  commit("gh-pages", 250, 30, []);
  await builder.finish();
  return folder;
}

interface State {
  /** by branch whether it is followed */
  readonly branches: Readonly<Record<string, string>>;
  /** subjects of the commits that a branch reaches, by name */
  readonly subjects: readonly string[];
  readonly unfollowed: readonly string[] | null;
}

async function stateOf(id: RepositoryId): Promise<State> {
  const { answer } = await readBranchList(reads, bench.organization, id);
  const { commits } = await readStoredHistory(bench.store, id);
  const reached = await bench.store.query<{ sha: string }>(
    `SELECT encode(sha, 'hex') AS sha FROM git_commit
     WHERE organization_id = $1 AND repository_id = $2 AND unreachable_since IS NULL`,
    [id],
  );
  const shas = new Set(reached.map(({ sha }) => sha));
  return {
    branches: Object.fromEntries(answer.branches.map(({ name, state }) => [name, state])),
    subjects: commits.flatMap(({ sha, subject }) => (shas.has(sha) ? [subject] : [])).toSorted(),
    unfollowed: answer.unfollowed && answer.unfollowed.branches.map(({ name, reason }) => `${name} ${reason}`),
  };
}

async function choose(id: RepositoryId, branches: NonNullable<RepositoryChanges["branches"]>): Promise<State> {
  assert.equal(await changeRepository(bench.deps, bench.organization, id, { branches }), true);
  assert.equal((await stateOf(id)).unfollowed, null, "what the last look left out is not of this choice");
  await bench.work();
  return stateOf(id);
}

const MAIN = ["main 1", "main 2", "main 3"];
const STANDARD: State = {
  branches: { main: "live", "gh-pages": "live", "bot/npm/x": "live" },
  subjects: ["bot/npm/x 20", "gh-pages 30", ...MAIN],
  unfollowed: ["tune/old old"],
};

test("a branch that is named is followed with its whole history, and goes when it is named no more", async () => {
  const id = await bench.add({ folder: await makeHistory("named") });
  assert.deepEqual(await stateOf(id), STANDARD);
  const named = await choose(id, { also: ["tune/*"] });
  assert.deepEqual(named.subjects, ["bot/npm/x 20", "gh-pages 30", ...MAIN, "tune/old 10", "tune/old 11"]);
  assert.deepEqual([named.branches["tune/old"], named.unfollowed], ["live", []]);
  const stored = await readStoredHistory(bench.store, id);
  const old = stored.commits.filter(({ subject }) => subject.startsWith("tune"));
  assert.deepEqual(
    old.map(({ files }) => files.get("metrics.json")?.values?.get("n")),
    [10, 11],
  );
  const gone = await choose(id, { also: [] });
  assert.deepEqual(gone, { ...STANDARD, branches: { ...STANDARD.branches, "tune/old": "deleted" } });
});

test("a branch that is excluded goes and comes back as it was, and what it alone had counts for no column", async () => {
  const id = await bench.add({ folder: await makeHistory("excluded") });
  const first = await readStoredHistory(bench.store, id);
  const excluded = await choose(id, { never: ["bot/*", "gh-pages", "main"] });
  assert.deepEqual(excluded, {
    branches: { main: "live", "bot/npm/x": "deleted", "gh-pages": "deleted" },
    subjects: MAIN,
    unfollowed: ["bot/npm/x never", "tune/old old", "gh-pages never"],
  });
  assert.deepEqual(await choose(id, { never: [] }), STANDARD);
  const { branches, commits, columns } = await readStoredHistory(bench.store, id);
  assert.deepEqual(
    { branches, commits, columns },
    {
      branches: first.branches,
      commits: first.commits,
      columns: first.columns,
    },
  );
});

test("a branch that was not followed for so long that its commits went is read like a new one", async () => {
  const id = await bench.add({ folder: await makeHistory("expired") });
  await choose(id, { never: ["bot/*"] });
  const time = keptSince(Date.now() + 31 * DAY_S * 1_000);
  for (;;) {
    const lease = await takeExpiredLease(bench.database.database.system, "bench", time);
    if (lease === null) break;
    await expireHistory(bench.deps, lease, time, new AbortController().signal);
    await bench.store.write((tx) => releaseLease(tx, lease));
  }
  const { branches, commits } = await readStoredHistory(bench.store, id);
  assert.deepEqual([branches.size, commits.length], [2, 4]);
  assert.deepEqual((await stateOf(id)).unfollowed, ["bot/npm/x never", "tune/old old"]);
  assert.deepEqual(await choose(id, { never: [] }), STANDARD);
});

test("the number of days decides anew about every branch, and null is no limit", async () => {
  const folder = await makeHistory("days");
  const id = await bench.add({ folder });
  const all = await choose(id, { days: null });
  assert.deepEqual([all.branches["tune/old"], all.unfollowed], ["live", []]);
  const few = await choose(id, { days: 10 });
  assert.deepEqual(few.unfollowed, ["bot/npm/x old", "tune/old old"]);
  assert.deepEqual(few.subjects, ["gh-pages 30", ...MAIN]);
});

test("a branch that grew too old while it was followed stays when only names are chosen", async () => {
  const folder = await makeHistory("grown");
  const id = await bench.add({ folder });
  const later = { ...bench.deps, now: () => TEST_NOW + 80 * DAY_S * 1_000 };
  await changeRepository(later, bench.organization, id, { branches: { also: ["tune/old"] } });
  for (;;) {
    const lease = await takeDueLease(later.database.system, "bench");
    if (lease === null) break;
    await answerEvents(later, lease, new AbortController().signal);
  }
  const { branches, unfollowed } = await stateOf(id);
  assert.deepEqual([branches["bot/npm/x"], branches["tune/old"], unfollowed], ["live", "live", []]);
});

test("a first import and one that begins anew follow the choice", async () => {
  const folder = await makeHistory("first");
  const id = await bench.add({ folder });
  await changeRepository(bench.deps, bench.organization, id, { branches: { also: ["tune/old"], never: ["bot/*"] } });
  await bench.database.database.owner.query(
    "UPDATE git_repository SET synced_at = NULL, import_state = NULL WHERE id = $1",
    [id],
  );
  await bench.work();
  assert.deepEqual((await stateOf(id)).branches, { main: "live", "gh-pages": "live", "tune/old": "live" });
  git(folder, "branch", "-D", "tune/old");
  await bench.sync(id);
  const { branches, unfollowed } = await stateOf(id);
  assert.deepEqual([branches["tune/old"], unfollowed], ["deleted", ["bot/npm/x never"]]);
});
