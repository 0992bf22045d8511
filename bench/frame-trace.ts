// What each frame of a page cost, from the browser's own trace: processor time of the page's main thread, so that what
// else runs on the machine is not counted.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import type { CDPSession, Page } from "playwright-core";

/** An event of a trace, as far as it is looked at; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** processor time of the thread */
  readonly tdur?: number;
}

const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"];
/** What is kept of a trace: the frames and the tasks between them; either opens in the browser's own tools. */
const KEPT: ReadonlySet<string> = new Set(["RunTask", "FireAnimationFrame", "Layout", "Paint", "FunctionCall"]);

async function record(cdp: CDPSession, work: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ["*"], traceBufferSizeInKb: 800_000 };
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  await work();
  const complete = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  await cdp.send("Tracing.end");
  await complete;
  return events.filter(({ name, ph }) => ph === "M" || KEPT.has(name));
}

/**
 * Traces what a page does.
 * @returns milliseconds of processor time that the main thread needed from each frame to the next
 */
export async function tracedFrames(page: Page, keptAs: string, work: () => Promise<unknown>): Promise<number[]> {
  const cdp = await page.context().newCDPSession(page);
  const events = await record(cdp, work);
  await cdp.detach();
  mkdirSync(dirname(keptAs), { recursive: true });
  writeFileSync(keptAs, gzipSync(JSON.stringify({ traceEvents: events }), { level: 9 }));
  const frame = events.find(({ name }) => name === "FireAnimationFrame");
  const main = events.filter(({ pid, tid }) => pid === frame?.pid && tid === frame.tid);
  const starts = main.filter(({ name }) => name === "FireAnimationFrame").map(({ ts }) => ts);
  const tasks = main.filter(({ name, ph }) => name === "RunTask" && ph === "X").toSorted((a, b) => a.ts - b.ts);
  return framesOf(
    tasks,
    starts.toSorted((a, b) => a - b),
  );
}

function framesOf(tasks: readonly TraceEvent[], starts: readonly number[]): number[] {
  const frames: number[] = [];
  let next = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    const begins = next < starts.length && (starts[next] as number) <= ts + dur;
    if (begins) frames.push(0);
    while (next < starts.length && (starts[next] as number) <= ts + dur) next += 1;
    if (frames.length > 0) frames[frames.length - 1] = (frames.at(-1) ?? 0) + tdur / 1_000;
  }
  // the last one has no next
  return frames.slice(0, -1);
}
