// Whatever is pushed to a repository whose old commits are archived: what is stored and shown of it afterwards is what it
// would be if nothing had ever been archived.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { insertEvent } from "../src/store/event.ts";
import { chooseColumn } from "../src/workspace/choose-column.ts";
import { changeMetricFiles } from "../src/workspace/choose-files.ts";
import {
  archiveSome,
  daysGoBy,
  followTwin,
  marksOf,
  nextOf,
  shownOf,
  storedOf,
  type Twin,
} from "./helpers/archived-twin.ts";
import { type Moves, pushSomething } from "./helpers/generated-pushes.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 83_000);
const STEPS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 4 : 8;

let whole: IngestBench;
let archived: IngestBench;

before(async () => {
  whole = await openIngestBench();
  archived = await openIngestBench();
});
after(async () => {
  await whole.close();
  await archived.close();
});

/** What archived versions and commits make hard. */
const MORE: Moves = {
  "what was there": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "metrics.json": `{"loss":${random(4)},"score":${random(2)}}` } }),
  "not readable": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "metrics.json": `{"loss":${random(2)}` } }),
  "file comes back": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "eval/metrics.json": `{"score":${random(3)}}` } }),
  "file goes": ({ pushed, name }) => pushed.commit(name, { files: { "eval/metrics.json": null } }),
  "branch off the past": ({ pushed, past, random }) =>
    pushed.commit(`old-${random(9)}`, { parents: [pick(random, past)] }),
  "long integer": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "metrics.json": `{"score":900719925474099${random(9)}}` } }),
};

async function compare(t: { diagnostic(text: string): void }, a: Twin, b: Twin): Promise<void> {
  const { archivedTo, hotFrom } = await marksOf(b);
  try {
    assert.deepEqual(await storedOf(b), await storedOf(a));
    assert.deepEqual(await shownOf(b), await shownOf(a));
  } catch (error) {
    t.diagnostic(`archived to ${archivedTo}, gone below ${hotFrom}`);
    throw error;
  }
}

/** Does the same with both. */
async function both<T>(twins: readonly Twin[], work: (twin: Twin) => Promise<T>): Promise<void> {
  const told: unknown[] = [];
  for (const twin of twins) told.push(await work(twin).catch((error: unknown) => String(error)));
  assert.deepEqual(told[1], told[0]);
}

/** What people and time do beside pushes. @returns what was done */
async function happen(twins: readonly Twin[], random: Random): Promise<string> {
  const kind = pick(random, ["nothing", "nothing", "days", "days", "import", "goal", "files"]);
  if (kind === "nothing") return kind;
  if (kind === "days") {
    const days = pick(random, [8, 23, 31]);
    await both(twins, (twin) => daysGoBy(twin, days));
    return `${days} days`;
  }
  if (kind === "goal") {
    const choice = {
      id: pick(random, ["metrics.json:loss", "metrics.json:score"]),
      change: { goal: pick(random, GOALS) },
    };
    await both(twins, ({ bench, archive, repository }) =>
      chooseColumn({ ...bench.database, archive }, bench.organization, repository, choice),
    );
    return `${choice.id}: ${choice.change.goal}`;
  }
  const isOff = random(2) === 0;
  const path = ["eval/metrics.json"];
  const changes = { add: [], remove: [], on: isOff ? [] : path, off: isOff ? path : [] };
  await both(twins, async ({ bench, repository }) => {
    if (kind === "import") await bench.store.write((tx) => insertEvent(tx, repository, "import"));
    else await changeMetricFiles(bench.deps, bench.organization, repository, changes);
    await bench.work();
  });
  return kind === "import" ? "read once more" : `${path[0]} ${isOff ? "off" : "on"}`;
}

const GOALS = ["higher", "lower", "guess"] as const;

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`ingest over an archived history gives what it gives over a whole one, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const pushed = new PushedRepository(join(whole.folder, `archived-${seed}.git`));
    const past: string[] = [];
    pushed.grow("main", 4);
    for (let count = 20; count > 0; count -= 1) pushSomething(pushed, random, past, MORE);
    const a = await followTwin(whole, pushed.folder, false);
    const b = await followTwin(archived, pushed.folder, round % 2 === 1);
    t.after(() => b.close());
    await compare(t, a, b);
    for (let step = 0; step < STEPS; step += 1) {
      // when all that is newer has gone, too, an archived position is not given again
      if ((await nextOf(a)) !== (await nextOf(b))) return t.diagnostic("nothing newer is left");
      const done = random(3) > 0 ? [await archiveSome(b, random)] : [];
      for (let count = 1 + random(3); count > 0; count -= 1) done.push(pushSomething(pushed, random, past, MORE));
      t.diagnostic(done.join(", "));
      for (const { bench, repository } of [a, b]) await bench.syncFully(repository);
      await compare(t, a, b);
      t.diagnostic(await happen([a, b], random));
      await compare(t, a, b);
    }
  });
}
