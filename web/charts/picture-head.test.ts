// Tests of what stands above a saved picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeriesLine } from "../../src/api/contract/series.ts";
import { seriesLine } from "../../test/helpers/series-lines.ts";
import { chartPanels } from "./chart-lines.ts";
import { pictureHead, wrapped } from "./picture-head.ts";

const PLAIN = { by: "commit", log: false, zero: false, relative: false } as const;
const linesOf = (...series: readonly SeriesLine[]) => chartPanels(series, PLAIN).flatMap((panel) => panel.lines);
const textsOf = (head: ReturnType<typeof pictureHead>, kind: string): string[] =>
  head.texts.filter((each) => each.kind === kind).map(({ text }) => text);

test("pictureHead() says of one line its column, repository, branch, unit and commits", () => {
  const head = pictureHead(linesOf(seriesLine([1, 2, 3], { head: { unit: "ms" } })), "nova", PLAIN, 800);
  assert.deepEqual(textsOf(head, "title"), ["m.json:loss"]);
  assert.deepEqual(textsOf(head, "fact"), [
    "nova · main · in ms · 3 commits, 14 Nov 2023 (0000000) to 15 Nov 2023 (0000000)",
  ]);
  assert.deepEqual(head.strokes, []);
});

test("pictureHead() names every line of several with column, unit and branch, each beside its stroke", () => {
  const lines = linesOf(
    seriesLine([1], { id: "b.json:runs[name=fastify].latency", head: { unit: "ms" } }),
    seriesLine([2], { id: "b.json:runs[name=koa].latency", head: { unit: "ms" } }),
    seriesLine([3], { id: "b.json:runs[name=koa].latency", head: { unit: "ms" }, branch: "feature/gc" }),
  );
  const head = pictureHead(lines, "bench", PLAIN, 800);
  assert.deepEqual(textsOf(head, "title"), ["2 columns of b.json"]);
  assert.deepEqual(textsOf(head, "fact"), ["bench · 1 commit, 14 Nov 2023 (0000000) to 14 Nov 2023 (0000000)"]);
  assert.deepEqual(textsOf(head, "line"), [
    "runs[name=fastify].latency, ms · main",
    "runs[name=koa].latency, ms · main",
    "runs[name=koa].latency, ms · feature/gc",
  ]);
  assert.deepEqual(
    head.strokes.map(({ line }) => line),
    [0, 1, 2],
  );
  const names = head.texts.filter(({ kind }) => kind === "line");
  head.strokes.forEach(({ x, y }, index) => {
    const name = names[index];
    assert.ok(name !== undefined && name.x > x && Math.abs(name.y - y) <= 6, `the stroke at ${x},${y}`);
  });
  const other = linesOf(seriesLine([1], { id: "a.json:x" }), seriesLine([1], { id: "b.json:x" }));
  assert.deepEqual(textsOf(pictureHead(other, "bench", PLAIN, 800), "line"), ["a.json:x · main", "b.json:x · main"]);
});

test("pictureHead() says of which commits each line is where they differ", () => {
  const lines = linesOf(seriesLine([1, 2, 3]), seriesLine([1, 2], { branch: "dev" }));
  const head = pictureHead(lines, "nova", PLAIN, 1_200);
  assert.deepEqual(textsOf(head, "fact"), ["nova"]);
  assert.deepEqual(textsOf(head, "line"), [
    "loss · main · 3 commits, 14 Nov 2023 (0000000) to 15 Nov 2023 (0000000)",
    "loss · dev · 2 commits, 14 Nov 2023 (0000000) to 14 Nov 2023 (0000000)",
  ]);
});

test("pictureHead() keeps every text inside the picture, however long a name and however narrow the picture", () => {
  const key = `benchmarks[name=${"long".repeat(40)}].stats.mean`;
  for (const width of [240, 360, 1_200]) {
    const lines = linesOf(
      seriesLine([1], { id: `some/folder/with/results.json:${key}` }),
      seriesLine([1], { id: "m.json:x", branch: `feature/${"ü".repeat(100)}` }),
    );
    for (const some of [lines, lines.slice(0, 1)]) {
      const head = pictureHead(some, "nova", PLAIN, width);
      for (const { x, y, text, kind } of head.texts) {
        assert.ok(x + text.length * (kind === "title" ? 7.5 : 6.5) <= width, `${text} at ${x} in ${width}`);
        assert.ok(y < head.height);
      }
      assert.equal(new Set(head.texts.map(({ x, y }) => `${x} ${y}`)).size, head.texts.length, "none over another");
    }
  }
});

test("wrapped() breaks at blanks, then behind the joints of a name, then anywhere, and loses nothing", () => {
  assert.deepEqual(wrapped("one two three", 8), ["one two", "three"]);
  assert.deepEqual(wrapped("results/of/everything.json", 10), ["results/", "of/", "everything", ".json"]);
  assert.deepEqual(wrapped("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
  assert.deepEqual(wrapped("", 8), []);
});
