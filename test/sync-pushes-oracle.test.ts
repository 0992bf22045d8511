// Generated pushes of every kind, days that go by, and histories that are read once more: after each step what is
// stored and what pages show is what plain git says.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { insertEvent } from "../src/store/event.ts";
import { unordered } from "./helpers/column-oracle.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const STEPS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 8 : 12;
const NAMES = ["main", "dev", "topic", "topic/a", "fix", "gh-pages", "trunk"];

let bench: IngestBench;
let server: GitServer;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

/** What a generated step works on. */
interface Scene {
  readonly pushed: PushedRepository;
  readonly random: Random;
  /** branches that are there */
  readonly names: readonly string[];
  /** a branch that is there */
  readonly name: string;
  /** another one, or the same where there is one only */
  readonly other: string;
  /** heads that branches had once */
  readonly past: readonly string[];
}

const clashes = (names: readonly string[], name: string): boolean =>
  names.some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
const freeName = ({ names, random }: Scene): string =>
  pick(
    random,
    [...NAMES, "spare"].filter((name) => !names.includes(name) && !clashes(names, name)),
  );

const MOVES: Readonly<Record<string, (scene: Scene) => unknown>> = {
  commit: ({ pushed, name }) => pushed.commit(name),
  "two commits": ({ pushed, name }) => [pushed.commit(name), pushed.commit(name)],
  "a better value": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "metrics.json": `{"loss":${-random(40)},"score":${random(40)}}` } }),
  "a text": ({ pushed, name }) => pushed.commit(name, { files: { "metrics.json": '{"loss":"failed"}' } }),
  "remove the file": ({ pushed, name }) => pushed.commit(name, { files: { "metrics.json": null } }),
  "another file": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "eval/metrics.json": `{"score":${random(9)},"key${random(4)}":"text"}` } }),
  branch: (scene) => scene.pushed.commit(freeName(scene), { parents: [scene.pushed.head(scene.name)] }),
  root: (scene) => scene.pushed.commit(freeName(scene), { parents: [] }),
  merge: ({ pushed, name, other }) => name !== other && pushed.merge(name, other),
  octopus: ({ pushed, name, names }) => pushed.merge(name, ...names.filter((each) => each !== name).slice(0, 4)),
  foxtrot: ({ pushed, name, other }) => name !== other && pushed.foxtrot(name, other),
  "back by one": ({ pushed, name }) =>
    pushed.commit(name, { parents: [pushed.head(name)] }) && pushed.move(name, `${name}~1`),
  "to another's head": ({ pushed, name, other }) => pushed.move(name, pushed.head(other)),
  "to where one was": ({ pushed, name, past, random }) => pushed.move(name, pick(random, past)),
  rebase: ({ pushed, name, other }) => name !== other && pushed.rebase(name, other),
  delete: ({ pushed, name, names }) => names.length > 1 && pushed.remove(name),
  "come back": (scene) => scene.pushed.move(freeName(scene), pick(scene.random, scene.past)),
  rename: (scene) => scene.pushed.rename(scene.name, freeName(scene)),
  "name HEAD": ({ pushed, random }) => pushed.setHead(pick(random, NAMES)),
  tag: ({ pushed, name }) => pushed.tag("v1", pushed.head(name)),
  empty: ({ pushed, random }) => random(3) === 0 && pushed.empty(),
};
const KINDS = Object.keys(MOVES);

/** @returns what was done */
function push(pushed: PushedRepository, random: Random, past: string[]): string {
  past.push(...pushed.heads().values());
  const names = [...pushed.heads().keys()];
  if (names.length === 0) {
    pushed.commit(pick(random, NAMES));
    return "fill";
  }
  const kind = pick(random, KINDS);
  MOVES[kind]?.({ pushed, random, names, name: pick(random, names), other: pick(random, names), past });
  return kind;
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = 52_000 + round;
  test(`syncRepository() and expireHistory() follow generated pushes and days, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const pushed = new PushedRepository(join(bench.folder, `pushes-${seed}.git`));
    pushed.grow("main", 4);
    const url = `${server.url}/pushes-${seed}.git`;
    const id = await bench.add(round % 2 === 0 ? { folder: pushed.folder } : { url });
    const check = new PushedCheck(bench, pushed, id);
    await check.synced();
    const past: string[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const done: string[] = [];
      for (let count = 1 + random(3); count > 0; count -= 1) done.push(push(pushed, random, past));
      t.diagnostic(done.join(", "));
      await bench.syncFully(id);
      await check.synced();
      await check.checkFresh();
      if (random(3) > 0) continue;
      const days = pick(random, [8, 23]);
      t.diagnostic(`${days} days`);
      await check.daysGoBy(days);
    }
    await check.daysGoBy(23);
    await check.daysGoBy(8);
    const kept = await check.check();
    await bench.store.write((tx) => insertEvent(tx, id, "import"));
    await bench.work();
    assert.deepEqual(unordered(await check.check()), unordered(kept), "reading the history once more changes nothing");
  });
}
