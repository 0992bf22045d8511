// Tests of folders read in place: every kind of folder is found, none is changed, no setting in it is run.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import type { Sha } from "../domain/model.ts";
import { git, gitBytes, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { readBlobs } from "./blobs.ts";
import { readChanges } from "./changes.ts";
import { listCommits, readFacts } from "./commits.ts";
import { openLocal } from "./local.ts";
import { listRefs } from "./refs.ts";
import type { GitRepository } from "./repository.ts";
import { listTree } from "./trees.ts";

const folder = temporaryFolder();
const bare = join(folder, "größe mit blank.git");
const history = new HistoryBuilder(bare);
for (let i = 0; i < 5; i += 1) history.commit({ files: { "runs/metrics.json": `{"a":${i}}`, [`f${i}`]: "x" } });
await history.finish();
const work = join(folder, "work");
git(folder, "clone", "--quiet", bare, work);
git(work, "worktree", "add", "--quiet", "-b", "side", join(folder, "linked"));

/** Reads everything there is to read of a repository, as an import does. @returns values by path */
async function readAll(repository: GitRepository): Promise<{ commits: number; contents: string[] }> {
  const { refs } = await listRefs(repository);
  const graph = await listCommits(repository, { tips: refs.map(({ sha }) => sha) });
  const oids = new Set<Sha>();
  const shas = [...graph.shas()];
  const onCommit: Parameters<typeof readChanges>[2]["onCommit"] = (_, changes) => {
    for (const { oid } of changes) if (oid) oids.add(oid);
  };
  await readChanges(repository, shas, { wants: (path) => path.endsWith(".json"), onCommit });
  for await (const { subject } of readFacts(repository, shas)) assert.match(subject, /^commit/);
  await listTree(repository, shas.at(-1) as Sha, { wants: () => true });
  const contents: string[] = [];
  for await (const reading of readBlobs(repository, [...oids], { maxBytes: 100 })) {
    contents.push("missing" in reading ? "missing" : String(reading.bytes));
  }
  return { commits: shas.length, contents };
}

for (const { name, at } of [
  { name: "a work tree", at: "work" },
  { name: "a folder inside a work tree", at: "work/runs" },
  { name: "its .git folder", at: "work/.git" },
  { name: "a bare repository", at: "größe mit blank.git" },
  { name: "a linked work tree", at: "linked" },
]) {
  test(`openLocal() opens ${name}`, async () => {
    const repository = await openLocal(join(folder, at));
    const { commits, contents } = await readAll(repository);
    assert.equal(commits, 5);
    assert.deepEqual(contents, ['{"a":0}', '{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}']);
    assert.deepEqual(
      [repository.kind, repository.objectFormat, repository.partial, repository.shallow],
      ["local", "sha1", false, false],
    );
  });
}

test("openLocal() opens a relative path and a symbolic link", async () => {
  symlinkSync(work, join(folder, "link"));
  assert.equal((await openLocal(join(folder, "link"))).gitDir, join(work, ".git"));
  assert.equal((await openLocal(relative(process.cwd(), work))).gitDir, join(work, ".git"));
});

test("openLocal() says what it found instead of a repository", async () => {
  mkdirSync(join(folder, "plain"));
  writeFileSync(join(folder, "file"), "x");
  const expected = { plain: /found no Git repository/, file: /found a file/, absent: /found no such folder/ };
  for (const [name, message] of Object.entries(expected)) {
    await assert.rejects(openLocal(join(folder, name)), { code: "not-a-repository", message }, name);
  }
});

test("openLocal() tells a shallow and a blobless clone from a whole one; missing files are missing, not an error", async () => {
  git(bare, "config", "uploadpack.allowFilter", "true");
  git(folder, "clone", "--quiet", "--depth=2", `file://${bare}`, "shallow");
  git(folder, "clone", "--quiet", "--no-checkout", "--filter=blob:none", `file://${bare}`, "blobless");
  const shallow = await openLocal(join(folder, "shallow"));
  assert.equal(shallow.shallow, true);
  assert.equal((await readAll(shallow)).commits, 2);
  const blobless = await openLocal(join(folder, "blobless"));
  assert.equal(blobless.partial, true);
  const oid = git(bare, "rev-parse", "HEAD:runs/metrics.json") as Sha;
  gitBytes(join(folder, "blobless"), ["hash-object", "-w", "--stdin"], '{"a":4}');
  const { contents } = await readAll(blobless);
  assert.deepEqual(contents, ["missing", "missing", "missing", "missing", '{"a":4}'], oid);
});

test("reading a clone without its older trees says what is missing and what brings it", async () => {
  git(bare, "config", "uploadpack.allowFilter", "true");
  git(folder, "clone", "--quiet", "--no-checkout", "--filter=tree:0", `file://${bare}`, "treeless");
  const treeless = join(folder, "treeless");
  await assert.rejects(readAll(await openLocal(treeless)), {
    code: "repository-corrupt",
    message: /left out: it was made with --filter, wanted a complete clone \(`git fetch --refetch --no-filter`/,
  });
  git(treeless, "fetch", "--quiet", "--refetch", "--no-filter");
  assert.equal((await readAll(await openLocal(treeless))).commits, 5);
});

test("openLocal() and all reading change nothing in a folder", async () => {
  const before = snapshot(work);
  await readAll(await openLocal(work));
  assert.deepEqual(snapshot(work), before);
});

test("reading runs nothing that a repository's own settings name", async () => {
  const trap = join(folder, "trap");
  git(folder, "clone", "--quiet", bare, trap);
  const script = join(folder, "trap.sh");
  const sprung = join(folder, "sprung");
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> "${sprung}"\ncat\n`);
  chmodSync(script, 0o755);
  const settings = [
    "core.fsmonitor",
    "core.pager",
    "pager.log",
    "gpg.program",
    "diff.external",
    "core.editor",
    "diff.x.textconv",
  ];
  settings.push(
    "core.sshCommand",
    "core.askPass",
    "credential.helper",
    "core.alternateRefsCommand",
    "filter.x.smudge",
    "diff.x.command",
  );
  for (const name of settings) git(trap, "config", name, script);
  const harmless = {
    "log.showSignature": "true",
    "diff.orderFile": join(folder, "absent"),
    "diff.renames": "copies",
  };
  for (const [name, value] of Object.entries(harmless)) git(trap, "config", name, value);
  git(trap, "config", "core.hooksPath", folder);
  writeFileSync(join(trap, ".git/info/attributes"), "* diff=x filter=x\n");
  git(trap, "update-ref", "refs/heads/signed", signedCommit(trap));
  assert.equal((await readAll(await openLocal(trap))).contents.length, 5);
  assert.equal(existsSync(sprung), false, existsSync(sprung) ? readFileSync(sprung, "utf8") : "");
});

test("openLocal() reads a folder that belongs to somebody else", { skip: process.getuid?.() !== 0 }, async () => {
  const foreign = join(folder, "foreign");
  git(folder, "clone", "--quiet", bare, foreign);
  execFileSync("chown", ["-R", "nobody", foreign]);
  assert.equal((await readAll(await openLocal(join(foreign, "runs")))).commits, 5);
});

test("reading sees the true history beside replace refs, grafts and notes", async () => {
  const forged = join(folder, "forged");
  git(folder, "clone", "--quiet", bare, forged);
  const [tip = "", parent = ""] = git(forged, "rev-list", "HEAD").split("\n");
  const other = git(forged, "commit-tree", `${parent}^{tree}`, "-m", "forged subject");
  git(forged, "replace", tip, other);
  git(forged, "notes", "add", "-m", "a note", tip);
  writeFileSync(join(forged, ".git/info/grafts"), `${tip}\n`);
  assert.equal(git(forged, "log", "--format=%s", "-1"), "forged subject", "git itself is taken in");
  assert.equal((await readAll(await openLocal(forged))).commits, 5);
});

/** A commit with a signature, which a repository's gpg.program would be asked about. */
function signedCommit(path: string): Sha {
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
  const headers = git(path, "cat-file", "commit", "HEAD").split("\n\n")[0] as string;
  return writeObject(path, "commit", `${headers}\n${signature}\n\ncommit, signed\n`);
}

/** Every file of a folder with its content. */
function snapshot(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return files.map((file) => `${file} ${readFileSync(file).toString("base64").slice(0, 2_000)}`);
}
