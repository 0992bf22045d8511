// The keys of this installation: files of 32 random bytes in the data folder, readable by its owner only.
import { randomBytes } from "node:crypto";
import { link, open, rm, writeFile } from "node:fs/promises";
import { TidemarkError } from "./errors.ts";
import { Secret } from "./secrets.ts";

/** Bytes of every key. */
export const KEY_BYTES = 32;
/** No file of keys is longer, in bytes: what is longer is something else. */
const MAX_KEY_FILE_BYTES = 16 * 1024;

/**
 * Reads a key, or makes it when the file is missing. Two processes that make it at once end with the same one.
 * @param file its path; a backup of the data needs it
 * @returns the key in base64
 * @throws TidemarkError `data-folder` when others may read the file, or when it holds no key
 */
export async function readOrMakeKey(file: string): Promise<Secret> {
  let text = await readKeyFile(file);
  if (text === null) {
    await makeKeyFile(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
    text = (await readKeyFile(file)) ?? "";
  }
  const { length } = Buffer.from(text.trim(), "base64");
  if (length !== KEY_BYTES) {
    throw wrongFile(file, `${length} bytes`, `${KEY_BYTES} bytes as base64, as they were backed up`);
  }
  return Secret.kept(text.trim());
}

/**
 * Reads a file that only its owner may read, who has to be this account.
 * @returns its text, or null when it is missing
 * @throws TidemarkError `data-folder`
 */
export async function readKeyFile(file: string): Promise<string | null> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw wrongFile(file, `a file that cannot be read (${error.code})`, "one that this account may read");
  });
  if (handle === null) return null;
  try {
    const { mode, uid, size } = await handle.stat();
    if (process.platform !== "win32") {
      if ((mode & 0o077) !== 0) {
        throw wrongFile(file, `that others may read it (mode ${(mode & 0o777).toString(8)})`, "mode 600");
      }
      const account = process.geteuid?.();
      if (account !== undefined && uid !== account) {
        throw wrongFile(file, `that it belongs to the account ${uid}`, `one of this account (${account})`);
      }
    }
    if (size > MAX_KEY_FILE_BYTES) throw wrongFile(file, `${size} bytes`, `at most ${MAX_KEY_FILE_BYTES}`);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Makes a file that only this account may read. @returns false where there was one: that one stands */
export async function makeKeyFile(file: string, text: string): Promise<boolean> {
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(fresh, text, { mode: 0o600, flag: "wx", flush: true });
  try {
    // link() fails where the name is taken: the first one's key stands
    await link(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(fresh, { force: true });
  }
}

function wrongFile(file: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("data-folder", { attempt: "use the key file", value: file, found, wanted });
}
