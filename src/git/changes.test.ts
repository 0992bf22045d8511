// Tests of changes and trees: equal to the model and to git's own trees, whatever shape the history has.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type FileEdit, git, gitBytes, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { buildRandomHistory } from "../../test/helpers/random-history.ts";
import { pick, seededRandom } from "../../test/helpers/seeded-random.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { type ChangeFlags, type FileChange, MAX_RECORDS, readChanges } from "./changes.ts";
import { listCommits } from "./commits.ts";
import { openLocal } from "./local.ts";
import type { GitRepository } from "./repository.ts";
import { listTree } from "./trees.ts";

const SEED = 77;
const folder = temporaryFolder();
const all = () => true;

/** Reads the changes of commits. @returns by index, each with its flags */
async function changesOf(
  repository: GitRepository,
  shas: readonly Sha[],
  options: { wants?: (path: string) => boolean; processes?: 1 | 2 } = {},
): Promise<{ changes: readonly FileChange[]; flags: ChangeFlags }[]> {
  const read: { changes: readonly FileChange[]; flags: ChangeFlags }[] = [];
  await readChanges(repository, shas, {
    wants: options.wants ?? all,
    processes: options.processes ?? 2,
    onCommit: (index, changes, flags) => {
      assert.equal(read[index], undefined, "once for each commit");
      read[index] = { changes, flags };
    },
  });
  assert.equal(read.filter(Boolean).length, shas.length, "for every commit");
  return read;
}

/** The repository and the ids of its commits, parents first. */
async function opened(path: string): Promise<{ repository: GitRepository; shas: Sha[] }> {
  const repository = await openLocal(path);
  const tips = git(path, "for-each-ref", "--format=%(objectname)", "refs/heads").split("\n") as Sha[];
  return { repository, shas: [...(await listCommits(repository, { tips })).shas()] };
}

const model = await buildRandomHistory(join(folder, "random.git"), { seed: SEED, commits: 800 });

test(`readChanges() against first parents gives the files of every commit of the model (seed ${SEED})`, async () => {
  const { repository, shas } = await opened(model.folder);
  assert.equal(shas.length, Number(git(model.folder, "rev-list", "--count", "--all")));
  const read = await changesOf(repository, shas);
  const bySha = new Map(model.commits.map((commit) => [commit.sha, commit]));
  const filesOf = new Map<Sha, Map<string, Sha>>();
  const contents = new Map<Sha, string>();
  shas.forEach((sha, index) => {
    const commit = bySha.get(sha);
    const files = new Map(commit?.parents[0] ? filesOf.get(commit.parents[0]) : []);
    for (const { path, oid, oldOid } of read[index]?.changes ?? []) {
      assert.equal(files.get(path) ?? null, oldOid, "what was there before");
      if (oid === null) files.delete(path);
      else files.set(path, oid);
    }
    filesOf.set(sha, files);
    assert.deepEqual([...files.keys()].sort(), [...(commit?.files.keys() ?? [])].sort());
    for (const [path, oid] of files) {
      const content = commit?.files.get(path) as string;
      assert.equal(contents.get(oid) ?? content, content, "one id, one content");
      contents.set(oid, content);
    }
  });
  assert.ok(
    Object.values(model.shapes).every((count) => count > 0),
    JSON.stringify(model.shapes),
  );
});

test(`listTree() equals git's own tree at 200 commits (seed ${SEED})`, async () => {
  const { repository } = await opened(model.folder);
  const random = seededRandom(SEED);
  const wants = (path: string) => path.endsWith(".json");
  for (let i = 0; i < 200; i += 1) {
    const { sha, files } = pick(random, model.commits);
    const listed = await listTree(repository, sha, { wants });
    assert.deepEqual(
      listed.files.map(({ path }) => path),
      [...files.keys()].filter(wants).sort(),
    );
    const expected =
      i % 20 === 0
        ? git(model.folder, "ls-tree", "-r", sha)
            .split("\n")
            .filter((line) => wants(line))
        : null;
    if (expected)
      assert.deepEqual(
        listed.files.map(({ path, oid }) => `100644 blob ${oid}\t${path}`),
        expected,
      );
  }
});

test("readChanges() gives the same by one process and by two", async () => {
  const { repository, shas } = await opened(model.folder);
  const wants = (path: string) => path.includes("metrics");
  assert.deepEqual(
    await changesOf(repository, shas, { wants, processes: 1 }),
    await changesOf(repository, shas, { wants }),
  );
});

test("readChanges() asks about each path once, and gives wanted ones only", async () => {
  const { repository, shas } = await opened(model.folder);
  const asked: string[] = [];
  const wants = (path: string) => asked.push(path) > 0 && path === "metrics.json";
  const read = await changesOf(repository, shas, { wants, processes: 1 });
  assert.equal(new Set(asked).size, asked.length);
  assert.deepEqual([...new Set(read.flatMap(({ changes }) => changes.map(({ path }) => path)))], ["metrics.json"]);
});

