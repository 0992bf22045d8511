// archive-memory: the most memory of an archiver that takes a million commits × 40 numbers from Postgres into objects.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openArchivedHistory } from "../archived-history.ts";
import { SIZE } from "../archived-reads.ts";
import { type Benchmark, figureOf } from "../figure.ts";

const GOAL_MIB = 512;
const MIB = 1024 ** 2;

interface Told {
  readonly seconds: number;
  readonly commits: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** Goal: at most 512 MiB, whatever the size. */
export const benchmark: Benchmark = {
  name: "archive-memory",
  run: async (say) => {
    say(`filling Postgres with ${SIZE.commits} commits × ${SIZE.keys}`);
    const history = await openArchivedHistory(SIZE, say, false);
    try {
      const { urls, dataFolder } = history.installation;
      const script = join(import.meta.dirname, "..", "archive-process.ts");
      const child = spawn(process.execPath, [script, join(dataFolder, "archive")], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      child.stdin.end(JSON.stringify(urls));
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit") as Promise<[number]>]);
      if (code !== 0) throw new Error(`the archiver ended with ${code}`);
      const { seconds, commits, bytes, peakBytes } = JSON.parse(output) as Told;
      if (commits < SIZE.commits) throw new Error(`${commits} commits were archived`);
      const figure = peakBytes / MIB;
      say(`${commits} commits in ${seconds.toFixed(0)} s, ${(bytes / commits).toFixed(0)} bytes each`);
      const goal = `≤ ${GOAL_MIB} MiB (${commits} commits in ${seconds.toFixed(0)} s)`;
      return figureOf({ floor: null, figure, unit: "MiB", goal, met: figure <= GOAL_MIB });
    } finally {
      await history.close();
    }
  },
};
