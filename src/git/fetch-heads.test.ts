// Tests of the fetch after a push: its small files come along, within limits, from servers that can leave out the others.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { git, gitBytes, writeObject } from "../../test/helpers/git-history.ts";
import { mirrorOf } from "../../test/helpers/mirror-of.ts";
import { makeVersions, serve } from "../../test/helpers/served-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { readBlob } from "./blobs.ts";
import { fetchMirror } from "./mirror.ts";
import { mirrorSize } from "./mirror-folder.ts";
import type { GitRepository } from "./repository.ts";

const folder = temporaryFolder();
const root = join(folder, "mirrors");
const server = await serve(folder);

/** A repository, and the mirror of it before a push. */
async function fetched(name: string, on = server): Promise<{ path: string; mirror: GitRepository }> {
  const path = await makeVersions(folder, `${name}.git`, 3);
  const mirror = await mirrorOf(on, `${name}.git`, { root, id: name });
  await fetchMirror(mirror, { withFiles: true });
  return { path, mirror };
}

/** Pushes one commit with these files. @returns their ids by name */
function push(path: string, files: Readonly<Record<string, string | Buffer>>): Map<string, Sha> {
  const ids = new Map(Object.entries(files).map(([name, content]) => [name, writeObject(path, "blob", content)]));
  const entries = [...ids].map(([name, id]) => `100644 blob ${id}\t${name}\n`).join("");
  const tree = gitBytes(path, ["mktree"], entries).toString().trim();
  git(path, "update-ref", "refs/heads/main", git(path, "commit-tree", tree, "-p", "main", "-m", "push"));
  return ids;
}

/** Kinds of objects that the mirror itself has, each by its id. */
function held(mirror: GitRepository): Map<string, string> {
  const lines = git(mirror.gitDir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)");
  return new Map(lines.split("\n").map((line) => line.split(" ") as [string, string]));
}

const isThere = (mirror: GitRepository): boolean => existsSync(join(mirror.gitDir, "HEAD"));

test("fetchMirror() brings the small files of a push along, and those of the first fetch not", async () => {
  const { path, mirror } = await fetched("small");
  assert.equal([...held(mirror).values()].includes("blob"), false);
  const ids = push(path, { "metrics.json": '{"loss":1}', "model.bin": randomBytes(200_000) });
  await fetchMirror(mirror, { withFiles: true });
  const now = held(mirror);
  assert.deepEqual(
    [...ids].map(([, id]) => now.get(id)),
    ["blob", undefined],
  );
  server.requests.length = 0;
  const reading = await readBlob(mirror, ids.get("metrics.json") as Sha, { maxBytes: 1_000 });
  assert.equal("bytes" in reading && String(reading.bytes), '{"loss":1}');
  assert.deepEqual(server.requests, []);
  const large = await readBlob(mirror, ids.get("model.bin") as Sha, { maxBytes: 1_000_000 });
  assert.equal("bytes" in large && large.bytes?.length, 200_000);
  assert.ok(server.requests.length > 0);
});

test("fetchMirror() takes a push whose files the server sends as what changed in ones that the mirror never had", async () => {
  const { path, mirror } = await fetched("changed");
  const noise = randomBytes(30_000).toString("hex");
  const change = (loss: number): Map<string, Sha> =>
    push(path, { "metrics.json": `{"noise":"${noise}","loss":${loss}}`, "code.txt": `${noise}${loss}` });
  change(1);
  await fetchMirror(mirror);
  const requests: number[] = [];
  for (const loss of [2, 3]) {
    const ids = change(loss);
    server.requests.length = 0;
    await fetchMirror(mirror, { withFiles: true });
    requests.push(server.requests.length);
    assert.equal(git(mirror.gitDir, "rev-parse", "refs/tidemark/heads/main"), git(path, "rev-parse", "main"));
    const reading = await readBlob(mirror, ids.get("metrics.json") as Sha, { maxBytes: 100_000 });
    assert.match("bytes" in reading ? String(reading.bytes) : "missing", new RegExp(`"loss":${loss}\\}$`));
  }
  assert.ok(
    (requests[1] as number) < (requests[0] as number),
    `such a mirror is asked for once: ${requests.join(", ")}`,
  );
});

test("fetchMirror() brings no files when nobody says that they are read next", async () => {
  const { path, mirror } = await fetched("none");
  push(path, { "metrics.json": '{"loss":2}' });
  await fetchMirror(mirror);
  assert.equal([...held(mirror).values()].includes("blob"), false);
});

test("fetchMirror() brings a push without its files when these are too much, and leaves no halves", async () => {
  const { path, mirror } = await fetched("much");
  push(path, Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${n}.bin`, randomBytes(100_000)])));
  await fetchMirror(mirror, { withFiles: true });
  assert.equal(git(mirror.gitDir, "rev-parse", "refs/tidemark/heads/main"), git(path, "rev-parse", "main"));
  assert.equal([...held(mirror).values()].includes("blob"), false);
  assert.ok((await mirrorSize(mirror.gitDir)) < 1_000_000);
  assert.deepEqual(
    readdirSync(join(mirror.gitDir, "objects", "pack")).filter((name) => name.startsWith("tmp")),
    [],
  );
});

test("fetchMirror() asks a server once that cannot leave out large files", async () => {
  const other = await serve(folder);
  const { path, mirror } = await fetched("unlimited", other);
  git(path, "config", "uploadpackfilter.blob:limit.allow", "false");
  const requests: number[] = [];
  for (let n = 0; n < 2; n += 1) {
    push(path, { "metrics.json": `{"loss":${n}}` });
    other.requests.length = 0;
    await fetchMirror(mirror, { withFiles: true });
    assert.equal(git(mirror.gitDir, "rev-parse", "refs/tidemark/heads/main"), git(path, "rev-parse", "main"));
    requests.push(other.requests.length);
  }
  assert.ok((requests[1] as number) < (requests[0] as number), String(requests));
});

test("fetchMirror() minds nothing in files that only a work tree would read", async () => {
  const { path, mirror } = await fetched("modules");
  push(path, {
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n',
    ".gitattributes": `${"a".repeat(3_000)} text\n`,
    "metrics.json": '{"loss":3}',
  });
  await fetchMirror(mirror, { withFiles: true });
  assert.equal(git(mirror.gitDir, "rev-parse", "refs/tidemark/heads/main"), git(path, "rev-parse", "main"));
  assert.equal(existsSync(join(mirror.gitDir, "tidemark-unchecked")), false, "and all was checked");
});

test("fetchMirror() refuses malformed objects, also beside such files", async () => {
  for (const files of [{}, { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n' }]) {
    const { path, mirror } = await fetched(`malformed-${Object.keys(files).length}`);
    push(path, { ...files, "metrics.json": '{"loss":4}' });
    const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(writeObject(path, "blob", "x"), "hex")]);
    const tree = writeObject(path, "tree", entry);
    git(path, "update-ref", "refs/heads/bad", git(path, "commit-tree", tree, "-p", "main", "-m", "bad"));
    await assert.rejects(fetchMirror(mirror, { withFiles: true }), { code: "repository-corrupt" });
    assert.equal(isThere(mirror), false, "what was refused would stay in it");
  }
});
