// The folder of what is under way: whether its disk has room, and what killed processes left in it.
import { readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { TidemarkError } from "../errors.ts";

/** Below either of these nothing more is written: Postgres mostly lies on the same disk, and stops when it is full. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;
const LEAST_FREE_SHARE = 0.1;

/** What is known of a disk. */
export interface DiskFigures {
  readonly bavail: number;
  readonly blocks: number;
  readonly bsize: number;
}

/**
 * @param look for tests
 * @returns a look at the disk of a folder. @throws TidemarkError `limit-exceeded` when there is too little room
 */
export function diskRoomOf(
  folder: string,
  look: (folder: string) => Promise<DiskFigures> = statfs,
): () => Promise<void> {
  return async () => {
    const figures = await look(folder).catch(() => null); // where it cannot be asked, writing will say it
    if (figures === null) return;
    const free = figures.bavail * figures.bsize;
    const wanted = Math.max(LEAST_FREE_BYTES, figures.blocks * figures.bsize * LEAST_FREE_SHARE);
    if (free >= wanted) return;
    throw new TidemarkError("limit-exceeded", {
      attempt: "archive commits by way of the folder",
      value: folder,
      found: `${(free / 1024 ** 3).toFixed(1)} GiB free`,
      wanted: `${(wanted / 1024 ** 3).toFixed(1)} GiB: 2 GiB, and a tenth of the disk`,
    });
  };
}

/** Removes what processes left that are no more. @param isAlive for tests */
export async function clearWorkPlace(folder: string, isAlive: (pid: number) => boolean = isProcess): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isProcess(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is there, but somebody else's
  }
}
