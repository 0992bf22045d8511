// Tests of mirrors over real HTTP: branches only, no secret anywhere, every server, every fault, nothing left behind.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { git, gitBytes, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { type GitServer, type GitServerOptions, startGitServer } from "../../test/helpers/git-server.ts";
import { mirrorOf, TEST_EGRESS } from "../../test/helpers/mirror-of.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { createLog } from "../log.ts";
import { checkRemote } from "../outbound.ts";
import { basicAuthorization, Secret } from "../secrets.ts";
import { readBlob, readBlobs } from "./blobs.ts";
import { listCommits, readFacts } from "./commits.ts";
import { type FetchProgress, fetchMirror, openMirror, removeMirror } from "./mirror.ts";
import { removeLeftovers } from "./mirror-folder.ts";
import { presentBlobs } from "./prefetch.ts";
import { configureGit, gitProgram } from "./program.ts";
import { listRefs } from "./refs.ts";
import { readRemote } from "./remote.ts";
import type { GitRepository } from "./repository.ts";

const folder = temporaryFolder();
const root = join(folder, "mirrors");
const servers: GitServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));
afterEach(() => configureGit({}));

/** A server of the folder, closed after the tests. */
async function serverWith(options: Partial<GitServerOptions> = {}): Promise<GitServer> {
  const server = await startGitServer({ root: folder, ...options });
  servers.push(server);
  return server;
}

/** A bare repository of `count` commits on `main`, each with its own `metrics.json`. */
async function source(name: string, count: number, objectFormat: "sha1" | "sha256" = "sha1"): Promise<string> {
  const path = join(folder, name);
  const history = new HistoryBuilder(path, { objectFormat });
  for (let n = 0; n < count; n += 1) history.commit({ files: { "metrics.json": `{"n":${n}}`, [`f${n % 7}`]: `${n}` } });
  await history.finish();
  return path;
}

/** Every version of `metrics.json` that a repository's branches hold. */
async function versionsOf(repository: GitRepository, path: string): Promise<string[]> {
  const { refs } = await listRefs(repository);
  const graph = await listCommits(repository, { tips: refs.map(({ sha }) => sha) });
  const names = [...graph.shas()].map((sha) => `${sha}:metrics.json\n`).join("");
  const answers = gitBytes(path, ["cat-file", "--batch-check=%(objectname)"], names).toString("latin1");
  const ids = answers.trim().split("\n") as Sha[];
  const contents: string[] = [];
  for await (const reading of readBlobs(repository, ids, { maxBytes: 1_000 })) {
    contents.push("bytes" in reading ? String(reading.bytes) : "missing");
  }
  return contents;
}

