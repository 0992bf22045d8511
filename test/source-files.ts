// The project's own files as the checks see them: what Git would take, with their texts.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's folder. */
export const ROOT = join(import.meta.dirname, "..");

/** Paths (relative, `/`) that Git tracks or would track, sorted. */
export function projectFiles(): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(list.split("\0").filter((path) => path !== ""))].filter(exists).sort();
}

function exists(path: string): boolean {
  try {
    readText(path);
    return true;
  } catch {
    return false;
  }
}

/** @returns the text of a file of the project */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Whether a path is program text of ours that is not a test. */
export function isSource(path: string): boolean {
  return /^(src|web|bench)\/.*\.tsx?$/.test(path) && !isTest(path);
}

/** Whether a path is a test or serves tests only. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith("test/");
}
