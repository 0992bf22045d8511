// A mirror is a cache: whatever throws it away, and whenever, what people ask for is answered from the remote.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId, Sha } from "../src/domain/model.ts";
import { listRefs } from "../src/git/refs.ts";
import { previewPattern, readRows } from "../src/workspace/preview-files.ts";
import { readRawFile } from "../src/workspace/read-raw-file.ts";
import { readStored } from "../src/workspace/stored-source.ts";
import { git } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const bench = await openIngestBench();
const server = await serve(bench.folder);
after(() => bench.close());

const pushed = new PushedRepository(join(bench.folder, "asked.git"));
pushed.grow("main", 5);
const id = await bench.add({ url: `${server.url}/asked.git` });

const mirrorOf = (repository: RepositoryId): string => join(bench.deps.mirrors, `${repository}.git`);
const vanish = (): void => rmSync(mirrorOf(id), { recursive: true });

function rawFile(sha: string, path = "metrics.json"): Promise<string> {
  const asked = { repository: id, sha: sha as Sha, path, maxBytes: 1_000 };
  return readRawFile(bench.deps, bench.organization, asked).then((bytes) => Buffer.from(bytes).toString("utf8"));
}

test("a raw file, a preview and rows are answered when the mirror is gone", async () => {
  const third = git(pushed.folder, "rev-parse", "main~2");
  vanish();
  assert.equal(await rawFile(third), '{"loss":3}');
  vanish();
  const preview = await previewPattern(bench.deps, bench.organization, { repository: id, pattern: "*.json" });
  assert.deepEqual([preview.total, preview.versions], [1, 5]);
  vanish();
  const rows = await readRows(bench.deps, bench.organization, { repository: id, path: "metrics.json", naming: null });
  assert.deepEqual(rows.arrays, []);
  assert.ok(existsSync(mirrorOf(id)));
});

test("many who ask at once while it is gone wait for one and the same", async () => {
  vanish();
  server.requests.length = 0;
  const heads = git(pushed.folder, "rev-list", "main").split("\n");
  const texts = await Promise.all(heads.map((sha) => rawFile(sha)));
  assert.deepEqual(
    texts,
    heads.map((_, index) => `{"loss":${5 - index}}`),
  );
  const lists = server.requests.filter(({ target }) => target.includes("info/refs")).length;
  assert.ok(lists <= 2 + heads.length, `${lists}: one list of refs, one fetch of all, one for each file`);
  assert.deepEqual(
    readdirSync(bench.deps.mirrors).filter((name) => name.startsWith("new-")),
    [],
  );
});

test("a mirror that goes away while it is read is fetched and read again", async () => {
  let reads = 0;
  const asked = { repository: id, attempt: "read a file of" };
  const branches = await readStored(bench.deps, bench.organization, asked, async (source) => {
    reads += 1;
    if (reads === 1) vanish();
    return (await listRefs(source)).refs.length;
  });
  assert.deepEqual([branches, reads], [1, 2]);
});

test("a commit that was forced away is asked of the server by its id; one that is gone there too says so", async () => {
  const lost = pushed.commit("main");
  await bench.sync(id);
  pushed.move("main", git(pushed.folder, "rev-parse", `${lost}~1`));
  await bench.sync(id);
  vanish();
  assert.equal(await rawFile(lost), '{"loss":6}', "the server has it still");
  vanish();
  git(pushed.folder, "reflog", "expire", "--expire=now", "--all");
  rmSync(join(pushed.folder, "refs/tidemark-test"), { recursive: true, force: true });
  for (const ref of git(pushed.folder, "for-each-ref", "--format=%(refname)", "refs/tidemark-test").split("\n"))
    if (ref !== "") git(pushed.folder, "update-ref", "-d", ref);
  git(pushed.folder, "gc", "--quiet", "--prune=now");
  await assert.rejects(
    rawFile(lost),
    /found that its commit is gone from the repository, wanted a file of this commit/,
  );
  await assert.rejects(rawFile(pushed.head("main"), "none.json"), /found none at this path/);
});

test("a damaged mirror that a reader meets says so and is whole a sync later, without hands", async () => {
  const sha = pushed.head("main");
  await rawFile(sha);
  for (const name of readdirSync(join(mirrorOf(id), "objects/pack"))) {
    if (!name.endsWith(".pack")) continue;
    const file = join(mirrorOf(id), "objects/pack", name);
    const bytes = readFileSync(file);
    for (let at = 13; at < bytes.length - 20; at += 7) bytes[at] = (bytes[at] as number) ^ 4;
    rmSync(file);
    writeFileSync(file, bytes);
  }
  const told = /found that our copy of it is damaged, wanted another try in a minute: it is fetched again/;
  await assert.rejects(rawFile(sha), told);
  await assert.rejects(rawFile(sha), told);
  const waiting = await bench.database.database.owner.query(
    "SELECT id FROM event WHERE repository_id = $1 AND state = 'due'",
    [id],
  );
  assert.equal(waiting.length, 1, "asked for once");
  await bench.work();
  assert.match(await rawFile(sha), /^\{"loss":/);
  assert.equal((await readStoredHistory(bench.store, id)).repository["state"], "ready");
});