const ten = await source("ten.git", 10);
const TEN_VERSIONS = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`);
const plain = await serverWith();

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
    const mirror = await mirrorOf(await serverWith(options), "ten.git", { root, id: `server-${name.length}` });
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
  const path = await source("sha256.git", 4, "sha256");
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
  const path = await source("forged.git", 5);
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
  const path = await source("moving.git", 3);
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
  const path = await source("thousand.git", 1_000);
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

test("fetchMirror() puts many packs together, and the mirror stays a blobless one", async () => {
  const path = await source("packs.git", 10);
  const mirror = await mirrorOf(plain, "packs.git", { root, id: "packs" });
  await fetchMirror(mirror);
  const packs = () => readdirSync(join(mirror.gitDir, "objects/pack")).filter((name) => name.endsWith(".pack")).length;
  for (let n = 0; n < 10; n += 1) {
    const oid = git(path, "rev-parse", `main~${n}:metrics.json`) as Sha;
    await readBlob(mirror, oid, { maxBytes: 100 });
  }
  assert.equal(packs(), 11, `${packs()} packs`);
  git(path, "branch", "new", git(path, "commit-tree", "main^{tree}", "-p", "main", "-m", "new"));
  await fetchMirror(mirror, { maxPacks: 5 });
  assert.ok(packs() <= 3, `${packs()} packs`);
  plain.requests.length = 0;
  assert.equal((await versionsOf(mirror, path)).length, 10);
  assert.equal(plain.requests.length, 0, "what was there is there still");
  const other = git(path, "rev-parse", "main~8:f1") as Sha;
  assert.deepEqual(await presentBlobs(mirror, [other]), new Set());
  assert.ok("bytes" in (await readBlob(mirror, other, { maxBytes: 100 })), "and the rest can be fetched");
});

test("fetchMirror() tells how far it is", async () => {
  const told: FetchProgress[] = [];
  const mirror = await mirrorOf(plain, "thousand.git", { root, id: "progress" });
  await fetchMirror(mirror, { onProgress: (progress) => told.push(progress) });
  assert.equal(told[0]?.phase, "connecting");
  const last = told.findLast(({ phase }) => phase === "receiving");
  assert.ok(last && last.done === last.total && last.done > 1_000);
});

test("a login is in no argument, file or log line, and reaches its server only", {
  skip: !existsSync("/proc/self/cmdline"),
}, async () => {
  const password = "canary-e1f64b7a90";
  const canaries = [password, Buffer.from(`ada:${password}`).toString("base64").replace(/=+$/, "")];
  let log = "";
  let seen = 0;
  configureGit({ log: createLog({ level: "debug", destination: { write: (line) => (log += line) } }) });
  const server = await serverWith({
    login: { user: "ada", password },
    fault: () => {
      seen += 1;
      const lines = readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(commandLine);
      assert.ok(
        lines.some((line) => line.includes("remote-http")),
        "git is at work just now",
      );
      for (const canary of canaries)
        assert.deepEqual(
          lines.filter((line) => line.includes(canary)),
          [],
        );
      return null;
    },
  });
  const authorization = basicAuthorization("ada", Secret.of(password));
  const mirror = await mirrorOf(server, "ten.git", { root, id: "canary", authorization });
  await fetchMirror(mirror);
  assert.deepEqual(await versionsOf(mirror, ten), TEN_VERSIONS);
  assert.ok(seen >= 6 && server.requests.every((request) => request.authorization?.includes(canaries[1] as string)));
  const without = await mirrorOf(server, "ten.git", { root, id: "canary" });
  await assert.rejects(
    fetchMirror(without),
    (error: Error) => !canaries.some((canary) => String(error.cause).includes(canary)),
  );
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = files.filter((entry) =>
    canaries.some((canary) => readFileSync(join(entry.parentPath, entry.name)).includes(canary)),
  );
  assert.deepEqual(holding, []);
  assert.ok(log.includes("git ended") && !canaries.some((canary) => log.includes(canary)));
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it ended meanwhile
  }
}

test("git connects to the address that was checked, and asks nobody for another", async () => {
  const text = `http://forge.invalid:${plain.port}/ten.git`;
  const remote = await checkRemote(text, TEST_EGRESS, async () => ["127.0.0.1"]);
  assert.equal((await readRemote(remote)).head, "main", "a name that no DNS server knows");
  const other = await checkRemote(text, TEST_EGRESS, async () => ["127.0.0.9"]);
  await assert.rejects(readRemote(other), { code: "remote-unreachable" });
});

test("no redirect is followed", async () => {
  const target = await serverWith();
  const redirecting = await serverWith({ fault: (request) => ({ kind: "redirect", to: target.url + request.target }) });
  const remote = await checkRemote(`${redirecting.url}/ten.git`, TEST_EGRESS);
  await assert.rejects(readRemote(remote), { code: "remote-unreachable" });
  assert.equal(target.requests.length, 0);
});

