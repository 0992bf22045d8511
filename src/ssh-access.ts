// The operator's key for Git over SSH: its files are looked at once, when the program starts.
import { readFile } from "node:fs/promises";
import { TidemarkError } from "./errors.ts";
import { readKeyFile } from "./key-file.ts";
import type { SshAccess } from "./outbound-ssh.ts";

/** Both paths are words of a command line of ssh's. */
const PLAIN_PATH = /^\/[\w./+@=-]+$/;

/**
 * Checks the files of a key for SSH.
 * @returns null where none is set
 * @throws TidemarkError `bad-setting`, `data-folder` for a key that others may read
 */
export async function openSshAccess(settings: SshAccess | null): Promise<SshAccess | null> {
  if (settings === null) return null;
  const { keyFile, knownHosts } = settings;
  for (const [name, path] of [
    ["TIDEMARK_SSH_KEY_FILE", keyFile],
    ["TIDEMARK_SSH_KNOWN_HOSTS", knownHosts],
  ] as const) {
    if (!PLAIN_PATH.test(path)) throw wrong(name, JSON.stringify(path), "a path of letters, digits and . _ - + @ = /");
  }
  const key = await readKeyFile(keyFile);
  if (key === null) throw wrong("TIDEMARK_SSH_KEY_FILE", `no file ${JSON.stringify(keyFile)}`, "the private key");
  if (!/^-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(key)) {
    throw wrong("TIDEMARK_SSH_KEY_FILE", "no private key in it", "the private key, not the .pub beside it");
  }
  const hosts = await readFile(knownHosts, "utf8").catch(() => "");
  if (hosts.trim() === "") {
    const wanted = "the keys of the hosts, checked by you (ssh-keyscan HOST), beside the key or in this setting's file";
    throw wrong("TIDEMARK_SSH_KNOWN_HOSTS", `nothing in ${JSON.stringify(knownHosts)}`, wanted);
  }
  return settings;
}

function wrong(value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-setting", { attempt: "use the setting", value, found, wanted });
}
