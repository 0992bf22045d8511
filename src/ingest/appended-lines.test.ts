// Tests that lines found from the new commits alone are those that all commits give, whenever they are found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import type { BranchId, Position, Sha } from "../domain/model.ts";
import { ordinals } from "../domain/lines.ts";
import { type AppendedQuestion, appendedLines, knownPositions } from "./appended-lines.ts";
import { branchLines, type HeadedBranch } from "./line-order.ts";

function headed(number: number, headPosition: number, state: "live" | "deleted" = "live"): HeadedBranch {
  const name = `b${number}`;
  const head = String(headPosition).padStart(40, "0") as Sha;
  const position = headPosition as Position;
  return { number: number as BranchId, name, nameBytes: Buffer.from(name), head, headPosition: position, state };
}

interface Case {
  readonly firstParent: readonly number[];
  /** positions of stored commits are below this */
  readonly stored: number;
  readonly before: readonly HeadedBranch[];
  readonly now: readonly HeadedBranch[];
  readonly defaultBranch?: AppendedQuestion["defaultBranch"];
}

/** Finds the lines both ways. @returns whether the new commits were enough */
function agrees({ firstParent, stored, before, now, defaultBranch = { before: "b1", now: "b1" } }: Case): boolean {
  const all = Int32Array.from(firstParent);
  const depth = ordinals(all);
  const ordinalOf = (position: number): number => depth[position] as number;
  const old = branchLines(before, defaultBranch.before, all.slice(0, stored), ordinalOf);
  const whole = branchLines(now, defaultBranch.now, all, ordinalOf);
  const added = firstParent.flatMap((parent, position) =>
    position < stored ? [] : [{ position, firstParent: parent }],
  );
  const question = { stored: old.branches, branches: now, defaultBranch, added };
  const known = new Map(
    knownPositions(question).map((position) => [
      position,
      { line: old.lines[position] as number, ordinal: ordinalOf(position) },
    ]),
  );
  const own = appendedLines({ ...question, known });
  if (own === null) return false;
  const byNumber = (a: HeadedBranch, b: HeadedBranch): number => a.number - b.number;
  assert.deepEqual(own.branches.toSorted(byNumber), whole.branches.toSorted(byNumber));
  assert.deepEqual(whole.lines.slice(0, stored), old.lines, "no stored commit changes hands");
  assert.deepEqual(
    [...own.lines].sort(([a], [b]) => a - b),
    Array.from(whole.lines.slice(stored), (line, at) => [stored + at, line]),
  );
  return true;
}

test("appendedLines() takes commits on a branch, a new branch, and what a merge brings", () => {
  const two = [-1, 0, 1, 1]; // b1 at 2, b2 at 3
  const before = [headed(1, 2), headed(2, 3)];
  assert.ok(agrees({ firstParent: [...two, 2, 4], stored: 4, before, now: [headed(1, 5), headed(2, 3)] }));
  assert.ok(agrees({ firstParent: [...two, 3, 2], stored: 4, before, now: [headed(1, 5), headed(2, 4)] }));
  assert.ok(agrees({ firstParent: two, stored: 4, before, now: [...before, headed(3, 1)] }));
  assert.ok(agrees({ firstParent: [...two, 2, 4, 5], stored: 4, before, now: [...before, headed(3, 6)] }));
  assert.ok(
    agrees({ firstParent: [...two, 1, 2], stored: 4, before, now: [headed(1, 5), headed(2, 3)] }),
    "4 is merged",
  );
});

test("appendedLines() leaves to all commits what changes hands", () => {
  const two = [-1, 0, 1, 1];
  const before = [headed(1, 2), headed(2, 3)];
  assert.ok(
    !agrees({ firstParent: [...two, 1], stored: 4, before, now: [headed(1, 4), headed(2, 3)] }),
    "a forced push",
  );
  assert.ok(!agrees({ firstParent: [...two, 3], stored: 4, before, now: [headed(1, 4), headed(2, 3)] }), "a foxtrot");
  assert.ok(
    !agrees({ firstParent: [...two, 3], stored: 4, before, now: [headed(1, 4), headed(2, 4)] }),
    "a fast-forward",
  );
  assert.ok(
    !agrees({ firstParent: two, stored: 4, before, now: [headed(1, 2), headed(2, 3, "deleted")] }),
    "a deletion",
  );
  const turned = { before: "b1", now: "b2" };
  assert.ok(
    !agrees({ firstParent: two, stored: 4, before, now: before, defaultBranch: turned }),
    "another default branch",
  );
  const deleted = [headed(1, 2), headed(2, 3, "deleted")];
  assert.ok(
    !agrees({ firstParent: two, stored: 4, before: deleted, now: [...deleted, headed(3, 3)] }),
    "its old commits",
  );
  const unborn = { before: "b3", now: "b3" };
  assert.ok(!agrees({ firstParent: two, stored: 4, before, now: [...before, headed(3, 2)], defaultBranch: unborn }));
});

function graph(random: Random, size: number, from: readonly number[] = []): number[] {
  const parents = [...from];
  while (parents.length < size) parents.push(parents.length === 0 || random(30) === 0 ? -1 : random(parents.length));
  return parents;
}

test("appendedLines() agrees with all commits on generated pushes", () => {
  let found = 0;
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const random = seededRandom(seed);
    const stored = 1 + random(12);
    const old = graph(random, stored);
    const firstParent = graph(random, stored + random(4), old);
    const before = Array.from({ length: 1 + random(4) }, (_, index) =>
      headed(index + 1, random(stored), random(5) === 0 ? "deleted" : "live"),
    );
    const now = before.map((branch) =>
      random(3) === 0 ? headed(branch.number, random(firstParent.length), branch.state) : branch,
    );
    if (random(3) === 0) now.push(headed(before.length + 1, random(firstParent.length)));
    try {
      if (agrees({ firstParent, stored, before, now })) found += 1;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  assert.ok(found > 300, `${found} pushes were found from their commits`);
});
