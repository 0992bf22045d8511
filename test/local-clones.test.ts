// Folders of every kind that people work in: imported where they lie, followed by syncs, and never written to.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { git } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const bench = await openIngestBench();
after(() => bench.close());

const origin = new PushedRepository(join(bench.folder, "origin.git"));
for (let count = 0; count < 3; count += 1) origin.commit("main");
origin.commit("dev", { parents: [origin.head("main")] });
const first = git(origin.folder, "rev-list", "--max-parents=0", "main");

interface Kind {
  /** makes it of a clone in `folder`. @returns what is added */
  readonly make: (folder: string) => string;
  readonly branches: readonly string[];
  readonly head: string;
}

const DETACHED = ["checkout", "--quiet", "--detach", first] as const;

const KINDS: Readonly<Record<string, Kind>> = {
  "a work tree with a branch of its own beside origin's": {
    make: (folder) => folder,
    branches: ["dev", "main"],
    head: "main",
  },
  "a folder inside a work tree": {
    make: (folder) => {
      mkdirSync(join(folder, "inside"));
      return join(folder, "inside");
    },
    branches: ["dev", "main"],
    head: "main",
  },
  "a linked work tree on another branch": {
    make: (folder) => {
      git(folder, "worktree", "add", "--quiet", `${folder}-linked`, "dev");
      return `${folder}-linked`;
    },
    branches: ["dev", "main"],
    head: "dev",
  },
  "origin's branches only": {
    make: (folder) => {
      git(folder, ...DETACHED);
      git(folder, "branch", "--quiet", "-D", "main");
      return folder;
    },
    branches: ["dev", "main"],
    head: "main",
  },
  "a detached HEAD without a branch": {
    make: (folder) => {
      git(folder, ...DETACHED);
      git(folder, "branch", "--quiet", "-D", "main");
      git(folder, "remote", "remove", "origin");
      return folder;
    },
    branches: ["HEAD"],
    head: "HEAD",
  },
};

for (const [index, [name, kind]] of Object.entries(KINDS).entries()) {
  test(`importHistory() and syncRepository() read ${name}`, async () => {
    const clone = join(bench.folder, `clone-${index}`);
    git(bench.folder, "clone", "--quiet", origin.folder, clone);
    const folder = kind.make(clone);
    const id = await bench.add({ folder });
    const stored = await readStoredHistory(bench.store, id);
    assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
    assert.deepEqual([...stored.branches.keys()], kind.branches);
    assert.equal(stored.repository["default_branch"], kind.head);
    assert.equal(stored.commits.length, kind.head === "HEAD" ? 1 : 4);
    const before = git(clone, "status", "--porcelain") + git(clone, "for-each-ref") + git(clone, "rev-parse", "HEAD");
    await bench.sync(id);
    assert.deepEqual(await readStoredHistory(bench.store, id), stored, "nothing new");
    const later = git(clone, "status", "--porcelain") + git(clone, "for-each-ref") + git(clone, "rev-parse", "HEAD");
    assert.equal(later, before, "nothing is written");
    git(folder, "checkout", "--quiet", "--detach", "HEAD");
    const own = git(folder, "commit-tree", "-m", "mine", "-p", "HEAD", "HEAD^{tree}");
    git(folder, "checkout", "--quiet", "-B", "mine", own);
    await bench.sync(id);
    const followed = await readStoredHistory(bench.store, id);
    assert.equal(followed.branches.get("mine")?.head, own);
    assert.equal(followed.repository["default_branch"], "mine");
    assert.equal(followed.branches.get("HEAD")?.state ?? "deleted", "deleted");
    assert.equal(followed.commits.length, stored.commits.length + 1);
  });
}