for (const { name, fault, code } of [
  { name: "no such repository", fault: { kind: "status", status: 404 }, code: "access-denied" },
  { name: "no access", fault: { kind: "status", status: 403 }, code: "access-denied" },
  { name: "a failing server", fault: { kind: "status", status: 500 }, code: "remote-unreachable" },
  { name: "a page instead of a repository", fault: { kind: "body", text: "<html>\nhello" }, code: "not-a-repository" },
  { name: "a page of one line", fault: { kind: "body", text: "<html>hello" }, code: "not-a-repository" },
] as const) {
  test(`readRemote() calls ${name} ${code}`, async () => {
    const server = await serverWith({ fault: () => fault });
    const remote = await checkRemote(`${server.url}/ten.git`, TEST_EGRESS);
    await assert.rejects(readRemote(remote), { code });
    await assert.rejects(openMirror({ root, id: "never", remote }), { code });
    assert.deepEqual(
      readdirSync(root).filter((entry) => /never|new-/.test(entry)),
      [],
      "nothing is left behind",
    );
  });
}

for (const afterBytes of [0, 100, 1_000, 20_000]) {
  test(`fetchMirror() survives a connection that breaks after ${afterBytes} bytes`, async () => {
    let faulty = true;
    const server = await serverWith({
      fault: ({ method }) => (faulty && method === "POST" ? { kind: "cut", afterBytes } : null),
    });
    faulty = false;
    const mirror = await mirrorOf(server, "thousand.git", { root, id: `cut-${afterBytes}` });
    faulty = true;
    await assert.rejects(fetchMirror(mirror), { code: "remote-unreachable" });
    assert.deepEqual((await listRefs(mirror)).refs, []);
    faulty = false;
    await fetchMirror(mirror);
    assert.equal((await listRefs(mirror)).refs.length, 1);
  });
}

test("fetchMirror() can be stopped while a server hangs", async () => {
  let hangs = false;
  const stop = new AbortController();
  const server = await serverWith({
    fault: () => {
      if (hangs) setImmediate(() => stop.abort(new Error("stopped")));
      return hangs ? { kind: "hang" } : null;
    },
  });
  const mirror = await mirrorOf(server, "ten.git", { root, id: "hang" });
  hangs = true;
  await assert.rejects(fetchMirror(mirror, { signal: stop.signal }), /stopped/);
});

test("fetchMirror() keeps to its quota, and moves no branch beyond it", async () => {
  const mirror = await mirrorOf(plain, "thousand.git", { root, id: "quota" });
  await assert.rejects(fetchMirror(mirror, { quotaBytes: 50_000 }), { code: "limit-exceeded" });
  assert.deepEqual((await listRefs(mirror)).refs, []);
});

test("fetchMirror() removes the mirror when git refuses its objects", async () => {
  const path = await source("malformed.git", 1);
  const blob = writeObject(path, "blob", "x");
  const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
  const tree = writeObject(path, "tree", entry);
  git(path, "update-ref", "refs/heads/bad", git(path, "commit-tree", tree, "-m", "bad"));
  const mirror = await mirrorOf(plain, "malformed.git", { root, id: "malformed" });
  await assert.rejects(fetchMirror(mirror), { code: "repository-corrupt" });
  assert.equal(existsSync(mirror.gitDir), false);
});

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
    "objects/pack/tmp_idx_new",
    "info/grafts",
    "info/attributes",
    "objects/info/alternates",
  ];
  for (const file of files) {
    mkdirSync(join(mirror.gitDir, file, ".."), { recursive: true });
    writeFileSync(join(mirror.gitDir, file), "x");
  }
  utimesSync(join(mirror.gitDir, "objects/pack/tmp_pack_old"), old, old);
  await removeLeftovers(mirror.gitDir);
  assert.deepEqual(
    files.filter((file) => existsSync(join(mirror.gitDir, file))),
    ["objects/pack/tmp_idx_new"],
  );
});

test("removeMirror() removes it, and the next openMirror() makes it anew", async () => {
  const mirror = await mirrorOf(plain, "ten.git", { root, id: "removed" });
  await removeMirror({ root, id: "removed" });
  assert.equal(existsSync(mirror.gitDir), false);
  await fetchMirror(await mirrorOf(plain, "ten.git", { root, id: "removed" }));
});

test("openMirror() takes an id and no path", async () => {
  const remote = await checkRemote(`${plain.url}/ten.git`, TEST_EGRESS);
  for (const id of ["../x", "", "a/b", "."]) await assert.rejects(openMirror({ root, id, remote }), TypeError);
});
