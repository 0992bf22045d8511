// Tests of tidying a mirror: packs, branches, leftovers, what is thrown away and when.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { git } from "../../test/helpers/git-history.ts";
import { mirrorOf } from "../../test/helpers/mirror-of.ts";
import { makeVersions, serve, versionsOf } from "../../test/helpers/served-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { readBlob } from "./blobs.ts";
import { fetchMirror, openMirror } from "./mirror.ts";
import { tidyMirror } from "./mirror-upkeep.ts";
import { readUse } from "./mirror-use.ts";
import { presentBlobs } from "./prefetch.ts";
import { configureGit, gitProgram } from "./program.ts";
import { listRefs } from "./refs.ts";
import type { GitRepository } from "./repository.ts";

const folder = temporaryFolder();
const root = join(folder, "mirrors");
const plain = await serve(folder);
const whole = await serve(folder, { allowFilter: false });

afterEach(() => configureGit({}));

function packs(mirror: GitRepository, ending = ".pack"): number {
  return readdirSync(join(mirror.gitDir, "objects/pack")).filter((name) => name.endsWith(ending)).length;
}

/** A mirror of eleven packs: of ten versions, each fetched alone. */
async function manyPacks(id: string): Promise<{ mirror: GitRepository; path: string }> {
  const path = await makeVersions(folder, `${id}.git`, 10);
  const mirror = await mirrorOf(plain, `${id}.git`, { root, id });
  await fetchMirror(mirror);
  for (let n = 0; n < 10; n += 1)
    await readBlob(mirror, git(path, "rev-parse", `main~${n}:metrics.json`) as Sha, { maxBytes: 100 });
  assert.equal(packs(mirror), 11);
  return { mirror, path };
}

