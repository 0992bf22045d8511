// What each frame of a page cost, from the browser's own trace: processor time of the page's main thread, so that what
// else runs on the machine is not counted. A frame costs the task that draws it and the longest task before the next one:
// that is what it may have to wait for. More tasks than that follow only where other programs held the frame up.
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
  readonly dur?: number | undefined;
  /** processor time of the thread */
  readonly tdur?: number | undefined;
}

const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"];
/** What is looked at: the frames and the tasks between them. */
const KEPT: ReadonlySet<string> = new Set(["RunTask", "FireAnimationFrame"]);
/** Shorter tasks decide nothing, in microseconds; there are as many of them as of all others. */
const SHORTEST_KEPT = 100;

async function record(cdp: CDPSession, work: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ["*"], traceBufferSizeInKb: 800_000 };
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  await work();
  const complete = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  await cdp.send("Tracing.end");
  await complete;
  const main = events.find(({ name }) => name === "FireAnimationFrame");
  return events
    .filter(({ name, pid, tid }) => pid === main?.pid && tid === main.tid && KEPT.has(name))
    .filter(({ name, dur = 0 }) => name !== "RunTask" || dur >= SHORTEST_KEPT)
    .map(({ name, ph, pid, tid, ts, dur, tdur }) => ({ name, ph, cat: "devtools.timeline", pid, tid, ts, dur, tdur }));
}

/**
 * Traces what a page does, and keeps the trace.
 * @param keptAs a gzip file that browsers' own tools open
 * @returns what each frame cost, in milliseconds
 */
export async function tracedFrames(page: Page, keptAs: string, work: () => Promise<unknown>): Promise<number[]> {
  const cdp = await page.context().newCDPSession(page);
  const events = await record(cdp, work);
  await cdp.detach();
  mkdirSync(dirname(keptAs), { recursive: true });
  writeFileSync(keptAs, gzipSync(JSON.stringify({ traceEvents: events }), { level: 9 }));
  const starts = events.filter(({ name }) => name === "FireAnimationFrame").map(({ ts }) => ts);
  const tasks = events.filter(({ name, ph }) => name === "RunTask" && ph === "X").toSorted((x, y) => x.ts - y.ts);
  return framesOf(
    tasks,
    starts.toSorted((x, y) => x - y),
  );
}

function framesOf(tasks: readonly TraceEvent[], starts: readonly number[]): number[] {
  const frames: { drawing: number; longest: number }[] = [];
  let next = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    const draws = next < starts.length && (starts[next] as number) <= ts + dur;
    while (next < starts.length && (starts[next] as number) <= ts + dur) next += 1;
    const last = frames.at(-1);
    if (draws) frames.push({ drawing: tdur, longest: 0 });
    else if (last !== undefined) last.longest = Math.max(last.longest, tdur);
  }
  // the last one has no next
  return frames.slice(0, -1).map(({ drawing, longest }) => (drawing + longest) / 1_000);
}
