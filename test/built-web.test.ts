// The build of the web app: what it writes for the server beside the files themselves.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { builtWeb } from "./helpers/built-web.ts";

test("the build writes the compressed forms of each script and style sheet, of the same content", async () => {
  const folder = join(await builtWeb(), "assets");
  const paths = readdirSync(folder)
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => join(folder, name));
  const worth = paths.filter((path) => statSync(path).size >= 1_000);
  assert.ok(worth.length > 10, `${worth.length} files`);
  for (const path of worth) {
    const plain = readFileSync(path);
    assert.deepEqual(gunzipSync(readFileSync(`${path}.gz`)), plain, path);
    assert.deepEqual(brotliDecompressSync(readFileSync(`${path}.br`)), plain, path);
  }
});
