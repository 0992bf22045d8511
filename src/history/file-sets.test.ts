// Tests of file sets and baselines against a slow model that copies the whole set at every commit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import type { Sha } from "../domain/model.ts";
import { type BaseFiles, FileSets } from "./file-sets.ts";
import { NONE, VersionChain } from "./version-chain.ts";
import { VersionTable } from "./version-table.ts";

const oid = (number: number): Sha => number.toString(16).padStart(40, "0") as Sha;

interface Change {
  readonly path: string;
  /** 0 removes the file */
  readonly blob: number;
}

interface Model {
  readonly firstParent: Int32Array;
  readonly changes: readonly (readonly Change[])[];
  readonly files: readonly ReadonlyMap<string, number>[];
}

function randomModel(random: Random, commits: number, paths: number): Model {
  const firstParent = new Int32Array(commits);
  const changes: Change[][] = [];
  const files: Map<string, number>[] = [];
  for (let commit = 0; commit < commits; commit++) {
    const parent = commit === 0 || random(20) === 0 ? NONE : Math.max(0, commit - 1 - random(6));
    firstParent[commit] = parent;
    const own = new Map(parent === NONE ? [] : files[parent]);
    const changed = new Map<string, number>();
    for (let count = random(4); count > 0; count--) {
      const path = `f${random(paths)}.json`;
      const blob = random(4) === 0 ? 0 : 1 + random(9);
      if (blob === 0 ? own.has(path) : own.get(path) !== blob) changed.set(path, blob);
    }
    for (const [path, blob] of changed) {
      if (blob === 0) own.delete(path);
      else own.set(path, blob);
    }
    changes.push(Array.from(changed, ([path, blob]) => ({ path, blob })));
    files.push(own);
  }
  return { firstParent, changes, files };
}

function setsOf(model: Model, from = 0, bases: (table: VersionTable) => Map<number, BaseFiles> = () => new Map()) {
  const table = new VersionTable(20);
  const firstParent = Int32Array.from(model.firstParent.subarray(from), (parent) =>
    parent < from ? NONE : parent - from,
  );
  const chain = new VersionChain(table, firstParent.length);
  model.changes.slice(from).forEach((changes, commit) => {
    for (const { path, blob } of changes) {
      chain.add(commit, table.version(table.pathId(path), oid(blob), blob === 0 ? "deleted" : "file"));
    }
  });
  const source = {
    table,
    chain,
    firstParent,
    firstPosition: from,
    bases: bases(table),
    pointers: null,
    isMetric: () => true,
  };
  return { table, chain, sets: new FileSets(source), firstParent };
}

/** The rule itself, word by word: walk down first parents until one has a readable version. */
function slowBaseline(model: Model, commit: number, path: string): { blob: number; position: number } | null {
  for (let at = model.firstParent[commit] as number; at !== NONE; at = model.firstParent[at] as number) {
    const blob = model.files[at]?.get(path);
    if (blob !== undefined && isReadable(blob)) return { blob, position: at };
  }
  return null;
}

const isReadable = (blob: number): boolean => blob % 3 !== 0;

for (const seed of [1, 2, 3, 4]) {
  test(`FileSets and VersionChain.baseline() equal a slow model, seed ${seed}`, () => {
    const random = seededRandom(seed);
    const model = randomModel(random, 400, 20 + seed * 10);
    const { table, chain, sets, firstParent } = setsOf(model);
    const readable = (version: number) => isReadable(Number.parseInt(table.oidOf(version), 16));
    for (let commit = 399; commit >= 0; commit--) {
      const { refs, nodes, dropped } = sets.filesOf(commit);
      const expected = [...(model.files[commit] as Map<string, number>)].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(
        refs.map((ref) => [ref.path, Number.parseInt(ref.oid, 16)]),
        expected,
      );
      assert.equal(dropped, 0);
      const changed = (model.changes[commit] as Change[]).map(({ path }) => path).sort();
      assert.deepEqual(sets.changedBy(commit), changed);
      nodes.forEach((node, index) => {
        const path = refs[index]?.path as string;
        const found = chain.baseline(
          commit,
          node,
          firstParent[commit] as number,
          (version) => !table.isDeleted(version) && readable(version),
        );
        const slow = slowBaseline(model, commit, path);
        assert.equal(found === null ? null : Number.parseInt(table.oidOf(found.version), 16), slow?.blob ?? null);
        assert.equal(found?.position ?? null, slow?.position ?? null, `${path} at ${commit}`);
      });
    }
  });
}

