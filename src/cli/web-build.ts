// Builds the web app when it is missing or older than its sources: `npm ci` has done it, a `git pull` has not.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Effects } from "./effects.ts";

/** The project's folder, and what of it the web app is made of. */
const ROOT = join(import.meta.dirname, "..", "..");
const SOURCES = ["web", "src/domain", "src/api/contract", "vite.config.ts"];

/** Where the built web app lies. */
export const WEB_FOLDER = join(ROOT, "dist", "web");

/** Builds the web app if need be. Where it cannot be built, the server says so on its page and the API works. */
export async function ensureWebApp(effects: Effects): Promise<void> {
  const built = await changedAt(join(WEB_FOLDER, "index.html"));
  const sources = await Promise.all(SOURCES.map((path) => newestIn(join(ROOT, path))));
  if (built >= Math.max(...sources)) return;
  effects.err.write("Building the web app …\n");
  try {
    const { build } = await import("vite");
    await build({ root: join(ROOT, "web"), configFile: join(ROOT, "vite.config.ts"), logLevel: "warn" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    effects.err.write(`The web app cannot be built (${reason}); the API works without it.\n`);
  }
}

/** When a file was changed, ms since 1970; 0 when it is not there. */
async function changedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.mtimeMs ?? 0;
}

async function newestIn(path: string): Promise<number> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  const names = await readdir(path, { recursive: true });
  const times = await Promise.all(
    names.filter((name) => !/\.test\.tsx?$/.test(name)).map((name) => changedAt(join(path, name))),
  );
  return Math.max(0, ...times);
}
