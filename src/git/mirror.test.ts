// Tests of mirrors over real HTTP: branches only, from every kind of server, in good order on disk.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { git, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { mirrorOf, TEST_EGRESS } from "../../test/helpers/mirror-of.ts";
import { makeVersions, serve, versionsOf } from "../../test/helpers/served-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { checkRemote } from "../outbound.ts";
import { listCommits, readFacts } from "./commits.ts";
import type { FetchProgress } from "./fetch-progress.ts";
import { fetchMirror, openMirror } from "./mirror.ts";
import { removeLeftovers, removeMirror } from "./mirror-folder.ts";
import { configureGit, gitProgram } from "./program.ts";
import { listRefs } from "./refs.ts";
import { runGit } from "./run.ts";
import { openWholeMirror } from "./whole-mirror.ts";

const folder = temporaryFolder();
const root = join(folder, "mirrors");
const plain = await serve(folder);
const ten = await makeVersions(folder, "ten.git", 10);
const TEN_VERSIONS = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`);

/** What is left of mirrors that were not finished. */
function unfinished(id: string): string[] {
  return readdirSync(root).filter((name) => name.startsWith(`new-${id}-`));
}

afterEach(() => configureGit({}));

for (const { name, options, partial } of [
  { name: "a server with partial clone", options: {}, partial: true },
  { name: "a server without partial clone", options: { allowFilter: false }, partial: false },
  { name: "a server of protocol version 0", options: { protocol: "v0" as const }, partial: false },
  {
    name: "a server of protocol version 0 without partial clone",
    options: { allowFilter: false, protocol: "v0" as const },
    partial: false,
  },
]) {
  test(`fetchMirror() brings everything from ${name}`, async () => {
    const mirror = await mirrorOf(await serve(folder, options), "ten.git", { root, id: `server-${name.length}` });
    const notices = await fetchMirror(mirror);
    assert.equal(mirror.partial, partial);
    assert.equal(
      notices.some((notice) => notice.includes("partial clone")),
      !partial,
    );
    const held = git(mirror.gitDir, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split("\n");
    assert.equal(held.includes("blob"), !partial);
    assert.deepEqual(await versionsOf(mirror, ten), TEN_VERSIONS);
    assert.deepEqual([...(await fetchMirror(mirror))], notices, "and says so again");
  });
}

test("fetchMirror() brings a repository with SHA-256 ids", async () => {
  const path = await makeVersions(folder, "sha256.git", 4, "sha256");
  const mirror = await mirrorOf(plain, "sha256.git", { root, id: "sha256" });
  await fetchMirror(mirror);
  assert.equal(mirror.objectFormat, "sha256");
  assert.equal((await versionsOf(mirror, path)).length, 4);
});

test("openMirror() finds a mirror that was made before", async () => {
  const made = await mirrorOf(plain, "ten.git", { root, id: "again" });
  await fetchMirror(made);
  plain.requests.length = 0;
  const found = await mirrorOf(plain, "ten.git", { root, id: "again" });
  assert.deepEqual([found.partial, found.objectFormat, found.shallow], [true, "sha1", false]);
  assert.equal((await listRefs(found)).refs.length, 1);
  assert.equal(plain.requests.length, 0, "without asking the remote");
});

test("fetchMirror() sees true history only: no replacements, notes, pull requests or tags", async () => {
  const path = await makeVersions(folder, "forged.git", 5);
  const [tip = "", parent = ""] = git(path, "rev-list", "main").split("\n");
  const forged = git(path, "commit-tree", `${parent}^{tree}`, "-m", "forged");
  git(path, "replace", tip, forged);
  git(path, "notes", "add", "-m", "a note", tip);
  git(path, "update-ref", "refs/pull/1/head", forged);
  git(path, "tag", "v1", forged);
  const mirror = await mirrorOf(plain, "forged.git", { root, id: "forged" });
  await fetchMirror(mirror);
  assert.equal(git(mirror.gitDir, "for-each-ref", "--format=%(refname)"), "refs/tidemark/heads/main");
  const subjects: string[] = [];
  const graph = await listCommits(mirror, { tips: [tip as Sha] });
  for await (const { subject } of readFacts(mirror, graph.shas())) subjects.push(subject);
  assert.deepEqual(subjects, ["commit 1", "commit 2", "commit 3", "commit 4", "commit 5"]);
});

test("reading a blobless mirror needs no blob for what Git says of commits, also beside a mailmap", async () => {
  const path = join(folder, "mailmap.git");
  const history = new HistoryBuilder(path);
  history.commit({ files: { ".mailmap": "Else <else@example.org> <ada@example.org>\n", "metrics.json": "1" } });
  await history.finish();
  const mirror = await mirrorOf(plain, "mailmap.git", { root, id: "mailmap" });
  await fetchMirror(mirror);
  const { refs } = await listRefs(mirror);
  for await (const { author } of readFacts(
    mirror,
    refs.map(({ sha }) => sha),
  ))
    assert.equal(author.name, "Ada");
});

test("fetchMirror() takes a server's shallow copy as it is, and says so", async () => {
  git(folder, "clone", "--quiet", "--bare", "--depth=3", `file://${ten}`, "shallow.git");
  const mirror = await mirrorOf(plain, "shallow.git", { root, id: "shallow" });
  assert.match((await fetchMirror(mirror)).join(), /shallow/);
  assert.equal(mirror.shallow, true);
  assert.deepEqual(await versionsOf(mirror, ten), TEN_VERSIONS.slice(-3));
});

