// Mirrors that break and remotes that change under an import: a clean retry, the right rows, nothing left behind.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import type { OrganizationStore } from "../src/store/database.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { git, HistoryBuilder, writeObject } from "./helpers/git-history.ts";
import { type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const MANY = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 120 : 1_000;

let fault: (number: number) => GitServerFault | null = () => null;

const bench = await openIngestBench();
const server = await startGitServer({ root: bench.folder, fault: (_, number) => fault(number) });
after(async () => {
  await server.close();
  await bench.close();
});

/** Has what failed tried again at once. */
async function retry(): Promise<void> {
  await bench.database.database.owner.query(
    "UPDATE event SET due_at = now() WHERE state IN ('due', 'running', 'failed')",
  );
  await bench.work();
}

const mirrorOf = (id: RepositoryId): string => join(bench.deps.mirrors, `${id}.git`);

function packFile(id: RepositoryId, ending: string): string {
  const folder = join(mirrorOf(id), "objects/pack");
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return join(folder, names[0] as string);
}

const DAMAGES: Readonly<Record<string, (id: RepositoryId) => void>> = {
  "a flipped bit in a pack": (id) => {
    const file = packFile(id, ".pack");
    const bytes = readFileSync(file);
    for (let at = 20; at < bytes.length - 20; at += 30) bytes[at] = (bytes[at] as number) ^ 4;
    rmSync(file);
    writeFileSync(file, bytes);
  },
  "an index cut off": (id) => truncateSync(packFile(id, ".idx"), 500),
  "a pack that is gone": (id) => rmSync(packFile(id, ".pack")),
  "no mirror": (id) => rmSync(mirrorOf(id), { recursive: true }),
  "locks of a process that is gone": (id) => {
    for (const name of ["packed-refs.lock", "HEAD.lock", "config.lock"]) writeFileSync(join(mirrorOf(id), name), "");
  },
  "HEAD that is empty": (id) => writeFileSync(join(mirrorOf(id), "HEAD"), ""),
  "settings that nobody can read": (id) => writeFileSync(join(mirrorOf(id), "config"), "[no settings"),
  "branches that nobody can read": (id) => writeFileSync(join(mirrorOf(id), "packed-refs"), "no branches\n"),
  "a graft": (id) => {
    mkdirSync(join(mirrorOf(id), "info"), { recursive: true });
    writeFileSync(join(mirrorOf(id), "info/grafts"), `${git(mirrorOf(id), "rev-parse", "HEAD")}\n`);
  },
};

test("syncRepository() gets over a mirror that is damaged or gone", async (t) => {
  const pushed = new PushedRepository(join(bench.folder, "damaged.git"));
  pushed.grow("main", 5);
  const id = await bench.add({ url: `${server.url}/damaged.git` });
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();
  for (const [damage, breakIt] of Object.entries(DAMAGES)) {
    await t.test(damage, async () => {
      breakIt(id);
      pushed.commit("main");
      await bench.sync(id);
      await retry();
      await check.synced();
      const left = readdirSync(mirrorOf(id), { recursive: true }).map(String);
      assert.deepEqual(
        left.filter((name) => /\.lock$|tmp_/.test(name)),
        [],
      );
    });
  }
});

for (const afterBytes of [1_000, 65_536, 1_048_576]) {
  test(`importHistory() gets over a connection that is cut after ${afterBytes} bytes, and stores no half`, async () => {
    const name = `cut-${afterBytes}.git`;
    const pushed = new PushedRepository(join(bench.folder, name));
    const commits = Array.from({ length: afterBytes > 1_000_000 ? 60 : 6 }, (_, count) => {
      // what a pack cannot make small: the commits are a few kB, the files hundreds
      const noise = Array.from({ length: 3_000 }, (_each, n) => [`n${n}`, Math.sin(n + count)] as const);
      return { files: { "metrics.json": JSON.stringify({ loss: count, ...Object.fromEntries(noise) }) } };
    });
    pushed.commitAll("main", commits);
    const first = server.requests.length;
    fault = (number) => (number > first + 1 ? { kind: "cut", afterBytes } : null);
    const id = await bench.add({ url: `${server.url}/${name}` });
    fault = () => null;
    const broken = await readStoredHistory(bench.store, id);
    assert.equal(broken.repository["state"], "failed");
    assert.match(String(broken.repository["problem"]), /found a connection that broke off/);
    for (const { files } of broken.commits) for (const file of files.values()) assert.equal(file.reason, null);
    await retry();
    await new PushedCheck(bench, pushed, id).synced();
  });
}

test("importHistory() of what git refuses fails in words, keeps no mirror, and leaves others alone", async () => {
  const folder = join(bench.folder, "malformed.git");
  const builder = new HistoryBuilder(folder);
  builder.commit({ files: { "metrics.json": "1" } });
  await builder.finish();
  const blob = writeObject(folder, "blob", "x");
  const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
  git(
    folder,
    "update-ref",
    "refs/heads/main",
    git(folder, "commit-tree", writeObject(folder, "tree", entry), "-m", "bad"),
  );
  const id = await bench.add({ url: `${server.url}/malformed.git` });
  await retry();
  const history = await readStoredHistory(bench.store, id);
  assert.equal(history.repository["state"], "failed");
  assert.match(String(history.repository["problem"]), /malformed/);
  assert.equal(existsSync(mirrorOf(id)), false);
});

test("an import asks the server once for commits and once for each chunk of files", async () => {
  const folder = join(bench.folder, "thousand.git");
  const builder = new HistoryBuilder(folder);
  for (let n = 0; n < 1_000; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  const first = server.requests.length;
  await bench.add({ url: `${server.url}/thousand.git` });
  const posts = server.requests.slice(first).filter(({ method }) => method === "POST").length;
  // ls-remote, commits (two: refs, pack), the newest forty, one or two chunks, each with its refs, and candidates
  assert.ok(posts <= 16, `${posts} requests`);
});

/** Has something done before the n-th transaction of an import. */
function before(number: number, work: () => void): typeof bench.deps {
  const { database } = bench.deps;
  let count = 0;
  const store = (organization: OrganizationId): OrganizationStore => {
    const inner = database.worker.in(organization);
    return {
      ...inner,
      write: (write, options) => {
        if (options?.durable !== false && count++ === number) work();
        return inner.write(write, options);
      },
    };
  };
  return { ...bench.deps, batchCommits: 20, database: { ...database, worker: { in: store } } };
}

test(`an import during which ${MANY} commits are forced away ends with them, and the next sync follows`, async () => {
  const name = "forced.git";
  const pushed = new PushedRepository(join(bench.folder, name));
  const base = pushed.commit("main");
  pushed.grow("main", 5);
  const tip = pushed.commitAll(
    "main",
    Array.from({ length: MANY - 6 }, () => ({ files: {} })), // nothing is changed in these
  );
  const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/${name}` });
  const lease = await takeDueLease(bench.database.database.system, "bench");
  assert.ok(lease !== null);
  const force = (): void => {
    pushed.commit("main", { parents: [base] });
    pushed.commit("other", { parents: [base] });
  };
  await answerEvents(before(4, force), lease, new AbortController().signal);
  const imported = await readStoredHistory(bench.store, id);
  assert.equal(imported.commits.length, MANY);
  assert.equal(imported.branches.get("main")?.head, tip);
  await bench.sync(id);
  const synced = await readStoredHistory(bench.store, id);
  assert.equal(synced.commits.length, MANY + 2);
  assert.equal(synced.commits.filter(({ unreachable }) => unreachable).length, MANY - 1);
  assert.deepEqual([...synced.branches.keys()], ["main", "other"]);
});
