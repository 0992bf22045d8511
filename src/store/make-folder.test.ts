// Tests of making folders.
import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeFolder } from "./make-folder.ts";

const folder = await mkdtemp(join(tmpdir(), "tidemark-folder-"));
after(() => rm(folder, { recursive: true, force: true }));

test("makeFolder() makes what is missing and names the topmost of it", async () => {
  assert.equal(await makeFolder(join(folder, "a", "b"), 0o700), join(folder, "a"));
  assert.equal((await stat(join(folder, "a", "b"))).mode & 0o777, 0o700);
  assert.equal(await makeFolder(join(folder, "a", "b"), 0o700), undefined);
});

test("makeFolder() says no where a file is in the way or a folder refuses children", async () => {
  await writeFile(join(folder, "file"), "");
  await assert.rejects(makeFolder(join(folder, "file", "x"), 0o700), { code: "EEXIST" });
  if (process.platform === "linux") await assert.rejects(makeFolder("/proc/tidemark/x", 0o700), { code: "ENOENT" });
});
