// Random histories read by src/history against the plain git program and JSON.parse, commit by commit.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BUILT_IN_PATHS, MetricPathMatcher } from "../src/domain/metric-paths.ts";
import type { Sha } from "../src/domain/model.ts";
import { openLocal } from "../src/git/local.ts";
import type { GitRepository } from "../src/git/repository.ts";
import { batches } from "../src/history/batches.ts";
import {
  type BaselineRef,
  type FileVersion,
  type HistoryBatch,
  type HistoryCommit,
  versionKey,
} from "../src/history/history-batch.ts";
import { openNewCommits } from "../src/history/new-commits.ts";
import { placeNewest, readNewest } from "../src/history/newest.ts";
import { type History, openHistory } from "../src/history/open-history.ts";
import { type HistoryPlan, planHistory } from "../src/history/plan.ts";
import { buildRandomHistory, type RandomHistory, type Shape } from "./helpers/random-history.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { firstParentLine, readSlowly, type SlowCommit } from "./helpers/slow-history.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 1);
const COMMITS = 130;
/** After every commit that the histories have, wrong clocks included, and within 90 days of them. */
const NOW = Date.UTC(2023, 10, 20);

const root = mkdtempSync(join(tmpdir(), "tidemark-oracle-"));
after(() => rmSync(root, { recursive: true, force: true }));

const matcher = new MetricPathMatcher(BUILT_IN_PATHS);
const seen = new Set<string>();

/** Everything that was read of a repository, whichever way. */
class Read {
  readonly commits = new Map<string, HistoryCommit>();
  readonly versions = new Map<string, FileVersion>();

  add(batch: HistoryBatch): void {
    for (const version of batch.versions) this.versions.set(versionKey(version), version);
    for (const commit of batch.commits) this.commits.set(commit.facts.sha, commit);
  }

  /** null for a file that cannot be read */
  valuesOf(commit: HistoryCommit): Map<string, Map<string, unknown> | null> {
    return new Map(
      commit.files.map((file) => {
        const reading = this.versions.get(versionKey(file))?.reading;
        assert.ok(reading, `${file.path} at ${commit.facts.sha} was read`);
        const { document, problem } = reading;
        assert.equal(document === null, problem !== null);
        return [file.path, document && new Map(document.keys.map((key, index) => [key, document.values[index]]))];
      }),
    );
  }
}

for (let round = 0; round < ROUNDS; round++) {
  const seed = FIRST_SEED + round;
  test(`a random history is read as git and JSON.parse read it, seed ${seed}`, async (t) => {
    const made = await buildRandomHistory(join(root, `${seed}.git`), { seed, commits: COMMITS });
    for (const [shape, count] of Object.entries(made.shapes)) if (count > 0) seen.add(shape);
    const slow = readSlowly(made.folder, (path) => matcher.match(path) !== null);
    const repository = await openLocal(made.folder);
    const plan = await planHistory(repository, { now: NOW });
    const history = await openHistory(repository, { graph: plan.graph, lines: plan.lines, paths: BUILT_IN_PATHS });
    const read = new Read();
    let last = plan.graph.size;
    for await (const batch of batches(history, { size: 1 + (seed % 60) })) {
      read.add(batch);
      for (const { position } of batch.commits) assert.equal(position, --last, "positions fall one by one");
    }
    assert.equal(last, 0);
    await t.test("every commit that a branch reaches is there once", () => {
      assert.deepEqual([...read.commits.keys()].sort(), [...slow.keys()].sort());
    });
    await t.test("every branch's line equals git log --first-parent", () => checkLines(made, plan, read));
    await t.test("every value equals git show", () => checkValues(slow, read, [...slow.keys()]));
    await t.test("every baseline and change follows first parents", () => checkBaselines(slow, plan, read));
    await t.test("the newest commits of every branch equal the whole reading", () =>
      checkNewest(repository, made, plan, history, read),
    );
    await t.test("new commits on known ones equal the whole reading", () =>
      checkNewCommits(repository, made, plan, read, slow),
    );
  });
}

test("the rounds together have every shape of history", () => {
  const shapes: readonly Shape[] = [
    "linear",
    "empty",
    "branch",
    "merge",
    "octopus",
    "foxtrot",
    "criss-cross",
    "fast-forward",
    "unrelated",
    "rename",
    "delete",
  ];
  assert.deepEqual([...seen].sort(), [...shapes].sort());
});

function checkLines(made: RandomHistory, plan: HistoryPlan, read: Read): void {
  assert.deepEqual(plan.branches.map(({ name }) => name).sort(), [...made.heads.keys()].sort());
  const owned = plan.branches.map((_, line) =>
    [...read.commits.values()].filter((commit) => commit.line === line).sort((a, b) => b.ordinal - a.ordinal),
  );
  plan.branches.forEach((branch, index) => {
    const page: string[] = [];
    let line: number | null = index;
    let from = Number.POSITIVE_INFINITY;
    while (line !== null) {
      // its own part by falling ordinal, then its parent's from the fork down
      page.push(...(owned[line] ?? []).filter(({ ordinal }) => ordinal <= from).map(({ facts }) => facts.sha));
      const fork: HistoryPlan["branches"][number]["fork"] = plan.branches[line]?.fork ?? null;
      from = fork === null ? 0 : (read.commits.get(plan.graph.shaAt(fork.position))?.ordinal ?? -1);
      line = fork === null ? null : fork.branch;
    }
    assert.deepEqual(page, firstParentLine(made.folder, branch.name), branch.name);
  });
}

