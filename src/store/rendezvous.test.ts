// Tests that repositories are spread evenly over replicas, and that only those of one that leaves move.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { byScore, scoreOf } from "./rendezvous.ts";

const REPOSITORIES = Array.from({ length: 100_000 }, (_, i) => String(i + 1));
const NAMES = ["paris", "oslo", "rome", "bern", "kyiv", "riga", "bonn", "cork"];

/** Many choices are compared: the scores of each replica, once. */
const scores = new Map(NAMES.map((name) => [name, REPOSITORIES.map((repository) => scoreOf(name, repository))]));

function chosen(names: readonly string[]): string[] {
  return REPOSITORIES.map((_, i) =>
    names.reduce((best, name) => {
      const [a, b] = [scores.get(name)?.[i] ?? 0n, scores.get(best)?.[i] ?? 0n];
      return a > b ? name : best;
    }),
  );
}

test("scoreOf() is the first 8 bytes of the digest of replica, NUL and repository", () => {
  const digest = createHash("sha256").update(Buffer.from("paris\u000042")).digest("hex");
  assert.equal(scoreOf("paris", "42"), BigInt(`0x${digest.slice(0, 16)}`));
  // no pair can be read as another one
  assert.notEqual(scoreOf("a1", "2"), scoreOf("a", "12"));
});

test("byScore() puts the highest score first, whatever the order of the list", () => {
  for (const repository of REPOSITORIES.slice(0, 200)) {
    const order = byScore(NAMES, repository);
    assert.deepEqual(byScore(NAMES.toReversed(), repository), order);
    assert.deepEqual(order.toSorted(), NAMES.toSorted());
    const falling = order.map((name) => scoreOf(name, repository));
    assert.ok(falling.every((score, i) => i === 0 || score < (falling[i - 1] ?? 0n)));
  }
});

// of 8 shares of 12,500 the largest of 8 chance deviations is itself about 2 %
for (const [count, percent] of [
  [2, 2],
  [3, 2],
  [4, 2],
  [8, 3],
] as const) {
  test(`100,000 repositories over ${count} replicas are even to ±${percent} %, and of one that leaves exactly its own move`, () => {
    const names = NAMES.slice(0, count);
    const before = chosen(names);
    for (const name of names) {
      const share = before.filter((each) => each === name).length;
      const wanted = REPOSITORIES.length / count;
      assert.ok(Math.abs(share - wanted) <= (percent / 100) * wanted, `${name} has ${share} of ${REPOSITORIES.length}`);
    }
    const gone = names[0] ?? "";
    const after = chosen(names.slice(1));
    const moved = before.filter((name, i) => name !== after[i]);
    assert.equal(moved.length, before.filter((name) => name === gone).length);
    assert.ok(moved.every((name) => name === gone));
    // what it leaves behind is spread over all others
    const heirs = new Set(after.filter((_, i) => before[i] === gone));
    assert.equal(heirs.size, count - 1);
  });
}