test("FileSets begins at known files where a first parent is not among the commits", () => {
  const random = seededRandom(9);
  const model = randomModel(random, 300, 12);
  const from = 150;
  const { table, chain, sets, firstParent } = setsOf(model, from, (names) => {
    const bases = new Map<number, BaseFiles>();
    for (let commit = from; commit < 300; commit++) {
      const parent = model.firstParent[commit] as number;
      if (parent === NONE || parent >= from) continue;
      const file = (path: string, blob: number) => names.version(names.pathId(path), oid(blob), "file");
      const readable = new Map<number, { version: number; position: number }>();
      for (let index = 0; index < 12; index++) {
        const path = `f${index}.json`;
        const own = model.files[parent]?.get(path);
        const found =
          own !== undefined && isReadable(own) ? { blob: own, position: parent } : slowBaseline(model, parent, path);
        if (found !== null)
          readable.set(names.pathId(path), { version: file(path, found.blob), position: found.position });
      }
      const versions = Array.from(model.files[parent] as Map<string, number>, ([path, blob]) => file(path, blob));
      bases.set(commit - from, { position: parent, versions, readable });
    }
    return bases;
  });
  for (let commit = 0; commit < firstParent.length; commit++) {
    const { refs, nodes } = sets.filesOf(commit);
    assert.deepEqual(
      refs.map((ref) => [ref.path, Number.parseInt(ref.oid, 16)]),
      [...(model.files[commit + from] as Map<string, number>)].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const parent = model.firstParent[commit + from] as number;
    nodes.forEach((node, index) => {
      const isOk = (version: number) =>
        !table.isDeleted(version) && isReadable(Number.parseInt(table.oidOf(version), 16));
      const found = chain.baseline(commit, node, parent, isOk);
      assert.deepEqual(
        found && { blob: Number.parseInt(table.oidOf(found.version), 16), position: found.position },
        slowBaseline(model, commit + from, refs[index]?.path as string),
      );
    });
  }
});

test("FileSets.filesOf() keeps the first files by path and counts the others", () => {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, 1);
  for (const path of ["c", "a", "b"]) chain.add(0, table.version(table.pathId(path), oid(1), "file"));
  const source = { table, chain, firstParent: Int32Array.of(NONE), firstPosition: 0, bases: new Map(), pointers: null };
  const { refs, dropped } = new FileSets({ ...source, isMetric: () => true, maxFiles: 2 }).filesOf(0);
  assert.deepEqual(
    refs.map((ref) => ref.path),
    ["a", "b"],
  );
  assert.equal(dropped, 1);
});

/** A history on one line: `steps[i]` are the changes of commit i; `dvc.lock` blob n lists what `outs[n]` says. */
function pointed(steps: readonly (readonly Change[])[], outs: Readonly<Record<number, readonly string[]>>) {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, steps.length);
  const lock = table.pathId("dvc.lock");
  const listed = new Set(
    Object.values(outs)
      .flat()
      .map((path) => table.pathId(path)),
  );
  steps.forEach((changes, commit) => {
    for (const { path, blob } of changes) {
      chain.add(commit, table.version(table.pathId(path), oid(blob), blob === 0 ? "deleted" : "file"));
    }
  });
  const sets = new FileSets({
    table,
    chain,
    firstParent: Int32Array.from(steps, (_, commit) => commit - 1),
    firstPosition: 0,
    bases: new Map(),
    isMetric: (pathId) => pathId !== lock,
    pointers: {
      outsOf: (version) =>
        table.pathIdOf(version) === lock && !table.isDeleted(version)
          ? (outs[Number.parseInt(table.oidOf(version), 16)] ?? []).map((path) => table.pathId(path))
          : [],
      pointersTo: (pathId) => (listed.has(pathId) ? [lock] : []),
      isNoted: () => false,
    },
  });
  return steps.map((_, commit) => ({
    files: sets.filesOf(commit).refs.map((ref, index) => {
      const node = sets.filesOf(commit).nodes[index] as number;
      return `${ref.path} ${table.kindOf(chain.versionOf(node))} ${Number.parseInt(ref.oid, 16)}`;
    }),
    changed: sets.changedBy(commit),
  }));
}

