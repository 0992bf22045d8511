// Tests of finding commits by what people call them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { git, HistoryBuilder } from "../../test/helpers/git-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { openLocal } from "./local.ts";
import { findCommit, mergeBase, refsNamed } from "./revisions.ts";

const folder = join(temporaryFolder(), "named.git");
const builder = new HistoryBuilder(folder);
builder.commit({ files: { a: "1" } });
const fork = builder.commit({ files: { a: "2" } });
builder.commit({ files: { a: "3" } });
builder.commit({ branch: "topic", parents: [fork], files: { a: "4" } });
builder.commit({ branch: "refs/remotes/origin/far", parents: [fork], files: { a: "5" } });
builder.commit({ branch: "alone", parents: [], files: { a: "6" } });
builder.branch("refs/heads/-evil", fork);
await builder.finish();
git(folder, "tag", "-a", "-m", "x", "v1", "main~2");
const repository = await openLocal(folder);
const sha = (name: string): string => git(folder, "rev-parse", `${name}^{commit}`);

test("findCommit() knows what git rev-parse knows, and branches of origin by their short name", async () => {
  for (const name of [
    "HEAD",
    "main",
    "HEAD~2",
    "main^",
    "v1",
    "tags/v1",
    sha("main"),
    sha("main").slice(0, 8),
    "topic~1",
  ]) {
    assert.equal(await findCommit(repository, name), sha(name), name);
  }
  assert.equal(await findCommit(repository, "far"), sha("origin/far"));
  assert.equal(await findCommit(repository, "far~1"), sha("main~1"));
});

test("findCommit() refuses what names no commit, and nothing becomes an option", async () => {
  const wrong = [
    "",
    "nothing",
    "HEAD~9",
    "HEAD:a",
    "far~9",
    "-evil",
    "--all",
    "--output=x",
    "a\0b",
    "x".repeat(2_000),
    "\u001b[31m",
  ];
  for (const text of wrong) {
    await assert.rejects(findCommit(repository, text), (error) => {
      assert.ok(isTidemarkError(error, "commit-not-found"), text);
      assert.ok(!error.message.includes("\u001b"));
      return true;
    });
  }
});

test("mergeBase() finds where two branches parted, and null where they never met", async () => {
  assert.equal(await mergeBase(repository, sha("main") as Sha, sha("topic") as Sha), sha("main~1"));
  assert.equal(await mergeBase(repository, sha("main") as Sha, sha("alone") as Sha), null);
  await assert.rejects(mergeBase(repository, "--all" as Sha, sha("main") as Sha), TypeError);
});

test("findCommit() takes a branch before a tag of its name, also on the way from there; refsNamed() tells both", async () => {
  const both = join(temporaryFolder(), "both.git");
  const history = new HistoryBuilder(both);
  for (const a of ["1", "2", "3"]) history.commit({ files: { a } });
  await history.finish();
  git(both, "update-ref", "refs/remotes/origin/far", "main~1");
  for (const name of ["main", "far", "HEAD"]) git(both, "tag", name, "refs/heads/main~2");
  const opened = await openLocal(both);
  const full = (name: string): string => git(both, "rev-parse", name);
  assert.equal(await findCommit(opened, "main"), full("refs/heads/main"));
  assert.equal(await findCommit(opened, "main~1"), full("refs/heads/main~1"));
  assert.equal(await findCommit(opened, "far"), full("refs/remotes/origin/far"));
  assert.equal(await findCommit(opened, "refs/tags/main"), full("refs/tags/main"));
  assert.equal(await findCommit(opened, "tags/main"), full("refs/tags/main"));
  assert.equal(await findCommit(opened, "HEAD~1"), full("refs/heads/main~1"));
  assert.deepEqual(await refsNamed(opened, "main~1"), { branch: "refs/heads/main", tag: "refs/tags/main" });
  assert.deepEqual(await refsNamed(opened, "far"), { branch: "refs/remotes/origin/far", tag: "refs/tags/far" });
  for (const none of ["HEAD", "ma", "nothing", "refs/heads/main", "@", ":/x", "-x", ""])
    assert.deepEqual(await refsNamed(opened, none), { branch: null, tag: null }, none);
});
