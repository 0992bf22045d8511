// The web app built from the sources of now: once for all test files that look at pages, and kept until a source changes.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { projectFiles, ROOT } from "../source-files.ts";

/** Git leaves it out. A build is in a folder named by what it was built from. */
const BUILDS = join(ROOT, "dist", "test-web");
/** What is built from: the pages, all that they could import, and the versions of packages. */
const SOURCE = /^(web|src)\/(?!.*\.test\.)|^(vite\.config\.ts|package-lock\.json)$/;
/** Builds of other sources go this long after their last use: a test of an older checkout state may still read them. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * Builds the web app unless these sources have been built. Test files that do so at once get the same: a build has its
 * name once it is whole.
 * @returns the folder, which nobody may write to
 */
export async function builtWeb(): Promise<string> {
  const hash = createHash("sha256");
  for (const path of projectFiles().filter((name) => SOURCE.test(name))) {
    hash.update(`${path}\0`).update(
      createHash("sha256")
        .update(readFileSync(join(ROOT, path)))
        .digest(),
    );
  }
  const name = hash.digest("hex").slice(0, 16);
  const folder = join(BUILDS, name);
  if (!touch(folder)) {
    mkdirSync(BUILDS, { recursive: true });
    const made = mkdtempSync(join(BUILDS, "new-"));
    const { build } = await import("vite"); // costs more than a look at what is there
    const configFile = join(ROOT, "vite.config.ts");
    await build({ configFile, logLevel: "error", build: { outDir: made, emptyOutDir: true } });
    try {
      renameSync(made, folder);
    } catch (error) {
      rmSync(made, { recursive: true, force: true });
      if (!touch(folder)) throw error; // or another test file was faster
    }
  }
  removeOld(name);
  return folder;
}

/** Notes that a build is in use. @returns false where there is none */
function touch(folder: string): boolean {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
    return true;
  } catch {
    return false;
  }
}

function removeOld(used: string): void {
  for (const name of readdirSync(BUILDS)) {
    const folder = join(BUILDS, name);
    const usedAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (name !== used && usedAt < Date.now() - KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}
