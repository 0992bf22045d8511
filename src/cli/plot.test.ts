// `tidemark plot`: dots, axes, gaps and files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { seededRandom } from "../../test/helpers/seeded-random.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { BrailleCanvas } from "./braille.ts";
import { placeOn, scaleOf } from "../domain/chart-scale.ts";
import { bucketsOf } from "./plot-series.ts";
import { widthOf } from "./text-width.ts";

const root = temporaryFolder();
const run = commandIn(root);

const figures = (loss: unknown, size = 10): Record<string, string> => ({
  "metrics.json": JSON.stringify({ loss, time_ms: size, note: "x<y>&" }).replace('"NaN"', "NaN"),
});
const history = await buildHistory(join(root, "plot.git"), (builder) => {
  for (const [loss, size] of [
    [0, 10],
    [1, 20],
    ["NaN", 30],
    [3, 20],
    [4, 10],
  ] as const)
    builder.commit({ files: figures(loss, size) });
});

test("BrailleCanvas sets dots, lines, and nothing outside", () => {
  const canvas = new BrailleCanvas(2, 1);
  canvas.set(0, 0);
  canvas.set(3, 3);
  canvas.set(-1, 0);
  canvas.set(4, 0);
  canvas.set(0, 4);
  assert.deepEqual(canvas.lines(), ["⠁⢀"]);
  const line = new BrailleCanvas(2, 2);
  line.line(0, 0, 3, 7);
  assert.deepEqual(line.lines(), ["⢣ ", " ⢣"]);
  assert.deepEqual(new BrailleCanvas(3, 1).lines(), ["   "]);
});

test("scaleOf() writes round figures between the ends, and copes with one value, none and extremes", () => {
  assert.deepEqual(scaleOf([0.12, 0.31], 4), { low: 0.12, high: 0.31, ticks: [0.15, 0.2, 0.25, 0.3] });
  assert.deepEqual(scaleOf([0, 100], 5), { low: 0, high: 100, ticks: [0, 20, 40, 60, 80, 100] });
  assert.deepEqual(scaleOf([-3, 3], 3)?.ticks, [-2, 0, 2]);
  assert.deepEqual(scaleOf([5, 5, Number.NaN], 4), { low: 4.5, high: 5.5, ticks: [5] });
  assert.deepEqual(scaleOf([0], 4), { low: -1, high: 1, ticks: [0] });
  assert.equal(scaleOf([Number.NaN, Number.POSITIVE_INFINITY], 4), null);
  const draw = seededRandom(7);
  const random = (): number => draw(1_000_000) / 1_000_000;
  for (let round = 0; round < 500; round++) {
    const values = [random() * 10 ** (random() * 600 - 300), -random() * 10 ** (random() * 600 - 300)];
    const scale = scaleOf(values, 4);
    assert.ok(scale !== null && scale.ticks.length > 0 && scale.ticks.length <= 9, values.join());
    for (const value of values) assert.ok(placeOn(scale, value) >= 0 && placeOn(scale, value) <= 1);
  }
  const widest = scaleOf([-Number.MAX_VALUE, Number.MAX_VALUE], 4);
  assert.equal(widest === null ? null : placeOn(widest, 0), 0.5);
});

test("bucketsOf() keeps every peak, and joins only what nothing is missing between", () => {
  const values = Float64Array.from([1, 9, 2, 3, Number.NaN, 4]);
  assert.deepEqual(bucketsOf(values, 3), [
    { low: 1, high: 9, first: 1, last: 9, joined: false },
    { low: 2, high: 3, first: 2, last: 3, joined: true },
    { low: 4, high: 4, first: 4, last: 4, joined: false },
  ]);
  assert.deepEqual(bucketsOf(Float64Array.from([1, Number.NaN]), 2)[1], null);
  assert.deepEqual(bucketsOf(new Float64Array(0), 0), []);
});

const plot = (words: readonly string[], width = 80) => run(["plot", "-C", history, ...words], { width });

test("tidemark plot draws the values with their axis, leaves a gap for NaN and says so", async () => {
  const { out, code } = await plot(["loss"], 30);
  assert.equal(code, 0);
  const lines = out.split("\n");
  assert.equal(lines[0], "…json:loss ▼  now 4, lowest 0…");
  assert.deepEqual(
    lines.slice(1, 17).map((line) => line.slice(0, 3)),
    ["4 ┤", "  │", "  │", "  │", "3 ┤", "  │", "  │", "  │", "2 ┤", "  │", "  │", "1 ┤", "  │", "  │", "  │", "0 ┤"],
  );
  const corner = (lines[1] ?? "").codePointAt(29) ?? 0;
  assert.equal(corner & 0x08, 0x08, "the newest value is at the right upper end");
  assert.match(lines[16] ?? "", /^0 ┤[⠀-⣿]/, "the oldest at the left lower end");
  for (const line of lines.slice(5, 13)) assert.doesNotMatch(line.slice(10, 22), /[⠁-⣿]/, "nothing from 1 to 3");
  assert.match(lines[17] ?? "", /^ {2}└─{27}$/);
  assert.match(out, /^5 commits of main, oldest to…$/m);
  assert.match((await plot(["loss"])).out, /^a gap in loss: 1 commit has NaN, an infinity or a text$/m);
});

