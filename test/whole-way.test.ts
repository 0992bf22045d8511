// The whole way, seeded: a repository with files of every format is imported and synced after pushes of every kind, and
// what the HTTP API answers is what plain git and the formats' own libraries say.
import { join } from "node:path";
import { after, test } from "node:test";
import { startApi } from "./helpers/api-server.ts";
import { git, gitBytes } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory, type ModelCommit } from "./helpers/random-history.ts";
import { ALL_FORMATS } from "./helpers/random-metrics.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { serve } from "./helpers/served-history.ts";
import { SlowRepository } from "./helpers/slow-repository.ts";
import { WholeWayCheck } from "./helpers/whole-way-check.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 1);
const COMMITS = 36;
const PUSHES = 3;
const NAMES = ["main", "dev", "topic/a", "gh-pages", "results"];

const bench = await openIngestBench();
after(() => bench.close());
const [git_, api] = [await serve(bench.folder), await startApi(bench.database)];
after(() => api.close());
const person = await api.signIn(bench.organization);

/** Moves, makes and deletes branches in any direction. @returns what was done */
function push(folder: string, random: Random, commits: readonly ModelCommit[], heads: Map<string, string>): string {
  const done: string[] = [];
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const name = pick(random, NAMES);
    if (random(5) === 0 && heads.size > 1) {
      if (heads.delete(name)) done.push(`delete ${name}`);
      continue;
    }
    const sha = (random(2) === 0 ? pick(random, commits) : (commits.at(-1 - random(4)) as ModelCommit)).sha;
    done.push(`${name} → ${sha.slice(0, 7)}`);
    heads.set(name, sha);
  }
  setHeads(folder, heads);
  return done.join(", ");
}

/** Lets the branches be exactly these. */
function setHeads(folder: string, heads: ReadonlyMap<string, string>): void {
  const old = git(folder, "for-each-ref", "--format=delete %(refname)").split("\n").filter(Boolean);
  gitBytes(folder, ["update-ref", "--stdin"], old.map((line) => `${line}\n`).join(""));
  const lines = [...heads].map(([name, sha]) => `create refs/heads/${name} ${sha}\n`);
  gitBytes(folder, ["update-ref", "--stdin"], lines.join(""));
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`every format comes through import, sync and API as it is in git, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const name = `way-${seed}`;
    const made = await buildRandomHistory(join(bench.folder, `${name}.git`), {
      seed,
      commits: COMMITS,
      files: ALL_FORMATS,
    });
    const { folder, commits } = made;
    let upTo = 5 + random(15);
    const heads = new Map([["main", (commits[upTo - 1] as ModelCommit).sha as string]]);
    setHeads(folder, heads);
    const address = seed % 2 === 0 ? { folder } : { url: `${git_.url}/${name}.git` };
    const repository = await bench.add(address);
    const check = new WholeWayCheck(person, name, new SlowRepository(folder));
    await check.check(random);
    for (let count = 0; count < PUSHES; count += 1) {
      upTo = Math.min(commits.length, upTo + 1 + random(14));
      t.diagnostic(push(folder, random, commits.slice(0, upTo), heads) || "nothing");
      await bench.syncFully(repository); // the only branch that is gone is looked for again before that counts
      await check.check(random);
    }
  });
}
