// The folder of the object cache: what earlier processes left in it, and names for what is being downloaded.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** A part that nobody wrote to for so long, in milliseconds, is of a download that ended with its process. */
const PART_MS = 3_600_000;
const OBJECT = /^([0-9a-f]{64})\.parquet$/;

/** A copy that was found. */
interface FoundCopy {
  readonly sha256: string;
  readonly bytes: number;
}

/** Names of files in a folder. */
export class CacheFolder {
  readonly path: string;
  #parts = 0;

  constructor(path: string) {
    this.path = path;
  }

  pathOf(sha256: string): string {
    return join(this.path, `${sha256}.parquet`);
  }

  /** @returns a new name, for this process only */
  newPart(): string {
    this.#parts += 1;
    return join(this.path, `${process.pid}-${this.#parts}.part`);
  }

  /**
   * Makes the folder where it is missing, and clears away what downloads left that never ended.
   * @returns the copies in it, the longest unused first
   */
  async open(): Promise<FoundCopy[]> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const found: (FoundCopy & { readonly used: number })[] = [];
    for (const name of await readdir(this.path)) {
      const path = join(this.path, name);
      const [, sha256] = OBJECT.exec(name) ?? [];
      // another process may be clearing up, too
      const file = await stat(path).catch(() => null);
      if (file === null) continue;
      if (sha256 !== undefined) found.push({ sha256, bytes: file.size, used: file.mtimeMs });
      else if (name.endsWith(".part") && Date.now() - file.mtimeMs > PART_MS) await rm(path, { force: true });
    }
    return found.sort((a, b) => a.used - b.used);
  }
}

/** @returns the SHA-256 of a file in lower-case hex; null where it cannot be read */
export async function sha256OfFile(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece as Buffer);
  } catch {
    return null;
  }
  return hash.digest("hex");
}