test("fetchMirror() follows deleted, forced and nested branches", async () => {
  const path = await makeVersions(folder, "moving.git", 3);
  const [tip = "", older = ""] = git(path, "rev-list", "main").split("\n");
  git(path, "branch", "a", tip);
  git(path, "branch", "gone", tip);
  const mirror = await mirrorOf(plain, "moving.git", { root, id: "moving" });
  await fetchMirror(mirror);
  git(path, "branch", "-D", "a");
  git(path, "branch", "-D", "gone");
  git(path, "branch", "a/b", older);
  git(path, "update-ref", "refs/heads/main", older);
  await fetchMirror(mirror);
  const refs = (await listRefs(mirror)).refs.map(({ name, sha }) => [name, sha]);
  assert.deepEqual(refs, [
    ["a/b", older],
    ["main", older],
  ]);
});

test("fetchMirror() takes one process, and reading a thousand versions one for each chunk", async () => {
  const path = await makeVersions(folder, "thousand.git", 1_000);
  const bin = join(folder, "counting");
  const calls = join(folder, "calls");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "git"),
    `#!/bin/sh\ncase "$*" in *" fetch "*) echo fetch >> "${calls}";; esac\nexec ${gitProgram().git} "$@"\n`,
  );
  chmodSync(join(bin, "git"), 0o755);
  configureGit({ searchPath: bin });
  const mirror = await mirrorOf(plain, "thousand.git", { root, id: "thousand" });
  await fetchMirror(mirror);
  assert.equal(readFileSync(calls, "utf8"), "fetch\n");
  assert.equal((await versionsOf(mirror, path)).length, 1_000);
  assert.equal(readFileSync(calls, "utf8"), "fetch\nfetch\n");
});

test("fetchMirror() tells how far it is", async () => {
  const told: FetchProgress[] = [];
  const mirror = await mirrorOf(plain, "thousand.git", { root, id: "progress" });
  await fetchMirror(mirror, { onProgress: (progress) => told.push(progress) });
  assert.equal(told[0]?.phase, "connecting");
  const last = told.findLast(({ phase }) => phase === "receiving");
  assert.ok(last && last.done === last.total && last.done > 1_000);
});

test("fetchMirror() keeps to its quota, and moves no branch beyond it", async () => {
  const quota = { bytes: 50_000, wanted: "at most what this test says" };
  const mirror = await mirrorOf(plain, "thousand.git", { root, id: "quota", quota });
  await assert.rejects(fetchMirror(mirror), (error) => {
    assert.ok(isTidemarkError(error, "limit-exceeded"));
    assert.match(error.message, /found more: git was stopped at 50,000 bytes, wanted at most what this test says\.$/);
    return true;
  });
  assert.equal(existsSync(mirror.gitDir), false);
  assert.deepEqual(unfinished("quota"), [], "and leaves nothing half");
});