test("readChanges() and listTree() tell files, symlinks and submodules apart, and take any path", async () => {
  const path = join(folder, "kinds.git");
  const history = new HistoryBuilder(path);
  const oid = "1".repeat(40);
  const first = history.commit({
    files: new Map<string | Buffer, FileEdit>([
      ["file.json", "1"],
      ["run.sh", { mode: "100755", content: "x" }],
      ["link.json", { mode: "120000", content: "file.json" }],
      ["module", { mode: "160000", oid }],
      ['with\nnewline\tand "quotes"', "2"],
      [":starts with a colon", "3"],
      ["日本/🌊.json", "4"],
      [Buffer.from("caf\xe9.json", "latin1"), "5"],
      [`${"d/".repeat(500)}deep`, "6"],
    ]),
  });
  history.commit({
    files: { "file.json": { mode: "120000", content: "run.sh" }, module: "now a file", "run.sh": null },
  });
  const shaOf = await history.finish();
  const { repository, shas } = await opened(path);
  const [root, next] = await changesOf(repository, shas);
  const kinds = Object.fromEntries(root?.changes.map(({ path: name, kind }) => [name, kind]) ?? []);
  assert.deepEqual(kinds, {
    ":starts with a colon": "file",
    [`${"d/".repeat(500)}deep`]: "file",
    "caf\\xe9.json": "file",
    "file.json": "file",
    "link.json": "symlink",
    module: "submodule",
    "run.sh": "file",
    'with\nnewline\tand "quotes"': "file",
    "日本/🌊.json": "file",
  });
  const tree = await listTree(repository, shaOf(first), { wants: all });
  assert.deepEqual(Object.fromEntries(tree.files.map(({ path: name, kind }) => [name, kind])), kinds);
  assert.deepEqual(
    next?.changes.map(({ path: name, kind, oid: now }) => [name, kind, now === null]),
    [
      ["file.json", "symlink", false],
      ["module", "file", false],
      ["run.sh", "deleted", true],
    ],
  );
});

test("readChanges() stops at the budget of one commit and goes on with the next", async () => {
  const path = join(folder, "many.git");
  const history = new HistoryBuilder(path);
  history.commit({ files: { "metrics.json": "1" } });
  const files = Object.fromEntries(Array.from({ length: MAX_RECORDS + 10 }, (_, n) => [`many/${n % 250}/${n}`, "x"]));
  history.commit({ files });
  history.commit({ files: { "metrics.json": "2" } });
  await history.finish();
  const { repository, shas } = await opened(path);
  const read = await changesOf(repository, shas);
  assert.deepEqual(
    read.map(({ flags }) => flags.tooManyChanges),
    [false, true, false],
  );
  assert.deepEqual(
    read.map(({ changes }) => changes.length),
    [1, MAX_RECORDS, 1],
  );
});

test("listTree() and readChanges() end early in a tree bomb", async () => {
  const path = join(folder, "bomb.git");
  const history = new HistoryBuilder(path);
  history.commit({});
  await history.finish();
  let tree = writeObject(path, "blob", "x");
  for (let level = 0; level < 10; level += 1) {
    const entries = Array.from(
      { length: 10 },
      (_, n) => `${level === 0 ? "100644 blob" : "040000 tree"} ${tree}\tf${n}\n`,
    );
    tree = gitBytes(path, ["mktree"], entries.join("")).toString().trim() as Sha;
  }
  const sha = git(path, "commit-tree", tree, "-m", "bomb") as Sha;
  const repository = await openLocal(path);
  const listed = await listTree(repository, sha, { wants: () => false, maxEntries: 1_000 });
  assert.deepEqual(listed, { files: [], truncated: true });
  const after = git(path, "commit-tree", `${sha}^{tree}`, "-p", sha, "-m", "after") as Sha;
  const read = await changesOf(repository, [sha, after], { wants: (name) => name.endsWith("9") });
  assert.deepEqual(
    read.map(({ flags }) => flags.tooManyChanges),
    [true, false],
  );
});

test("readChanges() says when a commit or a tree is missing, and stops both processes", async () => {
  const { repository, shas } = await opened(model.folder);
  const gone = "1234567890123456789012345678901234567890" as Sha;
  await assert.rejects(changesOf(repository, [...shas, gone]), { code: "repository-corrupt" });
  const treeless = writeObject(
    model.folder,
    "commit",
    `tree ${gone}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n`,
  );
  await assert.rejects(changesOf(repository, [treeless]), { code: "repository-corrupt" });
  await assert.rejects(listTree(repository, gone, { wants: all }), { code: "repository-corrupt" });
});

test("readChanges() of no commits calls nobody", async () => {
  assert.deepEqual(await changesOf(await openLocal(model.folder), []), []);
});

test("readChanges() and listTree() read a repository with SHA-256 ids", async () => {
  const path = join(folder, "sha256.git");
  const history = new HistoryBuilder(path, { objectFormat: "sha256" });
  for (let n = 0; n < 3; n += 1) history.commit({ files: { "metrics.json": String(n) } });
  await history.finish();
  const { repository, shas } = await opened(path);
  const read = await changesOf(repository, shas);
  assert.deepEqual(
    read.map(({ changes }) => changes[0]?.oid?.length),
    [64, 64, 64],
  );
  const { files } = await listTree(repository, shas[2] as Sha, { wants: all });
  assert.deepEqual(files, [{ path: "metrics.json", oid: read[2]?.changes[0]?.oid, kind: "file" }]);
});

test("listTree() takes nothing but an id as an argument", async () => {
  await assert.rejects(listTree(await openLocal(model.folder), "--help" as Sha, { wants: all }), TypeError);
});
