// The demo's history from its seed: three hundred commits of a made-up project, as a stream for `git fast-import`.
import {
  type DemoEffect,
  type DemoRandom,
  renderBenchmark,
  renderCoverage,
  renderHugeResults,
  renderMetrics,
  renderResults,
} from "./demo-project.ts";
import { DemoPiles, type DemoWork } from "./demo-subjects.ts";
import { type DemoCommit, type DemoExtra, DemoTimeline } from "./demo-timeline.ts";

/** Commits of the demo, those of its data branch included. */
export const DEMO_COMMITS = 300;
/** Commits of its last month, in which the two live branches begin, and those that a visitor sees first. */
const LAST_MONTH = 42;
const LAST_WEEK = 4;
/** Seconds since 1970 of the newest commit unless told otherwise: 2026-11-20, 16:00 UTC. */
export const DEMO_ENDS_AT = 1_795_190_400;
const HOUR_S = 3_600;
/** Where every commit is made before the branches are set: the default branch itself. */
const BUILD_REF = "refs/heads/main";
const COVERAGE_BRANCH = "gh-pages";
const COVERAGE_FILE = "coverage/coverage-summary.json";

/**
 * Writes the demo's history. The same arguments give the same bytes, so the same commit ids.
 * @param seed any whole number
 * @param endsAt when the newest commit is made, in seconds since 1970
 * @returns the stream, piece by piece; 5 MiB in all, most of it one file that is too large to be read
 */
export function* demoStream(seed: number, endsAt: number = DEMO_ENDS_AT): Generator<string> {
  const { commits, heads } = tellStory(seed);
  const last = commits.at(-1)?.hour ?? 0;
  for (const commit of commits) {
    yield commitText(commit, Math.round(endsAt - (last - commit.hour) * HOUR_S));
  }
  for (const [branch, mark] of heads) yield `reset refs/heads/${branch}\nfrom :${mark}\n\n`;
  yield "done\n";
}

interface Story {
  readonly timeline: DemoTimeline;
  readonly piles: DemoPiles;
  readonly random: DemoRandom;
}

function tellStory(seed: number): { commits: readonly DemoCommit[]; heads: ReadonlyMap<string, number> } {
  const random = seededRandom(seed);
  const story: Story = { timeline: new DemoTimeline(random), piles: new DemoPiles(random), random };
  const { timeline } = story;
  beginnings(story);
  topicBranches(story);
  foxtrot(story);
  troubles(story);
  while (timeline.commits.length < DEMO_COMMITS - LAST_MONTH) work(story, "main");
  liveBranches(story);
  while (timeline.commits.length < DEMO_COMMITS - LAST_WEEK) work(story, "main");
  lastWeek(story);
  return { commits: timeline.commits, heads: timeline.heads() };
}

/** One person, one branch, the first figures. */
function beginnings(story: Story): void {
  const { timeline } = story;
  timeline.commit("main", done("Begin with the gauges of two harbours", {}), { author: 0 });
  timeline.commit("main", done("Measure the forecast for the first time", { quality: 0.05 }, "evaluated"), {
    author: 0,
  });
  timeline.commit("main", done("Time each step", {}, "benchmarked"), { author: 0 });
  for (let i = 0; i < 30; i++) work(story, "main", i < 12 ? { author: 0 } : {});
  publishCoverage(story, 4);
}

/** Topic branches that are merged: two alone, three at once. */
function topicBranches(story: Story): void {
  const { timeline, random } = story;
  for (const [branch, commits] of [
    ["gap-filling", 6],
    ["weather-series", 8],
  ] as const) {
    timeline.fork(branch, "main");
    for (let i = 0; i < commits; i++) {
      work(story, branch);
      if (random() < 0.5) work(story, "main");
    }
    timeline.merge("main", [branch], `Merge branch '${branch}'`);
    timeline.remove(branch);
    for (let i = 0; i < 5; i++) work(story, "main");
  }
  const three = ["faster-reading", "typing", "more-harbours"];
  for (const branch of three) {
    timeline.fork(branch, "main");
    for (let i = 0; i < 3; i++) work(story, branch);
  }
  work(story, "main");
  timeline.merge("main", three, `Merge branches 'faster-reading', 'typing' and 'more-harbours'`, 1);
  for (const branch of three) timeline.remove(branch);
  publishCoverage(story, 5);
}

/** Main is merged into dev and then moved there: its own commits are no longer on its first-parent line. */
function foxtrot(story: Story): void {
  const { timeline } = story;
  timeline.fork("dev", "main");
  timeline.commit(
    "dev",
    done(
      "Start over with an LSTM",
      { params: { "model.type": "lstm" }, quality: 0.12, latency: 1.2, size: 1.3 },
      "evaluated",
    ),
    { author: 2 },
  );
  for (let i = 0; i < 14; i++) {
    work(story, "dev", { author: 2 });
    if (i % 2 === 0) work(story, "main");
  }
  timeline.merge("dev", ["main"], "Merge branch 'main' into dev", 2);
  timeline.fastForward("main", "dev");
  timeline.remove("dev");
  for (let i = 0; i < 6; i++) work(story, "main");
  publishCoverage(story, 5);
}