test("FileSets gives a path that DVC keeps outside Git the version of the file that points to it", () => {
  const lock = (blob: number) => ({ path: "dvc.lock", blob });
  const metrics = (blob: number) => ({ path: "metrics.json", blob });
  const outs = { 1: ["metrics.json"], 2: ["metrics.json"], 3: [] };
  const steps = [
    [metrics(7)],
    [lock(1)],
    [metrics(0)],
    [lock(2)],
    [],
    [metrics(8)],
    [metrics(0), lock(1)],
    [lock(3)],
    [lock(2)],
    [lock(0)],
  ];
  assert.deepEqual(pointed(steps, outs), [
    { files: ["metrics.json file 7"], changed: ["metrics.json"] },
    { files: ["metrics.json file 7"], changed: [] },
    { files: ["metrics.json pointer 1"], changed: ["metrics.json"] },
    { files: ["metrics.json pointer 2"], changed: ["metrics.json"] },
    { files: ["metrics.json pointer 2"], changed: [] },
    { files: ["metrics.json file 8"], changed: ["metrics.json"] },
    { files: ["metrics.json pointer 1"], changed: ["metrics.json"] },
    { files: [], changed: ["metrics.json"] },
    { files: ["metrics.json pointer 2"], changed: ["metrics.json"] },
    { files: [], changed: ["metrics.json"] },
  ]);
});

test("FileSets begins at a commit that DVC's files kept files outside Git at: they are none of the first commit's changes", () => {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, 1);
  const [lock, kept, other] = [table.pathId("dvc.lock"), table.pathId("m.json"), table.pathId("n.json")];
  const locked = table.version(lock, oid(1), "file");
  const before = table.version(kept, oid(7), "file");
  chain.add(0, table.version(other, oid(2), "file"));
  const base = { position: 4, versions: [locked], readable: new Map([[kept, { version: before, position: 2 }]]) };
  const sets = new FileSets({
    table,
    chain,
    firstParent: Int32Array.of(NONE),
    firstPosition: 5,
    bases: new Map([[0, base]]),
    isMetric: (pathId) => pathId !== lock,
    pointers: {
      outsOf: (version) => (version === locked ? [kept] : []),
      pointersTo: (pathId) => (pathId === kept ? [lock] : []),
      isNoted: () => false,
    },
  });
  const { refs, nodes } = sets.filesOf(0);
  assert.deepEqual(refs, [
    { path: "m.json", oid: oid(1) },
    { path: "n.json", oid: oid(2) },
  ]);
  assert.deepEqual(sets.changedBy(0), ["n.json"]);
  const found = chain.baseline(0, nodes[0] as number, 4, (version) => table.kindOf(version) === "file");
  assert.deepEqual(found && [found.version, found.position], [before, 2]);
});

test("VersionChain.place() takes no links that could make a circle", () => {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, 2);
  const [first, second] = [1, 2].map((blob) => chain.add(blob - 1, table.version(0, oid(blob), "file"))) as [
    number,
    number,
  ];
  assert.throws(() => chain.place(second, first, 0), /node 0 has no place yet/);
  assert.throws(() => chain.place(second, second, 0), /node 1 has no place yet/);
  chain.place(first, NONE, NONE);
  chain.place(second, first, 0);
  assert.throws(() => chain.place(first, second, 1), /node 0 has its place already/);
});

test("VersionChain.newestVersions() gives each path's newest versions once, files only", () => {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, 6);
  const a = table.pathId("a");
  [1, 2, 1, 3, 0, 4].forEach((blob, commit) => {
    chain.add(commit, table.version(a, oid(blob), blob === 0 ? "deleted" : "file"));
  });
  chain.add(5, table.version(table.pathId("link"), oid(5), "symlink"));
  const newest = chain.newestVersions(3);
  assert.deepEqual(
    newest.get(a)?.map((version) => Number.parseInt(table.oidOf(version), 16)),
    [4, 3, 1],
  );
  assert.equal(newest.size, 1);
});

test("VersionChain.lowestOf() is the oldest commit that has a version", () => {
  const table = new VersionTable(20);
  const chain = new VersionChain(table, 9);
  const version = table.version(table.pathId("a"), oid(1), "file");
  for (const commit of [7, 3, 8]) chain.add(commit, version);
  assert.equal(chain.lowestOf(version), 3);
});
