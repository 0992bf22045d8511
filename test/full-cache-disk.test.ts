// The disk of the archive's cache is full: the question ends in words, nothing of a copy is left, and the next one goes well.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import type { Question } from "../src/archive/query-engine.ts";
import { writeObjects } from "./helpers/archive-objects.ts";
import { countingStore } from "./helpers/counting-store.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

// before the folder goes that it is in
after(() => {
  if (isMounted) spawnSync("umount", ["--lazy", disk]);
});
const root = temporaryFolder();
const disk = join(root, "disk");
mkdirSync(disk);
const mount = (size: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]).status === 0;
const isMounted = mount("1m");
const skip = isMounted ? false : "this account may not mount a small disk (root may)";
const never = new AbortController().signal;

test("a question whose objects do not fit onto the disk says so, and one with room is answered", { skip }, async () => {
  const place = join(root, "store");
  const query = `SELECT 1 AS repository_id, 1 AS column_id, i AS position, random() AS num, NULL AS text, 'number' AS kind
    FROM range(300000) AS numbers(i)`;
  const objects = await writeObjects(place, [{ kind: "values", repository: 1, query }]);
  assert.ok((objects[0]?.bytes ?? 0) > 2 ** 20);
  const cache = join(disk, "cache");
  const engine = new DuckDBEngine({ store: countingStore(place), cacheFolder: cache });
  const count: Question = {
    objects,
    types: ["integer"],
    maxRows: 1,
    statement: (_, table) => `SELECT count(*) FROM ${table("values")}`,
  };
  await assert.rejects(engine.ask(count, never), (error: { code: string; message: string }) => {
    assert.equal(error.code, "file-unwritable");
    const said = `Cannot keep objects of the archive in "${cache}": found a full disk, wanted a folder with free space.`;
    assert.equal(error.message, said);
    return true;
  });
  assert.deepEqual(readdirSync(cache), [], "nothing of it is left");
  assert.equal(spawnSync("mount", ["-o", "remount,size=64m", disk]).status, 0);
  assert.deepEqual((await engine.ask(count, never)).columns, [[300_000]]);
  await engine.close();
});
