// Tests of the commit graph: indexes, first parents, and how much memory a commit takes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Sha } from "../domain/model.ts";
import { CommitGraph, CommitGraphBuilder } from "./commit-graph.ts";

/** The id of the n-th commit. */
function id(n: number, algorithm: "sha1" | "sha256" = "sha1"): Sha {
  return createHash(algorithm).update(String(n)).digest("hex") as Sha;
}

test("CommitGraph.of() finds every commit by id and its first parent by index", () => {
  const count = 5_000;
  const parentOf = (n: number) => (n % 100 === 0 ? null : id(n - 1 - (n % 3 === 0 && n % 100 > 3 ? 2 : 0)));
  const graph = CommitGraph.of(Array.from({ length: count }, (_, n) => ({ sha: id(n), firstParent: parentOf(n) })));
  assert.equal(graph.size, count);
  for (let n = 0; n < count; n += 1) {
    assert.equal(graph.shaAt(n), id(n));
    assert.equal(graph.indexOf(id(n)), n);
    const parent = parentOf(n);
    assert.equal(graph.firstParent[n], parent === null ? -1 : graph.indexOf(parent));
  }
  assert.equal(graph.indexOf(id(count)), -1);
  assert.equal(graph.indexOf("abc" as Sha), -1);
  assert.throws(() => graph.shaAt(count), RangeError);
  assert.deepEqual([...graph.shas(10, 12)], [id(10), id(11)]);
});

test("CommitGraph keeps apart ids that begin alike", () => {
  const shas = Array.from({ length: 200 }, (_, n) => `00000000${id(n).slice(8)}` as Sha);
  const graph = CommitGraph.of(shas.map((sha) => ({ sha, firstParent: null })));
  shas.forEach((sha, n) => assert.equal(graph.indexOf(sha), n));
});

test("CommitGraph names first parents that it does not hold", () => {
  const graph = CommitGraph.of([
    { sha: id(1), firstParent: id(0) },
    { sha: id(2), firstParent: id(1) },
  ]);
  assert.deepEqual([...graph.firstParent], [-1, 0]);
  assert.deepEqual([...graph.outside], [[0, id(0)]]);
});

test("CommitGraph holds SHA-256 ids", () => {
  const graph = CommitGraph.of([{ sha: id(1, "sha256"), firstParent: null }], 32);
  assert.equal(graph.shaAt(graph.indexOf(id(1, "sha256"))), id(1, "sha256"));
});

test("CommitGraph takes at most 60 bytes for each of a million commits", () => {
  const count = 1_000_000;
  const builder = new CommitGraphBuilder(20);
  const bytes = Buffer.alloc(20);
  let parent: Buffer | null = null;
  for (let n = 0; n < count; n += 1) {
    bytes.writeUInt32LE(Math.imul(n, 2_654_435_761) >>> 0, 0);
    bytes.writeUInt32LE(n, 4);
    builder.add(bytes, parent);
    parent = Buffer.from(bytes);
  }
  const graph = CommitGraph.from(builder);
  assert.equal(graph.firstParent[count - 1], count - 2);
  assert.ok(graph.byteLength / count <= 60, `${graph.byteLength / count} bytes`);
});
