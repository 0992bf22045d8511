// Tags: known by name after an import and after every sync, of a remote and of a folder, without fetching anything.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { MAX_TAGS } from "../src/git/tags.ts";
import { readComparison } from "../src/reads/commit-comparison.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { readRepositoryView } from "../src/reads/repository-list.ts";
import { readTagList } from "../src/reads/tags.ts";
import { git, gitBytes } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

let bench: IngestBench;
let server: GitServer;
let reads: Reads;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
  reads = createReads(bench.database.database);
});
after(async () => {
  await server.close();
  await bench.close();
});

/** @returns "name position" of every tag, in the order of the answer */
async function tagsOf(repository: RepositoryId): Promise<string[]> {
  return (await readTagList(reads, bench.organization, repository)).map(({ name, position }) => `${name} ${position}`);
}
const viewOf = (repository: RepositoryId) => readRepositoryView(reads, bench.organization, repository);

/** Three commits on `main`, at positions 0 to 2. */
function threeCommits(name: string): { pushed: PushedRepository; shas: string[] } {
  const pushed = new PushedRepository(join(bench.folder, name));
  return { pushed, shas: [0, 1, 2].map(() => pushed.commit("main")) };
}
const light = (pushed: PushedRepository, name: string, object: string): string =>
  git(pushed.folder, "update-ref", `refs/tags/${name}`, object);

for (const kind of ["remote", "folder"] as const) {
  test(`tags of a ${kind} are known after an import, and follow every sync`, async () => {
    const { pushed, shas } = threeCommits(`follow-${kind}.git`);
    const [first = "", second = "", third = ""] = shas;
    pushed.tag("v1", first); // annotated
    light(pushed, "release/v2", third);
    const address = kind === "remote" ? { url: `${server.url}/follow-remote.git` } : { folder: pushed.folder };
    const repository = await bench.add(address);
    assert.deepEqual(await tagsOf(repository), ["release/v2 2", "v1 0"]);

    const was = await viewOf(repository);
    await bench.sync(repository);
    assert.equal((await viewOf(repository)).version, was.version, "nothing is another: nothing is told");

    pushed.tag("v1", second); // moved
    git(pushed.folder, "update-ref", "-d", "refs/tags/release/v2"); // deleted
    pushed.tag("nested", git(pushed.folder, "rev-parse", "refs/tags/v1"));
    light(pushed, "caf\u00e9", first);
    await bench.sync(repository);
    assert.deepEqual(await tagsOf(repository), ["v1 1", "nested 1", "caf\u00e9 0"]);
    assert.equal((await viewOf(repository)).version, was.version + 1, "open pages hear of it");

    // with a new commit in the same push, and one that no branch reaches
    const fourth = pushed.commit("main");
    pushed.tag("v3", fourth);
    const lost = pushed.commit("away");
    pushed.tag("lost", lost);
    pushed.remove("away");
    await bench.sync(repository);
    assert.deepEqual(await tagsOf(repository), ["v3 3", "v1 1", "nested 1", "caf\u00e9 0", "lost null"]);
    assert.deepEqual(
      (await viewOf(repository)).notices.filter((notice) => /tag/.test(notice)),
      [],
    );
  });
}

test("no object of a tag is fetched", async () => {
  const { pushed } = threeCommits("unfetched.git");
  const lost = pushed.commit("away");
  pushed.tag("lost", lost);
  pushed.remove("away");
  const repository = await bench.add({ url: `${server.url}/unfetched.git` });
  assert.deepEqual(await tagsOf(repository), ["lost null"]);
  const mirror = join(bench.deps.mirrors, `${repository}.git`);
  assert.equal(git(mirror, "for-each-ref", "refs/tags"), "");
  const there = git(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n");
  assert.ok(there.includes(pushed.head("main")) && !there.includes(lost));
});

test("a tag of a file or of names that are no UTF-8 is taken as it comes", async () => {
  const { pushed, shas } = threeCommits("odd.git");
  const blob = gitBytes(pushed.folder, ["hash-object", "-w", "--stdin"], "a key").toString("latin1").trim();
  light(pushed, "key", blob);
  pushed.tag("signed-key", blob);
  const line = Buffer.concat([Buffer.from("create refs/tags/caf"), Buffer.of(0xe9), Buffer.from(` ${shas[1]}\n`)]);
  gitBytes(pushed.folder, ["update-ref", "--stdin"], line);
  const remote = await bench.add({ url: `${server.url}/odd.git` });
  assert.deepEqual(await tagsOf(remote), ["caf\\xe9 1", "signed-key null", "key null"]);
  const folder = await bench.add({ folder: pushed.folder });
  assert.deepEqual(await tagsOf(folder), ["caf\\xe9 1"], "where the objects are, it is known what they are");
});

test("a tag whose name is too long is left out, and it is said", async () => {
  const { pushed, shas } = threeCommits("long.git");
  light(pushed, "v1", shas[0] ?? "");
  light(pushed, Array.from({ length: 6 }, () => "x".repeat(200)).join("/"), shas[0] ?? "");
  for (const address of [{ url: `${server.url}/long.git` }, { folder: pushed.folder }]) {
    const repository = await bench.add(address);
    assert.deepEqual(await tagsOf(repository), ["v1 0"]);
    const { notices } = await viewOf(repository);
    const told = `There are more than ${MAX_TAGS} tags, or some with very long names: not all are known.`;
    assert.ok(notices.includes(told), String(notices));
  }
});

test("a folder's damaged tag takes nothing else away: its commits are read, the tags known before stay", async () => {
  const { pushed, shas } = threeCommits("damaged.git");
  pushed.tag("v1", shas[0] ?? "");
  const repository = await bench.add({ folder: pushed.folder });
  pushed.tag("v2", shas[1] ?? "");
  const object = git(pushed.folder, "rev-parse", "refs/tags/v2");
  rmSync(join(pushed.folder, "objects", object.slice(0, 2), object.slice(2)));
  pushed.commit("main");
  await bench.sync(repository);
  assert.ok((await tagsOf(repository)).includes("v1 0"));
  assert.equal((await viewOf(repository)).commits, 4);
});

test("commits are compared by the names of tags and branches", async () => {
  const { pushed, shas } = threeCommits("compared.git");
  pushed.tag("v1", shas[0] ?? "");
  pushed.tag("main", shas[1] ?? ""); // of the same name as a branch, which goes first
  const repository = await bench.add({ url: `${server.url}/compared.git` });
  const question = { commits: ["v1", "main", (shas[1] ?? "").slice(0, 7)], changed: true, limit: 10 };
  const { rows, commits } = await readComparison(reads, bench.organization, repository, question);
  assert.deepEqual(
    rows.map(({ column, values }) => [column.id, values]),
    [["metrics.json:loss", [1, 3, 2]]],
  );
  assert.deepEqual(
    commits.map(({ sha }) => sha),
    [shas[0], shas[2], shas[1]],
  );
});
