// A mirror's own settings: read from its file, as we and git have written it; git itself is asked about any other.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

const ATTEMPT = "open the mirror of";
/** A file of settings that is larger was not written by us, in bytes. */
const MAX_BYTES = 16 * 1024;

/** What a mirror is, as far as its settings say. */
export interface MirrorSettings {
  readonly objectFormat: "sha1" | "sha256";
  /** by full name, as `git config --list` has them */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads a mirror's settings, mostly without a process: two of them take longer than most of what a look at a mirror does.
 * @throws TidemarkError what git says of a folder that is no repository, or whose settings it cannot read
 */
export async function readMirrorSettings(mirror: GitRepository): Promise<MirrorSettings> {
  return (await ownSettings(mirror.gitDir)) ?? askedSettings(mirror);
}

/** @returns null unless git would take the folder for a repository and the file is plain to the last line */
async function ownSettings(gitDir: string): Promise<MirrorSettings | null> {
  const [head, config, ...folders] = await Promise.all([
    readFile(join(gitDir, "HEAD"), "latin1").catch(() => ""),
    readFile(join(gitDir, "config"), "utf8").catch(() => ""),
    ...["objects", "refs"].map((name) => stat(join(gitDir, name)).catch(() => null)),
  ]);
  if (!/^ref: refs\/./.test(head) || config.length > MAX_BYTES) return null;
  if (folders.some((folder) => folder?.isDirectory() !== true)) return null;
  const values = plainSettings(config);
  const version = values?.get("core.repositoryformatversion");
  if (values === null || values.get("core.bare") !== "true" || (version !== "0" && version !== "1")) return null;
  const format = values.get("extensions.objectformat") ?? "sha1";
  if (format !== "sha1" && format !== "sha256") return null;
  return { objectFormat: format, values };
}

/**
 * @param text of a file of settings
 * @returns its values by full name; null when there is anything that needs more than reading its lines: quotes, escapes,
 *   comments, names without a value, sections that are included
 */
export function plainSettings(text: string): Map<string, string> | null {
  const values = new Map<string, string>();
  if (!text.endsWith("\n")) return null;
  let section = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, name, part] = /^\[([a-z][a-z-]*)(?: "([\w.-]+)")?\]$/.exec(line) ?? [];
    if (name !== undefined) {
      if (name.startsWith("include")) return null;
      section = part === undefined ? name : `${name}.${part}`;
      continue;
    }
    const [, key, value] = /^\t([a-zA-Z][a-zA-Z-]*) = ([!$-:<-[\]-~]+(?: [!$-:<-[\]-~]+)*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined || section === "") return null;
    values.set(`${section}.${key.toLowerCase()}`, value);
  }
  return values;
}

async function askedSettings(mirror: GitRepository): Promise<MirrorSettings> {
  const asked = [
    runGit(mirror, ["rev-parse", "--show-object-format"], { attempt: ATTEMPT }),
    runGit(mirror, ["config", "--local", "-z", "--list"], { attempt: ATTEMPT }),
  ];
  // waits for both even when one fails, so that nothing is still at work in the mirror afterwards
  const results = await Promise.allSettled(asked);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  const [format, list] = results.map((result) => (result as PromiseFulfilledResult<Buffer>).value.toString("utf8"));
  const values = new Map<string, string>();
  for (const entry of list?.split("\0") ?? []) {
    const newline = entry.indexOf("\n");
    if (newline !== -1) values.set(entry.slice(0, newline), entry.slice(newline + 1));
  }
  return { objectFormat: format?.startsWith("sha256") === true ? "sha256" : "sha1", values };
}
