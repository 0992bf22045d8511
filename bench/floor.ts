// Floors: what git alone needs for the same facts, by commands that anybody can run by hand.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { timed } from "./figure.ts";

/** Runs a shell command in a folder and gives its time in ms; its output goes where the command sends it. */
export function shellMs(command: string, folder: string): Promise<number> {
  // not spawnSync: a server of this process may have to answer the command meanwhile
  return timed(async () => {
    const child = spawn("sh", ["-c", command], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  });
}

/** The three commands whose sum is the floor of an import, in order. Ids of commits and blobs are listed beforehand. */
export const HISTORY_FLOOR = [
  "git log --format='%H %P %an %ae %at %ct %s' main",
  "git diff-tree --stdin -r --raw < /tmp/tidemark-bench-commits",
  "git cat-file --batch < /tmp/tidemark-bench-blobs",
] as const;

/** Lists what HISTORY_FLOOR reads: every commit, and every version of the metric files. */
export function listForFloor(folder: string, paths: readonly string[]): void {
  const commands = [
    "git rev-list main > /tmp/tidemark-bench-commits",
    `git log --format= --raw --no-abbrev main -- ${paths.join(" ")} | awk '$4 !~ /^0+$/ {print $4}' | sort -u > /tmp/tidemark-bench-blobs`,
  ];
  for (const command of commands)
    spawnSync("sh", ["-c", command], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/** The floor's time in ms: the commands one after the other, output to /dev/null. */
export async function historyFloorMs(folder: string): Promise<number> {
  let sum = 0;
  for (const command of HISTORY_FLOOR) sum += await shellMs(`${command} > /dev/null`, folder);
  return sum;
}