test("fetchMirror() removes the mirror when git refuses its objects", async () => {
  const path = await makeVersions(folder, "malformed.git", 1);
  const blob = writeObject(path, "blob", "x");
  const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
  const tree = writeObject(path, "tree", entry);
  git(path, "update-ref", "refs/heads/bad", git(path, "commit-tree", tree, "-m", "bad"));
  const mirror = await mirrorOf(plain, "malformed.git", { root, id: "malformed" });
  await assert.rejects(fetchMirror(mirror), { code: "repository-corrupt" });
  assert.equal(existsSync(mirror.gitDir), false);
});

/** A commit with faults that many an honest repository has: of an old tool's time zone, date and mode of a folder. */
function oldFaults(path: string): Sha {
  const inner = Buffer.from(git(path, "rev-parse", "main^{tree}"), "hex");
  const tree = writeObject(path, "tree", Buffer.concat([Buffer.from("040000 d\0"), inner]));
  const people = "author Ada <ada@example.org>1700000000 +0000\ncommitter Ada <ada@example.org> 1700000000 +051800";
  return writeObject(path, "commit", `tree ${tree}\nparent ${git(path, "rev-parse", "main")}\n${people}\n\nold\n`);
}

for (const allowFilter of [true, false]) {
  test(`fetchMirror() takes what old tools wrote, ${allowFilter ? "without" : "with"} blobs, and refuses what is bad beside it`, async () => {
    const name = `old-faults-${allowFilter}.git`;
    const path = await makeVersions(folder, name, 3);
    git(path, "update-ref", "refs/heads/main", oldFaults(path));
    const server = await serve(folder, { allowFilter });
    const mirror = await mirrorOf(server, name, { root, id: `old-faults-${allowFilter}` });
    for (let time = 0; time < 2; time += 1) {
      await fetchMirror(mirror);
      assert.equal(git(mirror.gitDir, "rev-list", "--count", "refs/tidemark/heads/main"), "4");
      assert.equal(existsSync(join(mirror.gitDir, "tidemark-unchecked")), false, "and all was checked");
    }
    const blob = Buffer.from(writeObject(path, "blob", "x"), "hex");
    const bad = writeObject(path, "tree", Buffer.concat([Buffer.from("100644 .git\0"), blob]));
    git(path, "update-ref", "refs/heads/bad", git(path, "commit-tree", bad, "-p", "main", "-m", "bad"));
    const other = await mirrorOf(server, name, { root, id: `old-and-bad-${allowFilter}` });
    await assert.rejects(fetchMirror(other), { code: "repository-corrupt" });
    assert.equal(existsSync(other.gitDir), false);
    // a process that was killed between the fetch and the check
    const killed = await mirrorOf(server, name, { root, id: `killed-${allowFilter}` });
    writeFileSync(join(killed.gitDir, "tidemark-unchecked"), "");
    git(
      killed.gitDir,
      "-c",
      "fetch.fsckObjects=false",
      "fetch",
      "--quiet",
      path,
      "+refs/heads/*:refs/tidemark/heads/*",
    );
    await assert.rejects(fetchMirror(killed), { code: "repository-corrupt" });
    assert.equal(existsSync(killed.gitDir), false);
  });
}

test("fetchMirror() goes on after a process that was killed and left its locks", async () => {
  const mirror = await mirrorOf(plain, "ten.git", { root, id: "locked" });
  await fetchMirror(mirror);
  git(mirror.gitDir, "update-ref", "-d", "refs/tidemark/heads/main");
  mkdirSync(join(mirror.gitDir, "refs/tidemark/heads"), { recursive: true });
  for (const lock of ["refs/tidemark/heads/main.lock", "packed-refs.lock", "config.lock"])
    writeFileSync(join(mirror.gitDir, lock), "");
  await fetchMirror(mirror);
  assert.equal((await listRefs(mirror)).refs.length, 1);
});

