// The keys of this installation: files of 32 random bytes in the data folder, readable by its owner only.
import { randomBytes } from "node:crypto";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { TidemarkError } from "./errors.ts";
import { Secret } from "./secrets.ts";

const KEY_BYTES = 32;

/**
 * Reads a key, or makes it when the file is missing. Two processes that make it at once end with the same one.
 * @param file its path; a backup of the data needs it
 * @returns the key in base64
 * @throws TidemarkError `data-folder` when others may read the file, or when it holds no key
 */
export async function readOrMakeKey(file: string): Promise<Secret> {
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    return await readKey(file);
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
  }
  await writeFile(fresh, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  try {
    // link() fails where the name is taken: the first one's key stands
    await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  return readKey(file);
}

async function readKey(file: string): Promise<Secret> {
  const text = (await readFile(file, "utf8")).trim();
  const { mode } = await stat(file);
  const wrong = (found: string, wanted: string): TidemarkError =>
    new TidemarkError("data-folder", { attempt: "use the key file", value: file, found, wanted });
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw wrong(`that others may read it (mode ${(mode & 0o777).toString(8)})`, "mode 600");
  }
  if (Buffer.from(text, "base64").length !== KEY_BYTES) {
    throw wrong(`${Buffer.from(text, "base64").length} bytes`, `${KEY_BYTES} bytes as base64, as they were backed up`);
  }
  return Secret.of(text);
}
