// Tests of branches: names of every kind, the default branch, detached heads, pins.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { git, gitBytes, HistoryBuilder, makeBare, writeObject } from "../../test/helpers/git-history.ts";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { mirrorOf } from "../../test/helpers/mirror-of.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { openLocal } from "./local.ts";
import { fetchMirror } from "./mirror.ts";
import { clampedTime, defaultBranch, type GitRef, listRefs, pinnedTips, pinTips, unpinTips } from "./refs.ts";

const folder = temporaryFolder();
const server = await startGitServer({ root: folder });
after(() => server.close());

/** Names that are legal in Git and awkward elsewhere. */
const NAMES = [
  "-evil",
  "--upload-pack=x",
  "a;b$(id)",
  '"quoted"',
  "it's",
  "<img/src=x>",
  "HEAD",
  "refs/heads/x",
  "A",
  "a",
  "deep/er/est",
  "🌊",
  "x".repeat(240),
  "caf\\xe9",
];

/** A repository with these branches on one commit; the name `caf\xe9` is written as Latin-1. */
async function repositoryWith(name: string, branches: readonly string[]): Promise<Sha> {
  const history = new HistoryBuilder(join(folder, name));
  const mark = history.commit({ branch: `refs/heads/${branches[0]}` });
  for (const branch of branches.slice(1)) if (!branch.includes("\\x")) history.branch(`refs/heads/${branch}`, mark);
  const sha = (await history.finish())(mark);
  if (branches.includes("caf\\xe9")) {
    const line = Buffer.concat([Buffer.from("create refs/heads/caf"), Buffer.from([0xe9]), Buffer.from(` ${sha}\n`)]);
    gitBytes(join(folder, name), ["update-ref", "--stdin"], line);
  }
  return sha;
}

await repositoryWith("names.git", ["main", ...NAMES]);

test("listRefs() gives every legal name of a local folder, bytes and text", async () => {
  const { refs, head } = await listRefs(await openLocal(join(folder, "names.git")));
  assert.deepEqual(refs.map(({ name }) => name).sort(), ["main", ...NAMES].sort());
  assert.deepEqual(refs.find(({ name }) => name === "caf\\xe9")?.nameBytes, Buffer.from("caf\xe9", "latin1"));
  assert.equal(head, "main");
});

test("listRefs() gives every legal name of a mirror as the remote has it", async () => {
  const mirror = await mirrorOf(server, "names.git", { root: join(folder, "mirrors") });
  await fetchMirror(mirror);
  const { refs, head } = await listRefs(mirror);
  assert.deepEqual(refs.map(({ name }) => name).sort(), ["main", ...NAMES].sort());
  assert.equal(head, "main");
});

test("listRefs() follows a remote's HEAD, also to a name that is not UTF-8", async () => {
  const root = join(folder, "mirrors-head");
  await repositoryWith("head.git", ["trunk", "main", "caf\\xe9"]);
  gitBytes(join(folder, "head.git"), ["symbolic-ref", "HEAD", "refs/heads/trunk"]);
  const mirror = await mirrorOf(server, "head.git", { root });
  await fetchMirror(mirror);
  assert.equal((await listRefs(mirror)).head, "trunk");
  gitBytes(join(folder, "head.git"), ["symbolic-ref", "HEAD", "refs/heads/gone"]);
  await fetchMirror(mirror);
  assert.equal((await listRefs(mirror)).head, "main", "a HEAD that names nothing says nothing");
});

test("listRefs() of a local clone gives heads and origin's branches by short name, and a head wins", async () => {
  await repositoryWith("source.git", ["main", "only-remote"]);
  git(folder, "clone", "--quiet", join(folder, "source.git"), "clone");
  const clone = join(folder, "clone");
  git(clone, "commit", "--quiet", "--allow-empty", "-m", "ahead");
  git(clone, "tag", "v1");
  const { refs, head, detached } = await listRefs(await openLocal(clone));
  assert.deepEqual(
    refs.map(({ name }) => name),
    ["main", "only-remote"],
  );
  assert.equal(refs[0]?.sha, git(clone, "rev-parse", "main"));
  assert.deepEqual([head, detached], ["main", null]);
});

test("listRefs() of more branches than are listed has the default one among them", async () => {
  for (const repository of [
    await openLocal(join(folder, "names.git")),
    await mirrorOf(server, "names.git", { root: join(folder, "mirrors") }),
  ]) {
    if (repository.kind === "mirror") await fetchMirror(repository);
    const { refs, head, truncated } = await listRefs(repository, 3);
    assert.equal(head, "main");
    assert.equal(truncated, true);
    assert.equal(refs.filter(({ name }) => name === "main").length, 1);
    assert.equal(refs.length, 4);
  }
});

