// Tests of lines and ordinals: named shapes of history, and generated ones against a naive model.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { claimLines, type Fork, ordinals } from "./lines.ts";

interface LineCase {
  readonly name: string;
  readonly firstParent: number[];
  readonly tips: number[];
  readonly line: number[];
  readonly forks: (Fork | null)[];
}

const cases: LineCase[] = JSON.parse(readFileSync(new URL("lines.cases.json", import.meta.url), "utf8"));

for (const { name, firstParent, tips, line, forks } of cases) {
  test(`claimLines() ${name}`, () => {
    const lines = claimLines(Int32Array.from(firstParent), tips);
    assert.deepEqual([...lines.line], line);
    assert.deepEqual(lines.forks, forks);
  });
}

test("claimLines() turns main's line around after a foxtrot, and ordinals stay", () => {
  // 0 - 1 - 3      main at 3; dev 2 - 4, and 4 merges main into dev: first parent 2, second 3
  const firstParent = Int32Array.from([-1, 0, 0, 1, 2]);
  assert.deepEqual([...claimLines(firstParent, [3, 4]).line], [0, 0, 1, 0, 1]);
  const after = claimLines(firstParent, [4, 4]); // main is fast-forwarded to the merge
  assert.deepEqual([...after.line], [0, -1, 0, -1, 0]);
  assert.deepEqual(after.forks[1], { tip: 0, position: 4 }, "dev has no part of its own: it forks at its head");
  assert.deepEqual([...ordinals(firstParent)], [0, 1, 1, 2, 2]);
});

test("claimLines() and ordinals() equal a naive model on generated histories", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const size = 1 + random(60);
    const firstParent = Int32Array.from({ length: size }, (_, position) =>
      position === 0 || random(16) === 0 ? -1 : Math.max(0, position - 1 - random(1 + random(12))),
    );
    const tips = Array.from({ length: random(8) }, () => random(size + 1) - 1);
    const lines = claimLines(firstParent, tips);
    const model = naive(firstParent, tips);
    assert.deepEqual([...lines.line], model.line, `seed ${seed}`);
    assert.deepEqual(lines.forks, model.forks, `seed ${seed}`);
    assert.deepEqual(
      [...ordinals(firstParent)],
      Array.from(firstParent, (_, position) => walk(firstParent, position).length - 1),
      `seed ${seed}`,
    );
  }
});

test("claimLines() gives every branch its first-parent line by own parts and forks", () => {
  const firstParent = Int32Array.from([-1, 0, 1, 2, 1, 4, 4, 6]);
  const tips = [3, 5, 7];
  const { line, forks } = claimLines(firstParent, tips);
  for (const [tip, head] of tips.entries()) {
    const page: number[] = [];
    let owner = tip;
    let below = head;
    for (const _ of tips) {
      const fork: Fork | null = forks[owner] ?? null;
      for (const position of walk(firstParent, below)) if (line[position] === owner) page.push(position);
      if (fork === null) break;
      owner = fork.tip;
      below = fork.position;
    }
    assert.deepEqual(page, walk(firstParent, head));
  }
});

test("claimLines() refuses a head that is no commit", () => {
  assert.throws(() => claimLines(Int32Array.from([-1]), [1]), { code: "internal" });
  assert.throws(() => claimLines(Int32Array.from([-1]), [-2]), { code: "internal" });
});

test("ordinals() refuses a parent that comes after its child", () => {
  assert.throws(() => ordinals(Int32Array.from([1, -1])), { code: "internal" });
});

function naive(firstParent: Int32Array, tips: readonly number[]) {
  const owned = new Map<number, number>();
  const forks: (Fork | null)[] = [];
  for (const [tip, head] of tips.entries()) {
    const own = walk(firstParent, head);
    const cut = own.findIndex((position) => owned.has(position));
    for (const position of cut < 0 ? own : own.slice(0, cut)) owned.set(position, tip);
    const fork = own[cut];
    forks.push(fork === undefined ? null : { tip: owned.get(fork) ?? -1, position: fork });
  }
  return { line: Array.from(firstParent, (_, position) => owned.get(position) ?? -1), forks };
}

function walk(firstParent: Int32Array, head: number): number[] {
  return head < 0 ? [] : [head, ...walk(firstParent, firstParent[head] as number)];
}
