// Tests of the key files.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readOrMakeKey } from "./key-file.ts";

const folder = await mkdtemp(join(tmpdir(), "tidemark-key-"));
after(() => rm(folder, { recursive: true, force: true }));

test("readOrMakeKey() makes one key, also when asked by many at once, that only its owner reads", async () => {
  const file = join(folder, "many.key");
  const keys = await Promise.all(Array.from({ length: 8 }, () => readOrMakeKey(file)));
  assert.equal(new Set(keys.map((key) => key.reveal())).size, 1);
  assert.equal(Buffer.from(keys[0]?.reveal() ?? "", "base64").length, 32);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test("readOrMakeKey() refuses a file that others may read, and one that holds no key", async () => {
  const open = join(folder, "open.key");
  await readOrMakeKey(open);
  await chmod(open, 0o644);
  await assert.rejects(readOrMakeKey(open), /found that others may read it \(mode 644\), wanted mode 600/);
  const short = join(folder, "short.key");
  await writeFile(short, "c2hvcnQ=\n", { mode: 0o600 });
  await assert.rejects(readOrMakeKey(short), /found 5 bytes, wanted 32 bytes/);
});
