// web: compressed script of the first load, largest paint, and the worst frame of a table of 10,000 commits × 200 columns.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { BrowserContext, Page } from "playwright-core";
import { noBrowser, openBrowser } from "../../test/helpers/browser.ts";
import { repositoryPage } from "../../web/paths.ts";
import { type Benchmark, figureOf, median } from "../figure.ts";
import { tracedFrames } from "../frame-trace.ts";
import { wideHistory } from "../inputs.ts";
import { scrollAcross, scrollDown } from "../scroll-page.ts";

const COMMITS = 10_000;
const COLUMNS = 200;
const PAINTS = 5;
const MAX_SCRIPT_KB = 250;
const MAX_PAINT_MS = 1_000;
const MAX_FRAME_MS = 32;
/** Pixels a frame: more than five rows, or a column every other one. */
const STEP_DOWN = 240;
const STEP_ACROSS = 60;
/** Frames in which the page is still busy with having been opened. */
const FIRST_FRAMES = 3;
const ROOT = join(import.meta.dirname, "..", "..");
const TRACES = join(ROOT, "bench", "traces");
const LOOK_MS = 300;

/** Serves a folder as people do. @returns the link that signs in, and what ends the server */
async function serve(folder: string, data: string): Promise<{ link: string; stop: () => Promise<void> }> {
  const { PATH = "", HOME = "" } = process.env; // no settings: a DATABASE_URL would be another server
  const args = [join(ROOT, "bin", "tidemark.mjs"), "serve", folder, "--data", data, "--port", "0"];
  const child = spawn(process.execPath, args, { env: { PATH, HOME }, stdio: ["ignore", "pipe", "inherit"] });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  };
  for await (const line of createInterface(child.stdout)) {
    const link = /http:\S+\/signin#\S+/.exec(line)?.[0];
    if (link === undefined) continue;
    child.stdout.resume();
    return { link, stop };
  }
  throw new Error("the server told no link");
}

/** What the API answers, asked from inside a page that is signed in. */
function ask<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(async (address) => (await fetch(address)).json() as Promise<T>, path);
}

/** Waits for the import. @returns the path of the table with all its columns */
async function tablePath(page: Page): Promise<string> {
  for (;;) {
    type Listed = { repositories: { name: string; state: string }[] };
    const [repository] = (await ask<Listed>(page, "/api/v1/repositories")).repositories;
    if (repository?.state === "ready") {
      const address = `/api/v1/repositories/${repository.name}/columns?limit=${COLUMNS}`;
      const { columns } = await ask<{ columns: { id: string }[] }>(page, address);
      return repositoryPage(repository.name, { columns: columns.map(({ id }) => id) });
    }
    if (repository?.state === "failed") throw new Error("the import failed");
    await wait(LOOK_MS);
  }
}

/** Opens the table as somebody who was never there. @returns ms to the largest paint, and kB of script that came */
async function firstLoad(context: BrowserContext, address: string): Promise<{ paintMs: number; scriptKb: number }> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      (window as unknown as { paintMs: number }).paintMs = list.getEntries().at(-1)?.startTime ?? 0;
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await page.goto(address);
  await page.locator(".spark polyline").first().waitFor();
  const seen = await page.evaluate(() => {
    const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const scripts = resources.filter(({ name }) => name.endsWith(".js"));
    return {
      paintMs: (window as unknown as { paintMs: number }).paintMs,
      scriptKb: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1_000,
    };
  });
  await page.close();
  return seen;
}

/** @returns the worst frame of a scroll, in ms of the main thread's processor time */
async function worstFrame(page: Page, name: string, work: () => Promise<unknown>, say: (line: string) => void) {
  const all = await tracedFrames(page, join(TRACES, `${name}.json.gz`), work);
  const frames = all.slice(FIRST_FRAMES);
  const worst = Math.max(...frames);
  say(`${name}: ${frames.length} frames, median ${median(frames).toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
  return worst;
}

/** Goal: no frame over 32 ms, at most 250 kB of compressed script, largest paint within 1.0 s. The figure is the frame. */
export const benchmark: Benchmark = {
  name: "web",
  run: async (say) => {
    if (noBrowser !== false) {
      say(noBrowser);
      return null;
    }
    const data = mkdtempSync(join(tmpdir(), "tidemark-bench-web-"));
    chmodSync(data, 0o711);
    const server = await serve(await wideHistory(COMMITS, COLUMNS), data);
    const browser = await openBrowser();
    try {
      const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
      const page = await context.newPage();
      await page.goto(server.link);
      await page.getByRole("heading", { name: "Repositories" }).waitFor();
      const address = new URL(server.link).origin + (await tablePath(page));
      const loads = [];
      for (let load = 0; load < PAINTS; load++) loads.push(await firstLoad(context, address));
      const scriptKb = median(loads.map((load) => load.scriptKb));
      const paintMs = median(loads.map((load) => load.paintMs));
      say(
        `first load: ${scriptKb.toFixed(1)} kB of compressed script; largest paints ${loads.map((load) => Math.round(load.paintMs)).join(", ")} ms`,
      );

      await page.goto(address);
      await page.locator(".spark polyline").first().waitFor();
      const across = await worstFrame(
        page,
        "web-across",
        () => page.evaluate(scrollAcross, { step: STEP_ACROSS }),
        say,
      );
      const scroll = { step: STEP_DOWN, rows: COMMITS };
      const down = await worstFrame(page, "web-down", () => page.evaluate(scrollDown, scroll), say);
      const figure = Math.max(across, down);
      return figureOf({
        floor: null,
        figure,
        unit: "ms",
        goal:
          `no frame over ${MAX_FRAME_MS} ms; script ≤ ${MAX_SCRIPT_KB} kB (here ${Math.round(scriptKb)}); ` +
          `largest paint ≤ ${MAX_PAINT_MS} ms (here ${Math.round(paintMs)})`,
        met: figure <= MAX_FRAME_MS && scriptKb <= MAX_SCRIPT_KB && paintMs <= MAX_PAINT_MS,
      });
    } finally {
      await browser.close();
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
};