/** A git that fails at a command, and is the machine's own otherwise. */
function failingGit(name: string, command: string, complaint: string): void {
  const bin = join(folder, name);
  mkdirSync(bin, { recursive: true });
  const fails = `case " $* " in *" ${command} "*) echo '${complaint}' >&2; exit 128;; esac`;
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${fails}\nexec ${gitProgram().git} "$@"\n`);
  chmodSync(join(bin, "git"), 0o755);
  configureGit({ searchPath: bin });
}

test("tidyMirror() puts many packs together, and the mirror stays a blobless one", async () => {
  const { mirror, path } = await manyPacks("packs");
  const done = await tidyMirror({ root, id: "packs" }, { maxPacks: 5 });
  assert.deepEqual([done?.removed, done?.failure], [null, null]);
  assert.ok(packs(mirror) <= 3, `${packs(mirror)} packs`);
  assert.ok(packs(mirror, ".promisor") > 0);
  git(path, "branch", "new", git(path, "commit-tree", "main^{tree}", "-p", "main", "-m", "new"));
  await fetchMirror(await mirrorOf(plain, "packs.git", { root, id: "packs" }));
  plain.requests.length = 0;
  assert.equal((await versionsOf(mirror, path)).length, 10);
  assert.equal(plain.requests.length, 0, "what was there is there still");
  const other = git(path, "rev-parse", "main~8:f1") as Sha;
  assert.deepEqual(await presentBlobs(mirror, [other]), new Set());
  assert.ok("bytes" in (await readBlob(mirror, other, { maxBytes: 100 })), "and the rest can be fetched");
});

test("tidyMirror() puts the packs of a mirror with all blobs together by their size", async () => {
  const path = await makeVersions(folder, "geometric.git", 200);
  const mirror = await mirrorOf(whole, "geometric.git", { root, id: "geometric" });
  await fetchMirror(mirror);
  for (let n = 0; n < 8; n += 1) {
    git(path, "update-ref", "refs/heads/main", git(path, "commit-tree", "main^{tree}", "-p", "main", "-m", `${n}`));
    await fetchMirror(mirror);
  }
  assert.equal(packs(mirror), 9);
  const large = (): string[] =>
    readdirSync(join(mirror.gitDir, "objects/pack")).filter((name) => name.endsWith(".pack"));
  const before = large();
  assert.equal((await tidyMirror({ root, id: "geometric" }, { maxPacks: 5 }))?.failure, null);
  assert.ok(packs(mirror) <= 3, `${packs(mirror)} packs`);
  assert.equal(large().filter((name) => before.includes(name)).length, 1, "the large one is not written again");
  assert.equal((await versionsOf(mirror, path)).length, 200);
});

test("tidyMirror() puts many branches into one file", async () => {
  const path = await makeVersions(folder, "branches.git", 1);
  const mirror = await mirrorOf(plain, "branches.git", { root, id: "branches" });
  await fetchMirror(mirror);
  for (let n = 0; n < 210; n += 1) git(path, "update-ref", `refs/heads/b${n}`, "main");
  await fetchMirror(mirror);
  const loose = (): number => readdirSync(join(mirror.gitDir, "refs/tidemark/heads")).length;
  assert.ok(loose() >= 210, `${loose()} files`);
  await tidyMirror({ root, id: "branches" });
  assert.equal(existsSync(join(mirror.gitDir, "refs/tidemark/heads")) ? loose() : 0, 0);
  assert.equal((await listRefs(mirror)).refs.length, 211);
});

test("tidyMirror() removes locks, old halves and what could change what git reads", async () => {
  await makeVersions(folder, "left.git", 2);
  const mirror = await mirrorOf(plain, "left.git", { root, id: "left" });
  await fetchMirror(mirror);
  const files = ["packed-refs.lock", "objects/pack/tmp_pack_x", "info/grafts", "info/attributes", "hooks/post-fetch"];
  files.push("objects/info/alternates");
  for (const file of files) {
    mkdirSync(join(mirror.gitDir, file, ".."), { recursive: true });
    writeFileSync(join(mirror.gitDir, file), "x");
  }
  const old = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(join(mirror.gitDir, "objects/pack/tmp_pack_x"), old, old);
  await tidyMirror({ root, id: "left" });
  assert.deepEqual(
    files.filter((file) => existsSync(join(mirror.gitDir, file))),
    [],
  );
});

test("tidyMirror() throws a mirror away that five times could not be put in order, and not before", async () => {
  const { mirror, path } = await manyPacks("stubborn");
  failingGit("no-repack", "repack", "fatal: something new");
  for (let time = 1; time <= 5; time += 1) {
    assert.ok(existsSync(mirror.gitDir), `before attempt ${time}`);
    const done = await tidyMirror({ root, id: "stubborn" }, { maxPacks: 5 });
    assert.match(String(done?.failure), /something new|git ended with an error/);
    assert.equal(done?.removed !== null, time === 5, String(done?.removed));
  }
  assert.equal(existsSync(mirror.gitDir), false);
  configureGit({});
  const anew = await mirrorOf(plain, "stubborn.git", { root, id: "stubborn" });
  await fetchMirror(anew);
  assert.equal((await versionsOf(anew, path)).length, 10);
});

test("tidyMirror() counts only failures in a row", async () => {
  await manyPacks("moody");
  failingGit("no-repack", "repack", "fatal: something new");
  for (let time = 1; time <= 4; time += 1) await tidyMirror({ root, id: "moody" }, { maxPacks: 5 });
  assert.equal((await readUse({ root, id: "moody" }))?.failedRepacks, 4);
  configureGit({});
  await tidyMirror({ root, id: "moody" }, { maxPacks: 5 });
  assert.equal((await readUse({ root, id: "moody" }))?.failedRepacks, 0);
});

test("tidyMirror() throws a mirror away at once when git finds damage in it", async () => {
  const { mirror } = await manyPacks("damaged");
  failingGit("corrupt", "repack", "fatal: packfile x cannot be accessed");
  assert.match((await tidyMirror({ root, id: "damaged" }, { maxPacks: 5 }))?.removed ?? "", /damaged/);
  assert.equal(existsSync(mirror.gitDir), false);
});

test("tidyMirror() throws a mirror away that is full, and keeps what it knows of others in a file", async () => {
  const { mirror } = await manyPacks("full");
  const kept = await tidyMirror({ root, id: "full" });
  assert.equal(kept?.removed, null);
  assert.equal((await readUse({ root, id: "full" }))?.bytes, kept?.bytes);
  assert.match(readFileSync(join(mirror.gitDir, "tidemark-use.json"), "utf8"), /^\{"bytes":\d+,"failedRepacks":0\}\n$/);
  const quota = { bytes: (kept?.bytes ?? 0) + 10, wanted: "no more" };
  assert.match((await tidyMirror({ root, id: "full" }, { quota }))?.removed ?? "", /full/);
  assert.equal(existsSync(mirror.gitDir), false);
  assert.equal(await tidyMirror({ root, id: "full" }), null, "and none is none");
});

test("openMirror() counts as a use of it", async () => {
  await makeVersions(folder, "used.git", 1);
  const mirror = await mirrorOf(plain, "used.git", { root, id: "used" });
  await fetchMirror(mirror);
  await tidyMirror({ root, id: "used" });
  const old = new Date(1_600_000_000_000);
  utimesSync(join(mirror.gitDir, "tidemark-use.json"), old, old);
  assert.equal((await readUse({ root, id: "used" }))?.usedAt, old.getTime());
  const { remote } = mirror;
  assert.ok(remote !== null);
  await openMirror({ root, id: "used", remote });
  assert.ok(((await readUse({ root, id: "used" }))?.usedAt ?? 0) > old.getTime());
});
