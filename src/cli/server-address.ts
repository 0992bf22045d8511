// Where the server of a data folder answers, noted while it runs: a link made by another command must lead to it.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "server.address";

/**
 * Notes where the server answers. A server that was killed leaves its note, which the next one replaces.
 * @param origin "http://127.0.0.1:4600"
 * @returns what removes the note again
 */
export async function noteServerAddress(dataFolder: string, origin: string): Promise<() => Promise<void>> {
  const file = join(dataFolder, FILE);
  await writeFile(file, `${origin}\n`, { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** @returns the noted origin, or null when no server runs or the note is not one */
export async function readServerAddress(dataFolder: string): Promise<string | null> {
  const text = (await readFile(join(dataFolder, FILE), "utf8").catch(() => "")).trim();
  return URL.canParse(text) && new URL(text).origin === text ? text : null;
}
