// The newest page of a repository from Tidemark against a bare fastify that gives the same answer from memory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Figure, figureOf, median } from "./figure.ts";
import { codeHistory } from "./inputs.ts";
import { importInProcess, openBenchInstallation } from "./installation.ts";
import { requestsPerSecond } from "./load.ts";
import { servePages } from "./served-pages.ts";

const RUNS = 5;
const CONNECTIONS = 32;
const MILLISECONDS = 4_000;

/** Starts a bare server in a process of its own. */
async function serveBare(answer: { status: number; etag: string; text: string }): Promise<{
  readonly port: number;
  stop(): Promise<void>;
}> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "bare-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(answer));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { port: Number(line), stop };
}

/**
 * Compares the two by requests a second.
 * @param status 304: both are asked with If-None-Match
 */
export async function comparePage(
  { status, goal }: { readonly status: 200 | 304; readonly goal: number },
  say: (line: string) => void,
): Promise<Figure> {
  const installation = await openBenchInstallation();
  await importInProcess(installation, await codeHistory({ commits: 20_000, files: 2_000, versions: 5_000 }));
  const { served, stop } = await servePages(installation, true);
  const bare = await serveBare({ status, etag: served.etag, text: served.text });
  try {
    const headers = status === 304 ? { "If-None-Match": served.etag } : {};
    const load = { ...served, connections: CONNECTIONS, milliseconds: MILLISECONDS, status, headers, awake: true };
    say(
      `floor: bench/bare-server.ts, ${CONNECTIONS} connections, answers of ${status === 304 ? 0 : served.bytes} bytes`,
    );
    for (const port of [bare.port, served.port]) await requestsPerSecond({ ...load, port, milliseconds: 1_000 });
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      floors.push(await requestsPerSecond({ ...load, port: bare.port }));
      figures.push(await requestsPerSecond(load));
      say(`run ${run + 1}: bare ${Math.round(floors.at(-1) ?? 0)}/s, pages ${Math.round(figures.at(-1) ?? 0)}/s`);
    }
    const [floor, figure] = [median(floors), median(figures)];
    return figureOf({ floor, figure, unit: "1/s", goal: `≥ ${goal} × floor`, met: figure >= goal * floor });
  } finally {
    await bare.stop();
    await stop();
    await installation.close();
  }
}
