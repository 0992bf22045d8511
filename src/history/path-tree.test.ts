// Tests of the persistent tree of paths against plain maps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { EMPTY_TREE, PathTree } from "./path-tree.ts";

for (const ranks of [0, 1, 16, 17, 256, 257, 5_000]) {
  test(`PathTree keeps every older map as it was, with ${ranks} paths`, () => {
    const random = seededRandom(ranks);
    const tree = new PathTree(ranks);
    const maps: { root: number; entries: Map<number, number> }[] = [{ root: EMPTY_TREE, entries: new Map() }];
    for (let round = 0; round < 60; round++) {
      const from = maps[random(maps.length)];
      assert.ok(from !== undefined);
      let root = from.root;
      const entries = new Map(from.entries);
      tree.begin();
      for (let change = ranks === 0 ? 0 : random(8); change > 0; change--) {
        const rank = random(ranks);
        const value = random(1_000_000);
        root = tree.set(root, rank, value);
        entries.set(rank, value);
      }
      maps.push({ root, entries });
    }
    for (const { root, entries } of maps) {
      const byRank = [...entries].sort(([a], [b]) => a - b);
      assert.deepEqual(
        tree.values(root),
        byRank.map(([, value]) => value),
      );
      for (const [rank, value] of byRank) assert.equal(tree.get(root, rank), value);
      const absent = Array.from({ length: Math.min(ranks, 50) }, (_, rank) => rank).find((rank) => !entries.has(rank));
      if (absent !== undefined) assert.equal(tree.get(root, absent), -1);
    }
  });
}

test("PathTree.set() writes one map's changes of one block in place", () => {
  const tree = new PathTree(16);
  tree.begin();
  const first = tree.set(EMPTY_TREE, 3, 30);
  assert.equal(tree.set(first, 4, 40), first);
  tree.begin();
  assert.notEqual(tree.set(first, 4, 41), first);
});
