// What a mirror remembers of itself, in a file beside git's own: its size, when it was used last, repacks that failed.
import { readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mirrorFolder, mirrorSize, type MirrorName } from "./mirror-folder.ts";

/** Its time of change is when the mirror was used last. */
const FILE = "tidemark-use.json";

/** What is known of a mirror without looking through it. */
export interface MirrorUse {
  /** bytes of its objects, as of the last tidying; null before the first */
  readonly bytes: number | null;
  /** attempts to put it in order that failed, since the last that did not */
  readonly failedRepacks: number;
  /** milliseconds since 1970 */
  readonly usedAt: number;
}

/** @returns null where there is no mirror */
export async function readUse(name: MirrorName): Promise<MirrorUse | null> {
  const gitDir = mirrorFolder(name);
  const folder = await stat(gitDir).catch(() => null);
  if (folder === null) return null;
  const file = join(gitDir, FILE);
  const usedAt = (await stat(file).catch(() => folder)).mtimeMs;
  const told = parse(await readFile(file, "utf8").catch(() => ""));
  return { ...told, usedAt };
}

/** @returns bytes of a mirror's objects, as it was measured last, else now; 0 where there is none */
export async function knownSize(name: MirrorName): Promise<number> {
  const use = await readUse(name);
  if (use === null) return 0;
  return use.bytes ?? (await mirrorSize(mirrorFolder(name)).catch(() => 0));
}

/** Keeps what is known of a mirror, which counts as a use. */
export async function writeUse(name: MirrorName, use: Pick<MirrorUse, "bytes" | "failedRepacks">): Promise<void> {
  const file = join(mirrorFolder(name), FILE);
  await writeFile(`${file}.new`, `${JSON.stringify({ bytes: use.bytes, failedRepacks: use.failedRepacks })}\n`);
  await rename(`${file}.new`, file);
}

/** Notes that a mirror is used now: those used least recently go first when the disk is full. */
export async function noteUse(gitDir: string): Promise<void> {
  const now = new Date();
  await utimes(join(gitDir, FILE), now, now).catch(() => undefined); // one that was never tidied counts by its folder
}

function parse(text: string): Pick<MirrorUse, "bytes" | "failedRepacks"> {
  const [, bytes, failed] = /^\{"bytes":(\d{1,15}|null),"failedRepacks":(\d{1,3})\}\n$/.exec(text) ?? [];
  return { bytes: bytes === undefined || bytes === "null" ? null : Number(bytes), failedRepacks: Number(failed ?? 0) };
}
