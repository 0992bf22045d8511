// What the file of a running Postgres says, and what became of the process that it names.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { disownPostmasterFile, postmasterState, readPostmasterFile } from "./postmaster-file.ts";

const folder = await mkdtemp(join(tmpdir(), "tidemark-postmaster-"));
after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, "postmaster.pid");

test("readPostmasterFile() reads every line that we use", async () => {
  await writeFile(path, "4711\n/data/pg18\n1764000000\n5432\n/data/socket\n\n  12345678         3\nready   \n");
  const wanted = { pid: 4711, port: 5432, socketFolder: "/data/socket", address: "", ready: true };
  assert.deepEqual(await readPostmasterFile(folder), wanted);
});

test("readPostmasterFile() is not ready while the last line says so or is missing", async () => {
  await writeFile(path, "4711\n/data/pg18\n1764000000\n5432\n/data/socket\n\n  12345678         3\nstarting\n");
  assert.equal((await readPostmasterFile(folder))?.ready, false);
  await writeFile(path, "4711\n/data/pg18\n");
  assert.equal((await readPostmasterFile(folder))?.ready, false);
});

test("readPostmasterFile() knows nobody when there is no file, or an empty one", async () => {
  assert.equal(await readPostmasterFile(join(folder, "nowhere")), null);
  await writeFile(path, "");
  assert.equal(await readPostmasterFile(folder), null);
});

test("postmasterState() tells another program from Postgres, and nobody from both", async () => {
  assert.equal(await postmasterState(process.pid), "another-program");
  assert.equal(await postmasterState(999_999_999), "gone");
});

test("disownPostmasterFile() changes the pid alone", async () => {
  await writeFile(path, "4711\n/data/pg18\n1764000000\n5432\n/data/socket\n\n  12345678         3\nready\n");
  await disownPostmasterFile(folder);
  const [first = "", ...rest] = (await readFile(path, "utf8")).split("\n");
  assert.equal(await postmasterState(Number(first)), "gone");
  assert.deepEqual(rest, ["/data/pg18", "1764000000", "5432", "/data/socket", "", "  12345678         3", "ready", ""]);
});
