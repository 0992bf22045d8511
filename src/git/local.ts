// A person's own folder, read where it lies: found from any place inside it, never written to.
import { access, constants, readdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TidemarkError } from "../errors.ts";
import { hasClosedParts, isClosed } from "./permissions.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

const ATTEMPT = "open the repository";
const CLOSED = { found: "no permission to read it", wanted: "a folder that this user may read" } as const;
const NO_REPOSITORY = { found: "no Git repository here or above", wanted: "a folder in one, or a Git URL" } as const;

/**
 * Opens the repository that holds a folder: a work tree, a folder inside one, a linked work tree, a bare repository.
 * Whoever owns it, reading it is safe: no setting of it is run, and it is never written to.
 * @param folder absolute or relative to the current folder
 * @throws TidemarkError `not-a-repository`, `access-denied`, `git-missing`
 */
export async function openLocal(folder: string): Promise<GitRepository> {
  const path = await readableFolder(folder);
  const answers = ["--absolute-git-dir", "--is-shallow-repository", "--show-object-format", "--git-common-dir"];
  const output = await discover(folder, path, answers);
  const [gitDir = "", shallow, objectFormat, common = ""] = output.split("\n");
  const commonDir = resolve(path, common);
  if (hasClosedParts(commonDir)) throw closed(folder);
  return {
    kind: "local",
    gitDir,
    name: folder.replace(/(?<=.)\/\.git\/?$/, ""), // people know it by the folder that they work in
    objectFormat: objectFormat === "sha256" ? "sha256" : "sha1",
    remote: null,
    authorization: null,
    partial: await isPartial(commonDir),
    shallow: shallow === "true",
  };
}

async function discover(folder: string, path: string, answers: readonly string[]): Promise<string> {
  try {
    return (await runGit(null, ["rev-parse", ...answers], { attempt: ATTEMPT, discoverIn: path })).toString("utf8");
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code === "git-missing") throw error;
    if (error.code === "not-a-repository" && isClosed(path)) throw closed(folder, error);
    const words = error.code === "not-a-repository" ? NO_REPOSITORY : {};
    throw new TidemarkError(error.code, { ...error.parts, ...words, value: folder }, { cause: error.cause });
  }
}

function closed(folder: string, cause?: unknown): TidemarkError {
  return new TidemarkError("access-denied", { attempt: ATTEMPT, value: folder, ...CLOSED }, { cause });
}

/** @returns the real path of a folder that exists and may be read */
async function readableFolder(folder: string): Promise<string> {
  const problem = (found: string, wanted: string) =>
    new TidemarkError("not-a-repository", { attempt: ATTEMPT, value: folder, found, wanted });
  try {
    const path = await realpath(resolve(folder));
    if (!(await stat(path)).isDirectory()) throw problem("a file", "a folder");
    await access(path, constants.R_OK | constants.X_OK);
    return path;
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") throw closed(folder);
    throw problem("no such folder", "a folder, or a Git URL such as https://host/owner/name");
  }
}

/**
 * Whether a person's clone lacks blobs (`clone --filter=…`): then a missing one is no damage. Git marks each pack that
 * came from a server which promised the rest.
 */
async function isPartial(commonDir: string): Promise<boolean> {
  const names = await readdir(join(commonDir, "objects", "pack")).catch(() => []);
  return names.some((name) => name.endsWith(".promisor"));
}
