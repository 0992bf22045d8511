// Where the server of a data folder answers, noted while it runs: what other processes make must lead to it.
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
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
export function readServerAddress(dataFolder: string): string | null {
  const text = noteIn(dataFolder).trim();
  return URL.canParse(text) && new URL(text).origin === text ? text : null;
}

function noteIn(dataFolder: string): string {
  try {
    return readFileSync(join(dataFolder, FILE), "utf8");
  } catch {
    return ""; // nobody has noted anything
  }
}
