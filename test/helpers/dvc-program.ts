// The real DVC, where there is one: a program of Python that tests are compared with and that nothing of ours needs.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TEST_GIT_ENVIRONMENT } from "./git-history.ts";

const OWN = join(import.meta.dirname, "..", "..", ".ci", "venv", "bin", "dvc");

/** @returns the program that TIDEMARK_TEST_DVC names, or that of CI's virtual environment; null when there is none */
export function findDvc(): string | null {
  const named = process.env["TIDEMARK_TEST_DVC"];
  const program = named === undefined || named === "" ? OWN : named;
  return existsSync(program) ? program : null;
}

/** Runs it in a folder. @returns what it wrote: JSON as Python writes it */
export function runDvc(program: string, folder: string, ...args: readonly string[]): string {
  const env = { ...TEST_GIT_ENVIRONMENT, HOME: folder, DVC_NO_ANALYTICS: "1", LC_ALL: "C.UTF-8" };
  return execFileSync(program, args, {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  }).toString();
}
