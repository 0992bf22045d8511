// Tests of the demo: the same seed gives the same commits, and everything is in it that it is made to show.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { git, gitBytes } from "../../test/helpers/git-history.ts";
import { readMetricFile } from "../domain/formats/read-file.ts";
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import type { Value } from "../domain/model.ts";
import { makeDemoRepository } from "./demo-history.ts";
import { DEMO_COMMITS, DEMO_ENDS_AT, demoStream } from "./demo-stream.ts";

const SEED = 7;
/** SHA-256 of the stream of seed 1. */
const PINNED = "51c34952d7db9aa156867beb6bf56f9881ced699665c81ea5679a7c38de5770a";
let folder = "";
let demo = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  demo = join(folder, "demo.git");
  await makeDemoRepository(demo, { seed: SEED });
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("makeDemoRepository() makes 300 commits on four branches, and nothing that git complains about", () => {
  assert.equal(git(demo, "rev-list", "--all", "--count"), String(DEMO_COMMITS));
  assert.deepEqual(lines("for-each-ref", "--format=%(refname:short)"), ["gh-pages", "main", "quantise", "transformer"]);
  assert.equal(git(demo, "symbolic-ref", "HEAD"), "refs/heads/main");
  assert.equal(git(demo, "fsck", "--strict", "--no-dangling"), "");
});

test("makeDemoRepository() gives the same commit ids for the same seed, others for another", async () => {
  const refs = (path: string): string => git(path, "for-each-ref");
  for (const [name, seed, endsAt, same] of [
    ["again.git", SEED, DEMO_ENDS_AT, true],
    ["other.git", SEED + 1, DEMO_ENDS_AT, false],
    ["later.git", SEED, DEMO_ENDS_AT + 86_400, false],
  ] as const) {
    await makeDemoRepository(join(folder, name), { seed, endsAt });
    assert.equal(refs(join(folder, name)) === refs(demo), same, name);
  }
});

test("demoStream() of seed 1 is what it always was", () => {
  const hash = createHash("sha256");
  for (const piece of demoStream(1)) hash.update(piece);
  assert.equal(hash.digest("hex"), PINNED, "whoever changes it on purpose makes the docs' pictures anew");
});

test("makeDemoRepository() ends when it is told to, and its live branches moved not long before", () => {
  assert.equal(git(demo, "log", "-1", "--format=%ct", "main"), String(DEMO_ENDS_AT));
  for (const branch of ["quantise", "transformer"]) {
    const at = Number(git(demo, "log", "-1", "--format=%ct", branch));
    assert.ok(DEMO_ENDS_AT - at < 45 * 86_400, branch);
  }
});

test("makeDemoRepository() has merges, an octopus, a foxtrot and a second root", () => {
  const merges = lines("log", "--merges", "--format=%p", "main").map((parents) => parents.split(" ").length);
  assert.deepEqual(
    merges.sort((a, b) => a - b),
    [2, 2, 2, 4],
  );
  const line = lines("log", "--first-parent", "--format=%s", "main");
  assert.ok(line.includes("Merge branch 'main' into dev"));
  assert.ok(lines("rev-list", "main").length > line.length + 20, "main's own commits are off its line");
  assert.equal(lines("rev-list", "--all", "--max-parents=0").length, 2);
  assert.equal(lines("merge-base", "--all", "main", "quantise").length, 1);
});

test("makeDemoRepository() has NaN in one version of its metrics, and a broken one", () => {
  const readings = versions("metrics.json").map((text) =>
    readMetricFile(Buffer.from(text), { path: "metrics.json", identity: null }),
  );
  assert.ok(readings.length > 100);
  const nan = readings.filter((reading) => reading.document?.values.some((value) => Number.isNaN(value)));
  assert.equal(nan.length, 1);
  assert.deepEqual(
    readings.flatMap((reading) => reading.problem?.reason ?? []),
    ["not-readable"],
  );
});

test("makeDemoRepository() has one file over the limit, between two that can be read", () => {
  const sizes = versions("eval/results.json").map((text) => text.length);
  assert.equal(sizes.length, 3);
  assert.deepEqual(
    sizes.map((size) => size > MAX_FILE_BYTES),
    [false, true, false],
  );
});

test("makeDemoRepository() has benchmark rows in another order each time, and one renamed", () => {
  const names = versions("benchmark.json").map((text) =>
    (JSON.parse(text) as { name: string }[]).map((row) => row.name),
  );
  assert.ok(new Set(names.map((rows) => rows.join())).size > names.length * 0.95);
  const sets = [...new Set(names.map((rows) => rows.toSorted().join()))];
  assert.equal(sets.length, 2);
  assert.deepEqual(
    sets.map((set) => set.includes("decode_netcdf")),
    [true, false],
    "newest first",
  );
});

test("makeDemoRepository() has settings, and coverage on a data branch", () => {
  const params = read("main", "params.yaml");
  assert.equal(typeof params["train.lr"], "number");
  const coverage = read("gh-pages", "coverage/coverage-summary.json");
  assert.ok(Number(coverage["total.lines.pct"]) > 50);
  assert.equal(lines("rev-list", "gh-pages").length, 24);
});

test("makeDemoRepository() ends with the best accuracy there ever was, and slower forecasts", () => {
  const accuracies = versions("metrics.json", "--all").map((text) => Number(/"accuracy": ([\d.]+)/.exec(text)?.[1]));
  const main = read("main", "metrics.json");
  assert.equal(main["accuracy"], Math.max(...accuracies));
  const before20 = read("main~20", "metrics.json");
  assert.ok(Number(main["latency_ms"]) > Number(before20["latency_ms"]) * 1.2);
});

test("makeDemoRepository() refuses a folder that it cannot make", async () => {
  await assert.rejects(makeDemoRepository("/dev/null/demo", { seed: 1 }), { name: "TidemarkError" });
});

function lines(...args: readonly string[]): string[] {
  return git(demo, ...args)
    .split("\n")
    .filter((line) => line !== "");
}

/** The contents of a file at the commits that changed it, newest first. */
function versions(path: string, tip = "main"): string[] {
  const wanted = lines("log", "--first-parent", "--format=%H", tip, "--", path).map((sha) => `${sha}:${path}\n`);
  const output = gitBytes(demo, ["cat-file", "--batch"], wanted.join(""));
  const contents: string[] = [];
  for (let at = 0; at < output.length; ) {
    const header = output.toString("latin1", at, output.indexOf("\n", at));
    const start = at + header.length + 1;
    at = start + Number(header.split(" ")[2]) + 1;
    contents.push(output.toString("utf8", start, at - 1));
  }
  return contents;
}

function read(tip: string, path: string): Record<string, Value> {
  const { document } = readMetricFile(Buffer.from(git(demo, "show", `${tip}:${path}`)), { path, identity: null });
  assert.notEqual(document, null);
  return Object.fromEntries(document?.keys.map((key, i) => [key, document.values[i] ?? null]) ?? []);
}
