// The web process of a benchmark, started beside it, and what it told of the page that it serves.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BenchInstallation } from "./installation.ts";

/** A value of a statement. */
export type Value = string | number | boolean | null | readonly Value[];

/** A page that is served. */
export interface Served {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
  /** what the page asks of Postgres */
  readonly asked: readonly { readonly text: string; readonly values: readonly Value[] }[];
  readonly bytes: number;
  /** ids of the repository's first columns, at most 40 */
  readonly columns: readonly string[];
  readonly etag: string;
  readonly text: string;
}

/**
 * Serves the one repository of an installation in a process of its own.
 * @param cached whether pages are kept; else each is made anew, which is what most figures are about
 */
export async function servePages(
  installation: BenchInstallation,
  cached = false,
): Promise<{ served: Served; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "page-server.ts"), ...(cached ? ["cached"] : [])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(installation.urls));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { served: JSON.parse(line) as Served, stop };
}
