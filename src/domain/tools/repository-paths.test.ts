// Tests of the paths that machines write: which folder is cut, that two machines agree (F15), and pages of local servers.
import assert from "node:assert/strict";
import test from "node:test";
import { readMetricFile } from "../formats/read-file.ts";
import { pageUrl } from "./page-url.ts";
import { repositoryPaths } from "./repository-paths.ts";

const METRIC = { total: 4, covered: 3, skipped: 0, pct: 75 };
const ENTRY = { lines: METRIC, statements: METRIC, functions: METRIC, branches: METRIC };

function cut(written: readonly string[], files: readonly string[] | null): string[] {
  return written.map(repositoryPaths(written, files === null ? null : (path) => files.includes(path)));
}

test("repositoryPaths() cuts before the longest end that is a file", () => {
  const files = ["packages/a/src/x.ts", "src/x.ts", "x.ts"];
  assert.deepEqual(cut(["/ci/p/packages/a/src/x.ts"], files), ["packages/a/src/x.ts"]);
  assert.deepEqual(cut(["/app/src/x.ts", "/app/src/new.ts"], files), ["src/x.ts", "src/new.ts"]);
});

test("repositoryPaths() cuts what most of the paths agree on, in any order", () => {
  const written = ["/ci/p/src/index.ts", "/ci/p/src/a.ts", "/ci/p/src/b.ts"];
  const files = ["src/a.ts", "src/b.ts", "index.ts"];
  assert.deepEqual(cut(written, files), ["src/index.ts", "src/a.ts", "src/b.ts"]);
  assert.deepEqual(cut(written.toReversed(), files), ["src/b.ts", "src/a.ts", "src/index.ts"]);
  assert.deepEqual(cut(written.slice(0, 2), files), ["src/index.ts", "src/a.ts"], "of two the shorter folder is cut");
  assert.deepEqual(cut(["/ci/p/src/a.ts", "/ci/p/src/index.ts"], files), ["src/a.ts", "src/index.ts"]);
});

test("repositoryPaths() cuts the folders of several machines, each where its rest is a file", () => {
  const written = ["C:\\ci\\p\\src\\a.ts", "/other/ci/src/b.ts", "/other/ci/gone/zz.ts", "/usr/lib/x.ts"];
  const expected = ["src/a.ts", "src/b.ts", "gone/zz.ts", "/usr/lib/x.ts"];
  assert.deepEqual(cut(written, ["src/a.ts", "src/b.ts"]), expected);
  assert.deepEqual(cut(written.toReversed(), ["src/a.ts", "src/b.ts"]), expected.toReversed());
  const twice = ["/other/src/a.ts", "/ci/p/src/b.ts", "/ci/p/src/a.ts"];
  assert.deepEqual(cut(twice, ["src/a.ts", "src/b.ts"]), ["/other/src/a.ts", "src/b.ts", "src/a.ts"]);
});

test("repositoryPaths() cuts the common folder where no file is known, or none of them", () => {
  const written = ["/ci/p/src/a.ts", "/ci/p/src/util/b.ts", "/ci/p/src2/c.ts"];
  const expected = ["src/a.ts", "src/util/b.ts", "src2/c.ts"];
  assert.deepEqual(cut(written, null), expected);
  assert.deepEqual(cut(written, ["README.md"]), expected);
  assert.deepEqual(cut(["/ci/p/a.ts"], null), ["a.ts"]);
  assert.deepEqual(cut(["/a/x.ts", "/b/y.ts"], null), ["a/x.ts", "b/y.ts"]);
  assert.deepEqual(cut([], null), []);
});

test("repositoryPaths() reads paths of Windows", () => {
  const written = ["D:\\a\\p\\src\\x.ts", "D:\\a\\p\\src\\util\\y.ts"];
  assert.deepEqual(cut(written, ["src/x.ts"]), ["src/x.ts", "src/util/y.ts"]);
  assert.deepEqual(cut(written, null), ["x.ts", "util/y.ts"]);
  assert.deepEqual(cut(["C:\\x.ts", "D:\\y.ts"], null), ["C:/x.ts", "D:/y.ts"]);
  assert.deepEqual(cut(["pkg\\core.py", "odd\\name/a.py"], null), ["pkg/core.py", "odd\\name/a.py"]);
});

test("repositoryPaths() leaves relative paths, and gives none of them to another one", () => {
  assert.deepEqual(cut(["total", "src/a.ts", "/ci/p/src/b.ts"], ["src/b.ts"]), ["total", "src/a.ts", "src/b.ts"]);
  const same = ["src/a.ts", "/ci/p/src/a.ts"];
  assert.deepEqual(cut(same, ["src/a.ts"]), same);
  assert.deepEqual(cut(["/ci/total", "total"], ["total"]), ["/ci/total", "total"]);
});

test("the summaries of two machines have the same columns (F15)", () => {
  const names = ["src/a.ts", "src/util/b.ts", "test/c.ts"];
  const files = new Set([...names, "b.ts"]);
  const isFile = (path: string): boolean => files.has(path);
  const read = (folder: string, slash: string, options: object): readonly string[] | undefined => {
    const entries = names.map((name) => [`${folder}${name.replaceAll("/", slash)}`, ENTRY]);
    const text = JSON.stringify({ total: ENTRY, ...Object.fromEntries(entries) });
    const reading = readMetricFile(Buffer.from(text), { path: "coverage-summary.json", identity: null, ...options });
    return reading.document?.keys;
  };
  const relative = read("", "/", { isFile });
  assert.equal(relative?.length, 4 * 4 * 2);
  for (const options of [{ isFile }, {}]) {
    assert.deepEqual(read("/ci/job/p/p/", "/", options), relative);
    assert.deepEqual(read("/builds/team/p/", "/", options), relative);
    assert.deepEqual(read("D:\\a\\p\\", "\\", options), relative);
  }
});

test("pageUrl() forgets the port of this machine's servers only", () => {
  assert.equal(pageUrl("http://localhost:37581/a?b=localhost:1"), "http://localhost/a?b=localhost:1");
  assert.equal(pageUrl("http://[::1]:8080/"), "http://[::1]/");
  assert.equal(pageUrl("https://example.com:8443/"), "https://example.com:8443/");
  assert.equal(pageUrl("http://localhost/"), "http://localhost/");
  assert.equal(pageUrl("not a URL"), "not a URL");
});