test("removeLeftovers() removes old halves of objects and what could change history, and keeps the young", async () => {
  const mirror = await mirrorOf(plain, "ten.git", { root, id: "leftovers" });
  await fetchMirror(mirror);
  const old = new Date(Date.now() - 2 * 3_600_000);
  const files = [
    "objects/pack/tmp_pack_old",
    "objects/ab/tmp_obj_old",
    "objects/pack/tmp_idx_new",
    "refs/tidemark/heads/a/b.lock",
    "hooks/post-fetch",
    "info/grafts",
    "info/attributes",
    "objects/info/alternates",
  ];
  for (const file of files) {
    mkdirSync(join(mirror.gitDir, file, ".."), { recursive: true });
    writeFileSync(join(mirror.gitDir, file), "x");
  }
  for (const file of files.filter((each) => each.endsWith("_old"))) utimesSync(join(mirror.gitDir, file), old, old);
  await removeLeftovers(mirror.gitDir);
  assert.deepEqual(
    files.filter((file) => existsSync(join(mirror.gitDir, file))),
    ["objects/pack/tmp_idx_new"],
  );
});

test("removeMirror() removes it, and the next openMirror() makes it anew", async () => {
  const mirror = await mirrorOf(plain, "ten.git", { root, id: "removed" });
  await fetchMirror(mirror);
  await removeMirror({ root, id: "removed" });
  assert.equal(existsSync(mirror.gitDir), false);
  await fetchMirror(await mirrorOf(plain, "ten.git", { root, id: "removed" }));
});

test("a mirror that is thrown away under the hands of who reads or fetches is missing, and nothing worse", async () => {
  for (const name of ["HEAD", "config", "objects", "refs"]) {
    const mirror = await mirrorOf(plain, "ten.git", { root, id: `thrown-${name}` });
    await fetchMirror(mirror);
    rmSync(join(mirror.gitDir, name), { recursive: true });
    const said = (error: unknown): boolean =>
      isTidemarkError(error, "data-folder") && /our copy of it was removed meanwhile/.test(error.message);
    const ask = ["fetch", "--quiet", "--end-of-options", "origin"];
    const network = mirror.remote ?? undefined;
    await assert.rejects(runGit(mirror, ask, { attempt: "fetch from", network }), said, name);
  }
});

test("a mirror has its name once all of it is there: what is stopped before leaves none", async () => {
  const mirror = await mirrorOf(plain, "ten.git", { root, id: "whole" });
  assert.equal(existsSync(join(root, "whole.git")), false);
  assert.equal(unfinished("whole").length, 1);
  await fetchMirror(mirror);
  assert.equal(mirror.gitDir, join(root, "whole.git"));
  assert.deepEqual(unfinished("whole"), []);
  // a process that was killed
  await removeMirror({ root, id: "whole" });
  await mirrorOf(plain, "ten.git", { root, id: "whole" });
  await fetchMirror(await mirrorOf(plain, "ten.git", { root, id: "whole" }));
  assert.deepEqual(unfinished("whole"), [], "the next holder of the lease clears up");
});

test("openWholeMirror() makes one mirror for all who ask at once, and leaves the worker's alone", async () => {
  const remote = await checkRemote(`${plain.url}/ten.git`, TEST_EGRESS);
  const place = { root, id: "together", remote };
  plain.requests.length = 0;
  const mirrors = await Promise.all([1, 2, 3].map(() => openWholeMirror(place)));
  assert.equal(
    plain.requests.filter(({ target }) => target.includes("info/refs")).length,
    2,
    "one ls-remote, one fetch",
  );
  for (const mirror of mirrors) assert.equal((await listRefs(mirror)).refs.length, 1);
  // the worker began before, and ends later
  await removeMirror(place);
  const leased = await openMirror(place);
  const asked = await openWholeMirror(place);
  await fetchMirror(leased);
  assert.deepEqual([asked.gitDir, leased.gitDir], [join(root, "together.git"), join(root, "together.git")]);
  assert.equal((await listRefs(leased)).refs.length, 1);
  assert.deepEqual(unfinished("together"), []);
});

test("openMirror() takes an id and no path", async () => {
  const remote = await checkRemote(`${plain.url}/ten.git`, TEST_EGRESS);
  for (const id of ["../x", "", "a/b", "."]) await assert.rejects(openMirror({ root, id, remote }), TypeError);
});