test("listRefs() works with a detached HEAD, and where there is nothing else it is the one branch", async () => {
  const sha = await repositoryWith("detached.git", ["topic"]);
  git(folder, "clone", "--quiet", join(folder, "detached.git"), "detached", "--branch", "topic");
  const clone = join(folder, "detached");
  git(clone, "checkout", "--quiet", "--detach");
  const beside = await listRefs(await openLocal(clone));
  assert.deepEqual([beside.head, beside.detached], ["topic", sha]);
  git(clone, "branch", "--quiet", "-D", "topic");
  git(clone, "remote", "remove", "origin");
  const alone = await listRefs(await openLocal(clone));
  assert.deepEqual(
    alone.refs.map(({ name }) => name),
    ["HEAD"],
  );
  assert.deepEqual([alone.head, alone.refs[0]?.sha, alone.detached], ["HEAD", sha, sha]);
  assert.ok((alone.refs[0]?.committedAt ?? 0) > 1_600_000_000_000);
});

test("listRefs() of an empty repository is an empty list", async () => {
  makeBare(join(folder, "empty.git"));
  const nothing = { refs: [], head: null, detached: null, truncated: false };
  assert.deepEqual(await listRefs(await openLocal(join(folder, "empty.git"))), nothing);
  const mirror = await mirrorOf(server, "empty.git", { root: join(folder, "mirrors-empty") });
  assert.deepEqual(await fetchMirror(mirror), []);
  assert.deepEqual(await listRefs(mirror), nothing);
});

test("listRefs() leaves out a head that names no commit", async () => {
  await repositoryWith("odd.git", ["main"]);
  const blob = writeObject(join(folder, "odd.git"), "blob", "x");
  git(join(folder, "odd.git"), "update-ref", "refs/tags/blob", blob);
  gitBytes(join(folder, "odd.git"), ["pack-refs", "--all"]);
  const { refs } = await listRefs(await openLocal(join(folder, "odd.git")));
  assert.deepEqual(
    refs.map(({ name }) => name),
    ["main"],
  );
});

test("pinTips() keeps commits that the remote has dropped, until unpinTips()", async () => {
  const first = await repositoryWith("pins.git", ["main"]);
  const mirror = await mirrorOf(server, "pins.git", { root: join(folder, "mirrors-pins") });
  await fetchMirror(mirror);
  await pinTips(mirror, [first]);
  git(join(folder, "pins.git"), "update-ref", "-d", "refs/heads/main");
  await fetchMirror(mirror);
  assert.deepEqual((await listRefs(mirror)).refs, []);
  assert.deepEqual(await pinnedTips(mirror), [first]);
  await unpinTips(mirror);
  assert.deepEqual(await pinnedTips(mirror), []);
});

test("pinTips() never writes into a person's folder", async () => {
  const local = await openLocal(join(folder, "names.git"));
  await assert.rejects(pinTips(local, []), TypeError);
  await assert.rejects(unpinTips(local), TypeError);
});

for (const { name, head, branches, expected } of [
  { name: "takes what HEAD names", head: "dev", branches: ["main", "dev"], expected: "dev" },
  {
    name: "takes main when HEAD names nothing that exists",
    head: "gone",
    branches: ["dev", "main", "master"],
    expected: "main",
  },
  { name: "takes master without main", head: null, branches: ["dev", "master"], expected: "master" },
  { name: "takes the only branch", head: null, branches: ["dev"], expected: "dev" },
  { name: "takes the newest of several", head: null, branches: ["old", "newest", "older"], expected: "newest" },
  { name: "is null without branches", head: "main", branches: [], expected: null },
]) {
  test(`defaultBranch() ${name}`, () => {
    const times: Record<string, number> = { newest: 3, old: 2, older: 1 };
    const refs = branches.map((branch): GitRef => {
      return {
        name: branch,
        nameBytes: Buffer.from(branch),
        sha: "0".repeat(40) as Sha,
        committedAt: times[branch] ?? 0,
      };
    });
    assert.equal(defaultBranch(refs, head), expected);
  });
}

for (const [seconds, expected] of [
  ["1700000000", 1_700_000_000_000],
  ["0", 0],
  ["-5", 0],
  ["", 0],
  ["no number", 0],
  ["99999999999", 2_086_400_000],
  ["9223372036854775807", 2_086_400_000],
  ["18446744073709551615", 2_086_400_000],
] as const) {
  test(`clampedTime() makes ${expected} of ${JSON.stringify(seconds)}`, () => {
    assert.equal(clampedTime(seconds, seconds === "1700000000" ? 1_800_000_000_000 : 2_000_000_000), expected);
  });
}