/** What goes wrong in real projects: a renamed row, NaN, a file that is too large, one that is broken. */
function troubles(story: Story): void {
  const { timeline, random } = story;
  const rename: DemoEffect = { renameBench: ["decode", "decode_netcdf"] };
  timeline.commit("main", done("Call the decoder by its format", rename, "benchmarked"), { author: 1 });
  for (let i = 0; i < 5; i++) work(story, "main");

  const fast: DemoEffect = { params: { "train.lr": 0.1 } };
  timeline.commit("main", done("Train ten times faster", fast, "evaluated"), { author: 3, diverged: true });
  const slow: DemoEffect = { params: { "train.lr": 0.001 } };
  timeline.commit("main", done("Go back to a rate of 0.001: the loss was NaN", slow, "evaluated"), { author: 0 });
  for (let i = 0; i < 6; i++) work(story, "main");

  const results = (text: string): DemoExtra => ({ author: 4, files: new Map([["eval/results.json", text]]) });
  timeline.commit(
    "main",
    done("Say how the error grows with the horizon"),
    results(renderResults(timeline.project("main"), random)),
  );
  for (let i = 0; i < 3; i++) work(story, "main");
  timeline.commit(
    "main",
    done("Keep every forecast for later"),
    results(renderHugeResults(timeline.project("main"), random)),
  );
  for (let i = 0; i < 2; i++) work(story, "main");
  timeline.commit(
    "main",
    done("Do not commit the forecasts themselves"),
    results(renderResults(timeline.project("main"), random)),
  );
  for (let i = 0; i < 5; i++) work(story, "main");

  const broken = renderMetrics(timeline.project("main"), random).replace(/"auc": [\d.]+,/, '"auc": 0.9');
  timeline.commit("main", done("Round the figures by hand"), { author: 3, files: new Map([["metrics.json", broken]]) });
  timeline.commit("main", done("Let the evaluator round: a comma was missing", {}, "evaluated"), { author: 0 });
  publishCoverage(story, 5);
}

/** Two branches that are still being worked on. */
function liveBranches(story: Story): void {
  const { timeline } = story;
  timeline.fork("transformer", "main");
  const attention: DemoEffect = {
    params: { "model.type": "transformer", "model.layers": 4 },
    quality: 0.1,
    latency: 2.4,
    size: 3.1,
  };
  timeline.commit("transformer", done("Try attention over the whole window", attention, "evaluated"), { author: 4 });
  for (let i = 0; i < 10; i++) {
    work(story, "transformer", { author: 4 });
    if (i % 2 === 1) work(story, "main");
  }
  timeline.fork("quantise", "main");
  const bytes: DemoEffect = { quality: -0.04, latency: 0.55, size: 0.27 };
  timeline.commit("quantise", done("Keep weights in eight bits", bytes, "evaluated", "benchmarked"), { author: 1 });
  for (let i = 0; i < 6; i++) work(story, "quantise", { author: 1 });
  publishCoverage(story, 5);
}

/** What a visitor sees first: the best accuracy ever, bought with slower forecasts. */
function lastWeek(story: Story): void {
  const { timeline, random } = story;
  timeline.commit("main", done("Describe the figures in the README"), { author: 0 });
  const ensemble: DemoEffect = { quality: 0.35, latency: 1.35, size: 1.25, bench: { forecast: 1.4 } };
  timeline.commit("main", done("Forecast with an ensemble of three", ensemble, "evaluated", "benchmarked"), {
    author: 2,
  });
  timeline.commit("main", done("Test the ensemble", { coverage: 0.01 }), { author: 2 });
  const files = new Map([["benchmark.json", renderBenchmark(timeline.project("main"), random)]]);
  timeline.commit("main", done("Time each step again on the new machine"), { author: 0, files });
}

/** A program commits the coverage on a branch that shares nothing with the others. */
function publishCoverage({ timeline, random }: Story, times: number): void {
  for (let i = 0; i < times; i++) {
    const project = { ...timeline.project("main"), coverage: timeline.project("main").coverage + (i - times) * 0.004 };
    const files = new Map([
      [COVERAGE_FILE, renderCoverage(project, random)],
      ["params.yaml", null],
    ]);
    const subject = `Publish coverage of build ${1_000 + timeline.commits.length * 3}`;
    timeline.commit(COVERAGE_BRANCH, { ...done(subject), source: "index.html" }, { author: 5, files });
  }
}

function work({ timeline, piles }: Story, branch: string, extra: DemoExtra = {}): void {
  timeline.commit(branch, piles.next(), extra);
}

/** A piece of work that the story asks for by name. */
function done(
  subject: string,
  effect: DemoEffect = {},
  ...measured: readonly ("evaluated" | "benchmarked")[]
): DemoWork {
  const [evaluated, benchmarked] = [measured.includes("evaluated"), measured.includes("benchmarked")];
  return { subject, source: "src/model.py", effect, evaluated, benchmarked };
}

function commitText(commit: DemoCommit, at: number): string {
  const { name, email, zone } = commit.author;
  const signature = `${name} <${email}> ${at} ${zone}`;
  const [first, ...others] = commit.parents;
  // all on one ref, so that branches which were merged and removed leave none behind
  let text = first === undefined ? `reset ${BUILD_REF}\n\n` : "";
  text += `commit ${BUILD_REF}\nmark :${commit.mark}\nauthor ${signature}\ncommitter ${signature}\n`;
  text += dataText(`${commit.subject}\n`);
  if (first !== undefined) text += `from :${first}\n`;
  for (const parent of others) text += `merge :${parent}\n`;
  for (const [path, content] of commit.files) {
    text += content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${dataText(content)}`;
  }
  return `${text}\n`;
}

function dataText(content: string): string {
  return `data ${Buffer.byteLength(content)}\n${content}\n`;
}

/** Numbers from 0 up to, not including, 1, the same everywhere for the same seed (mulberry32). */
function seededRandom(seed: number): DemoRandom {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
