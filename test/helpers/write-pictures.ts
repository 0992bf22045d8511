// `npm run pictures`: takes pictures of every page and state, at both widths and in both schemes.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { makeDemoRepository } from "../../src/workspace/demo-history.ts";
import { ROOT } from "../source-files.ts";
import { git, HistoryBuilder, makeBare } from "./git-history.ts";
import { EMPTY, IMPORTING, type Picture, pictureList } from "./picture-list.ts";
import { PushedRepository } from "./pushed-repository.ts";
import { repositoryBecomes } from "./running-app.ts";
import { openSignedIn, type SignedInBrowser } from "./signed-in-browser.ts";
import { storeEvents } from "./stored-events.ts";

const PICTURES = join(ROOT, "docs/pictures");
/** Git ignores it: only what the documents show is committed. */
const OTHERS = join(PICTURES, "all");
/** What the documents show, wide. */
const SHOWN: ReadonlySet<string> = new Set(["table", "column", "compare"]);
const WIDE = { width: 1280, height: 720 };
const NARROW = { width: 360, height: 740 };
/** Commits of the history whose import lasts long enough to be looked at. */
const LONG_COMMITS = 80_000;
/** A page on which nothing changed for so long is complete, in milliseconds. */
const STILL_MS = 500;
/** Everything that is not a picture of these is left out; all without one. */
const wanted = process.argv[2];

const variants = (["light", "dark"] as const).flatMap((colorScheme) =>
  [WIDE, NARROW].map((viewport) => ({ colorScheme, viewport })),
);
type Variant = (typeof variants)[number];

function fileOf(name: string, { colorScheme, viewport }: Variant): string {
  if (SHOWN.has(name) && viewport === WIDE) return join(PICTURES, `${name}-${colorScheme}.png`);
  return join(OTHERS, `${name}-${viewport.width}-${colorScheme}.png`);
}

/** Waits until nothing on the page has changed for so long. */
function stillFor(page: Page, milliseconds: number): Promise<void> {
  return page.evaluate(
    (pause) =>
      new Promise<void>((resolve) => {
        let timer = setTimeout(resolve, pause);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(resolve, pause);
        });
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
    milliseconds,
  );
}

async function take(signedIn: SignedInBrowser, pictures: readonly Picture[]): Promise<void> {
  for (const picture of pictures) {
    if (wanted !== undefined && !picture.name.includes(wanted)) continue;
    for (const variant of variants) {
      const options: BrowserContextOptions = {
        ...variant,
        reducedMotion: "reduce",
        ...(picture.signedOut === true ? { storageState: { cookies: [], origins: [] } } : {}),
      };
      const page = await signedIn.open(picture.path, options);
      await page.locator(picture.ready).first().waitFor();
      await picture.act?.(page);
      await (pictures === IMPORTING ? undefined : stillFor(page, STILL_MS));
      const whole = !SHOWN.has(picture.name) && !picture.name.startsWith("table");
      await page.screenshot({ path: fileOf(picture.name, variant), fullPage: whole });
      await page.context().close();
    }
  }
}

/** Repositories in every state beside the demo. */
async function makeOthers(folder: string, { running, cookie }: SignedInBrowser): Promise<void> {
  const plain = new HistoryBuilder(join(folder, "plain"));
  plain.commit({ files: { "README.md": "no metric file here\n" } });
  await plain.finish();
  await running.follow(join(folder, "plain"), "plain", cookie);
  const one = new HistoryBuilder(join(folder, "one"));
  one.commit({ files: { "metrics.json": '{"accuracy": 0.71, "loss": 0.9}' }, message: "First figures\n" });
  await one.finish();
  await running.follow(join(folder, "one"), "one", cookie);
  makeBare(join(folder, "empty"));
  await running.follow(join(folder, "empty"), "empty", cookie);
  const { origin } = running;
  const sync = async (name: string): Promise<void> => {
    const headers = { cookie, "content-type": "application/json", origin };
    await fetch(`${origin}/api/v1/repositories/${name}/sync`, { method: "POST", headers });
  };
  const deleted = new PushedRepository(join(folder, "deleted"));
  deleted.commit("main");
  await running.follow(deleted.folder, "deleted", cookie);
  deleted.remove("main");
  await sync("deleted");
  makeBare(join(folder, "failing"));
  await running.follow(join(folder, "failing"), "failing", cookie);
  renameSync(join(folder, "failing"), join(folder, "away"));
  await sync("failing");
  await repositoryBecomes("failed", "failing", { origin, cookie });
  await repositoryBecomes("ready", "deleted", { origin, cookie });
}

const folder = mkdtempSync(join(tmpdir(), "tidemark-pictures-"));
if (wanted === undefined) rmSync(OTHERS, { recursive: true, force: true });
mkdirSync(OTHERS, { recursive: true });
// what a page complains of is for its tests
const signedIn = await openSignedIn(folder, [""]);
try {
  await take(signedIn, EMPTY);
  const demo = join(folder, "demo");
  await makeDemoRepository(demo, { seed: 1, endsAt: Math.floor(Date.now() / 86_400_000) * 86_400 });
  await signedIn.running.follow(demo, "demo", signedIn.cookie);
  await storeEvents(signedIn.running.db, "demo", git(demo, "log", "--format=%H", "main").split("\n"));
  await makeOthers(folder, signedIn);
  await take(signedIn, pictureList(demo));
  if (IMPORTING.some(({ name }) => wanted === undefined || name.includes(wanted))) {
    const long = new HistoryBuilder(join(folder, "long"));
    for (let n = 0; n < LONG_COMMITS; n++) {
      long.commit({ files: { "metrics.json": `{"loss": ${1 / (n + 1)}, "step": ${n}}` }, message: `Step ${n}\n` });
    }
    await long.finish();
    await signedIn.running.app.follow({ folder: join(folder, "long") });
    await take(signedIn, IMPORTING);
  }
} finally {
  await signedIn.close();
  rmSync(folder, { recursive: true, force: true });
}