function checkValues(slow: ReadonlyMap<string, SlowCommit>, read: Read, shas: readonly string[]): void {
  for (const sha of shas) {
    const commit = read.commits.get(sha) as HistoryCommit;
    assert.deepEqual(commit.facts.parents, slow.get(sha)?.parents);
    assert.deepEqual(read.valuesOf(commit), slow.get(sha)?.files, sha);
    for (const { path, oid } of commit.files) assert.equal(oid, slow.get(sha)?.blobs.get(path));
  }
}

function checkBaselines(slow: ReadonlyMap<string, SlowCommit>, plan: HistoryPlan, read: Read): void {
  for (const [sha, commit] of read.commits) {
    const own = slow.get(sha) as SlowCommit;
    const parent = own.parents[0] === undefined ? undefined : slow.get(own.parents[0]);
    const paths = new Set([...own.blobs.keys(), ...(parent?.blobs.keys() ?? [])]);
    const changed = [...paths].filter((path) => own.blobs.get(path) !== parent?.blobs.get(path)).sort();
    assert.deepEqual(commit.changed, changed, sha);
    commit.files.forEach(({ path }, index) => {
      let at = parent;
      while (at !== undefined && (at.files.get(path) ?? null) === null)
        at = at.parents[0] === undefined ? undefined : slow.get(at.parents[0]);
      const found = commit.baselines[index] as BaselineRef | null;
      assert.equal(found === null ? undefined : plan.graph.shaAt(found.position), at?.sha, `${path} at ${sha}`);
      assert.equal(found?.version.oid, at?.blobs.get(path));
    });
  }
}

async function checkNewest(
  repository: GitRepository,
  made: RandomHistory,
  plan: HistoryPlan,
  history: History,
  read: Read,
): Promise<void> {
  for (const [name, tip] of made.heads) {
    const newest = await readNewest(repository, { tip, count: 10, paths: BUILT_IN_PATHS });
    const batch = placeNewest(newest, plan, history.ordinals);
    const line = firstParentLine(made.folder, name);
    assert.deepEqual(
      batch.commits.map(({ facts }) => facts.sha),
      line.slice(0, 10),
    );
    assert.equal(newest.hasMore, line.length > 10);
    const few = new Read();
    few.add(batch);
    for (const commit of batch.commits) {
      const whole = read.commits.get(commit.facts.sha) as HistoryCommit;
      assert.deepEqual(few.valuesOf(commit), read.valuesOf(whole));
      // below the oldest of them only its parent's files are known: a file without a readable version there has no baseline
      const baselines = commit.baselines.map((found, index) => found ?? whole.baselines[index]);
      assert.deepEqual({ ...commit, baselines }, whole);
    }
  }
}

/** Takes some commits for known, as a database would, and reads what stands on them. */
async function checkNewCommits(
  repository: GitRepository,
  made: RandomHistory,
  plan: HistoryPlan,
  read: Read,
  slow: ReadonlyMap<string, SlowCommit>,
): Promise<void> {
  const random = seededRandom(made.seed);
  const known = [0, 1, 2].map(() => plan.graph.shaAt(random(plan.graph.size)));
  const readableAt = (sha: string): Map<string, BaselineRef> => {
    const found = new Map<string, BaselineRef>();
    for (let at = slow.get(sha); at !== undefined; at = slow.get(at.parents[0] ?? "")) {
      const position = plan.graph.indexOf(at.sha as Sha);
      for (const [path, oid] of at.blobs) {
        if (!found.has(path) && at.files.get(path)) found.set(path, { version: { path, oid: oid as Sha }, position });
      }
    }
    return found;
  };
  const history = await openNewCommits(repository, {
    tips: [...made.heads.values()],
    known,
    firstPosition: 10_000,
    paths: BUILT_IN_PATHS,
    baseOf: (sha) => {
      const commit = read.commits.get(sha) as HistoryCommit;
      return Promise.resolve({ position: commit.position, ordinal: commit.ordinal, readable: readableAt(sha) });
    },
  });
  if (history === null) return;
  const shaOf = (position: number): Sha =>
    position >= 10_000 ? history.graph.shaAt(position - 10_000) : plan.graph.shaAt(position);
  const some = new Read();
  for await (const batch of batches(history, { size: 7 })) some.add(batch);
  assert.equal(some.commits.size, history.graph.size);
  checkValues(slow, some, [...some.commits.keys()]);
  for (const [sha, commit] of some.commits) {
    const whole = read.commits.get(sha) as HistoryCommit;
    assert.deepEqual(commit.changed, whole.changed);
    assert.equal(commit.ordinal, whole.ordinal);
    assert.deepEqual(
      commit.baselines.map((found) => found && [found.version, shaOf(found.position)]),
      whole.baselines.map((found) => found && [found.version, plan.graph.shaAt(found.position)]),
      `${sha} with ${pick(random, known)} known`,
    );
  }
}
