// A Tidemark of a benchmark's own: a fresh data folder with a running Postgres, gone afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createLog } from "../src/log.ts";
import { startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { upgrade } from "../src/store/migrate.ts";

/** Addresses of a running installation's Postgres, in clear: it lives as long as the benchmark. */
export interface BenchInstallation {
  readonly dataFolder: string;
  readonly urls: { readonly owner: string; readonly web: string; readonly worker: string };
  close(): Promise<void>;
}

/** Starts Postgres on a fresh folder and brings it to the newest schema. */
export async function openBenchInstallation(): Promise<BenchInstallation> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  chmodSync(dataFolder, 0o711);
  const log = createLog({ level: "error" });
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "npm run bench", log });
  await upgrade(postgres.ownerUrl);
  return {
    dataFolder,
    urls: {
      owner: postgres.ownerUrl.reveal(),
      web: postgres.webUrl.reveal(),
      worker: postgres.workerUrl.reveal(),
    },
    close: async () => {
      await postgres.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** What the importing process told at its end. Times in ms from adding the repository, memory in bytes. */
export interface ImportResult {
  readonly readableMs: number;
  readonly doneMs: number;
  readonly peakBytes: number;
  readonly commits: number;
}

/** Imports a repository (a folder, or a URL on loopback) in a process of its own, as a worker does. */
export async function importInProcess(installation: BenchInstallation, address: string): Promise<ImportResult> {
  const script = join(import.meta.dirname, "import-process.ts");
  const child = spawn(process.execPath, [script, address, join(installation.dataFolder, "mirrors")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(installation.urls));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit") as Promise<[number]>]);
  if (code !== 0) throw new Error(`the import of ${address} ended with ${code}`);
  return JSON.parse(output) as ImportResult;
}
