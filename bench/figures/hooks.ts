// hooks: signed deliveries of 8 kB, each durable when it is answered, against pgbench inserting the same rows.
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { type Benchmark, figureOf, median, rounded } from "../figure.ts";
import { type BenchInstallation, openBenchInstallation } from "../installation.ts";

const RUNS = 5;
const CONNECTIONS = 32;
/** As many as the embedded server has room for beside Tidemark's own. */
const CLIENTS = 24;
const MILLISECONDS = 4_000;
const BODY_BYTES = 8 * 1_024;
const GOAL = 0.5;
/** How far the slowest of a hundred may be from the middle one. */
const SPREAD = 10;

interface Receiver {
  readonly port: number;
  readonly path: string;
  readonly secret: string;
  readonly organizationId: string;
  readonly webhookId: string;
}

/** A body like a push's: texts that compress as such texts do. */
const BODY = JSON.stringify({
  ref: "refs/heads/main",
  commits: Array.from({ length: 100 }, (_, index) => ({
    id: createHmac("sha1", "bench").update(String(index)).digest("hex"),
    message: `Change ${index}`,
  })),
})
  .padEnd(BODY_BYTES, " ")
  .slice(0, BODY_BYTES);

async function startReceiver({ urls }: BenchInstallation): Promise<{ receiver: Receiver; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "hook-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(urls));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { receiver: JSON.parse(line) as Receiver, stop };
}

let sent = 0;

/** Sends deliveries one after the other on each connection. @returns how long each took until its answer, in ms */
async function deliver({ port, path, secret }: Receiver, milliseconds: number): Promise<number[]> {
  const digest = createHmac("sha256", secret).update(BODY).digest("hex");
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${BODY_BYTES}\r\nContent-Type: application/json\r\nX-Tidemark-Signature: sha256=${digest}\r\nX-Tidemark-Delivery: `;
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let began = 0;
      const send = (): void => {
        began = performance.now();
        socket.write(`${head}${++sent}\r\n\r\n${BODY}`);
      };
      const socket = connect(port, "127.0.0.1", send);
      let heard = "";
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.toString("latin1");
        if (!heard.includes("\r\n\r\n")) return; // an answer has no body
        if (!heard.startsWith("HTTP/1.1 202")) {
          reject(new Error(heard.slice(0, 300)));
          return;
        }
        heard = "";
        times.push(performance.now() - began);
        if (performance.now() >= end) return void socket.end(resolve);
        send();
      });
      socket.on("error", reject);
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return times;
}

/** The same row, with an id of its own each time. */
function insertScript({ organizationId, webhookId }: Receiver): string {
  const body = Buffer.from(BODY).toString("hex");
  return `INSERT INTO event (organization_id, webhook_id, source, delivery_id, event_name, content_type, body) VALUES (${organizationId}, ${webhookId}, 'webhook', gen_random_uuid()::text, '', 'application/json', '\\x${body}'::bytea);`;
}

function pgbenchRate(script: string, { urls }: BenchInstallation): number {
  const args = ["-n", "-M", "prepared", "-f", script, "-c", String(CLIENTS), "-j", "2"];
  const done = spawnSync("pgbench", [...args, "-T", String(MILLISECONDS / 1_000), urls.owner], { encoding: "utf8" });
  const rate = /tps = ([\d.]+)/.exec(done.stdout)?.[1];
  if (rate === undefined) throw new Error(`pgbench gave no rate: ${done.error?.message ?? done.stderr}`);
  return Number(rate);
}

/** @returns the time that this share of them is under */
function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

/** Goal: at least half of the inserts, and a p99 of at most ten times the p50. */
export const benchmark: Benchmark = {
  name: "hooks",
  run: async (say) => {
    const installation = await openBenchInstallation();
    const { receiver, stop } = await startReceiver(installation);
    try {
      const script = join(installation.dataFolder, "insert.sql");
      writeFileSync(script, insertScript(receiver));
      say(
        `floor: pgbench -n -M prepared -f insert.sql -c ${CLIENTS} -j 2 -T ${MILLISECONDS / 1_000}, insert.sql being`,
      );
      say(`${insertScript(receiver).slice(0, 190)}…`);
      const floors: number[] = [];
      const figures: number[] = [];
      const spreads: number[] = [];
      await deliver(receiver, 1_000);
      for (let run = 0; run < RUNS; run++) {
        floors.push(pgbenchRate(script, installation));
        const times = await deliver(receiver, MILLISECONDS);
        figures.push(times.length / (MILLISECONDS / 1_000));
        const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
        spreads.push(p99 / p50);
        const per = `p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms`;
        say(
          `run ${run + 1}: inserts ${Math.round(floors.at(-1) ?? 0)}/s, deliveries ${Math.round(figures.at(-1) ?? 0)}/s, ${per}`,
        );
      }
      const [floor, figure, spread] = [median(floors), median(figures), median(spreads)];
      const goal = `≥ ${GOAL} × floor, p99 ≤ ${SPREAD} × p50`;
      return figureOf({ floor, figure, unit: "1/s", goal, met: figure >= GOAL * floor && spread <= SPREAD });
    } finally {
      await stop();
      await installation.close();
    }
  },
};
