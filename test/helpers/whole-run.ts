// What a run of all test files shares, so that not each of them makes it anew: compiled code, and the Postgres that runs.
import { join } from "node:path";
import { ROOT } from "../source-files.ts";
import { keepServer } from "./test-database.ts";

let leave: (() => Promise<void>) | null = null;

/** Called by Node's test runner before the first test file. */
export async function globalSetup(): Promise<void> {
  // the processes of test files inherit it: half of what a small one takes was to compile what others had compiled
  process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules", ".cache", "compiled");
  leave = await keepServer();
}

/** Called after the last one. */
export async function globalTeardown(): Promise<void> {
  await leave?.();
}