test("tidemark plot calls a value the last one where the newest commit has none", async () => {
  const gone = await buildHistory(join(root, "gone.git"), (builder) => {
    for (const document of ['{"a": 1, "b": 2}', '{"a": 3}']) builder.commit({ files: { "metrics.json": document } });
  });
  const { out } = await run(["plot", "-C", gone, "a", "b"], { width: 80 });
  assert.match(out, /^metrics\.json:a {2}now 3, lowest 1, highest 3$/m);
  assert.match(out, /^metrics\.json:b {2}last 2, lowest 2, highest 2$/m);
});

test("tidemark plot draws a panel for each column above one axis", async () => {
  const { out } = await plot(["loss", "time_ms"]);
  assert.match(out, /^metrics\.json:loss ▼ {2}now 4, lowest 0, highest 4$/m);
  assert.match(out, /^metrics\.json:time_ms ▼ {2}now 10\u00a0ms, lowest 10\u00a0ms, highest 30\u00a0ms$/m);
  assert.equal(out.match(/└/g)?.length, 1);
  assert.match(out, /^ +2023-11-14 [0-9a-f]{7} +2023-11-14 [0-9a-f]{7}$/m);
});

test("tidemark plot -n draws the newest commits only; no line is wider than the terminal", async () => {
  assert.match((await plot(["loss", "-n", "2"])).out, /^2 commits of main/m);
  for (const width of [16, 24, 40, 79, 80, 200]) {
    const { out } = await plot(["loss", "time_ms"], width);
    for (const line of out.split("\n")) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
  }
  const { out } = await plot(["loss"], Number.POSITIVE_INFINITY);
  assert.equal(Math.max(...out.split("\n").map(widthOf)), 80, "where no terminal is");
});

test("tidemark plot writes the figures in the other formats, as log does", async () => {
  const csv = await plot(["loss", "--csv"]);
  assert.match(csv.out, /^commit,date,author,subject,metrics\.json:loss\n[0-9a-f]{40},[^\n]+,4\n/);
  assert.equal((JSON.parse((await plot(["loss", "-n", "3", "--json"])).out) as unknown[]).length, 3);
  assert.match((await plot(["loss", "--md"])).out, /^\| commit \| date \| subject \| metrics\.json:loss \|/);
});

test("tidemark plot --svg writes a picture in which nothing is markup or loaded", async () => {
  const odd = await buildHistory(join(root, "odd.git"), (builder) => {
    for (const loss of [1, 2])
      builder.commit({ files: { "metrics.json": JSON.stringify({ "<script>\u202e": loss }) } });
  });
  const file = join(root, "chart.svg");
  const said = await run(["plot", odd, "metrics.json:<script>\u202e", "--svg", "chart.svg"]);
  assert.equal(said.code, 0, said.err);
  assert.equal(said.out, "chart.svg is written.\n");
  const svg = readFileSync(file, "utf8");
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  assert.match(svg, /<polyline class="l" points="96,\d+(?:\.\d)? 944,\d+(?:\.\d)?"\/>/);
  assert.doesNotMatch(svg, /<script|\u202e|href|url\(/);
  await plot(["loss", "time_ms", "--svg", "chart.svg"]);
  assert.equal(readFileSync(file, "utf8").match(/<polyline/g)?.length, 3, "a gap divides a line");
});

const WRONG: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
  [[], 2, /Cannot run "tidemark plot": found no <columns> behind it/],
  [["."], 2, /Cannot use the columns "": found no column, wanted one to 12/],
  [Array.from({ length: 13 }, (_, index) => `c${index}`), 2, /found 13 columns, wanted one to 12/],
  [["note"], 2, /Cannot draw the column "metrics\.json:note": found values that are no numbers \(text\)/],
  [["speed"], 1, /Cannot find the column "speed"/],
  [["loss", "-n", "x"], 2, /Cannot use the number of commits "x"/],
  [["loss", "--svg", "x.svg", "--json"], 2, /Cannot use the option "--json": found --svg too, wanted one of the two/],
  [["loss", "--svg", "no/such/x.svg"], 1, /Cannot write the file "no\/such\/x\.svg": found no such folder/],
  [["loss", "--svg", "."], 1, /Cannot write the file "\.": found a folder/],
];

for (const [words, code, err] of WRONG) {
  test(`tidemark plot ${words.join(" ").slice(0, 40)} ends with ${code} and one sentence`, async () => {
    const said = words[0] === "." ? await run(["plot", ...words]) : await plot(words);
    assert.equal(said.code, code, said.err);
    assert.match(said.err, err);
    assert.equal(said.out, "");
  });
}
