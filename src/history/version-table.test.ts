// Tests of the numbering of paths and versions.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sha } from "../domain/model.ts";
import { VersionTable } from "./version-table.ts";

const oid = (number: number, digits = 40): Sha => number.toString(16).padStart(digits, "0") as Sha;

test("VersionTable.version() gives equal versions one number and others another, through many growths", () => {
  const table = new VersionTable(20);
  const numbers = new Map<string, number>();
  for (let round = 0; round < 2; round++) {
    for (let path = 0; path < 30; path++) {
      const pathId = table.pathId(`folder/${path}.json`);
      for (let blob = 1; blob <= 300; blob++) {
        const version = table.version(pathId, oid(blob), "file");
        const key = `${path} ${blob}`;
        assert.equal(version, numbers.get(key) ?? version);
        numbers.set(key, version);
        assert.equal(table.oidOf(version), oid(blob));
        assert.equal(table.pathOf(version), `folder/${path}.json`);
      }
    }
  }
  assert.equal(table.size, 9_000);
  assert.equal(new Set(numbers.values()).size, 9_000);
});

test("VersionTable.version() keeps ids of SHA-256 whole", () => {
  const table = new VersionTable(32);
  const pathId = table.pathId("a");
  const ids = ["1".repeat(64), `${"1".repeat(63)}2`].map((text) => table.version(pathId, text as Sha, "file"));
  assert.deepEqual(
    ids.map((id) => table.oidOf(id)),
    ["1".repeat(64), `${"1".repeat(63)}2`],
  );
});

test("VersionTable.version() has one deletion for each path", () => {
  const table = new VersionTable(20);
  const a = table.version(table.pathId("a"), null, "deleted");
  assert.equal(table.version(table.pathId("a"), null, "deleted"), a);
  assert.notEqual(table.version(table.pathId("b"), null, "deleted"), a);
  assert.ok(table.isDeleted(a));
  assert.equal(table.kindOf(a), "deleted");
});

test("VersionTable.version() takes a path that was a link and a file with the same bytes for a file", () => {
  const table = new VersionTable(20);
  const pathId = table.pathId("a");
  const link = table.version(pathId, oid(7), "symlink");
  assert.equal(table.kindOf(link), "symlink");
  assert.equal(table.version(pathId, oid(7), "file"), link);
  assert.equal(table.kindOf(link), "file");
  assert.equal(table.version(pathId, oid(7), "symlink"), link);
  assert.equal(table.kindOf(link), "file");
});
