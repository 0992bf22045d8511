// The git program itself: where it is, how old it is, and what people are told when it is missing.
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";

/** Folders that are searched when nobody has said where to search: the usual places on Linux and macOS. */
const DEFAULT_SEARCH_PATH = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin";
/** `git --version` answers at once or not at all, in milliseconds. */
const VERSION_TIMEOUT_MS = 10_000;

/** Programs found on this machine; null where there is none. */
export interface GitProgram {
  readonly git: string;
  /** sets resource limits (Linux) */
  readonly prlimit: string | null;
  /** lets a child die with this process (Linux) */
  readonly setpriv: string | null;
  /** PATH of every child */
  readonly path: string;
}

/** What `main.ts` knows and git needs. */
export interface GitSettings {
  /** folders to search for git, as PATH has them */
  readonly searchPath?: string | undefined;
  readonly log?: Log | undefined;
}

/** What `checkGitVersion()` found. */
export interface GitVersion {
  /** "2.39.5" */
  readonly version: string;
  /** a sentence for people when it is older than it should be */
  readonly warning: string | null;
}

let settings: GitSettings = {};
let found: GitProgram | null = null;
let version: Promise<GitVersion> | null = null;

/** Says once, at start-up, where git is searched and where warnings go. */
export function configureGit(given: GitSettings): void {
  settings = given;
  found = null;
  version = null;
}

/** @returns the log given to `configureGit()`, if any */
export function gitLog(): Log | null {
  return settings.log ?? null;
}

/** Finds git once per process. @throws TidemarkError `git-missing` */
export function gitProgram(): GitProgram {
  if (found) return found;
  const searched = settings.searchPath || DEFAULT_SEARCH_PATH;
  const folders = searched.split(delimiter).filter((folder) => folder.startsWith("/"));
  const git = findExecutable("git", folders);
  if (git === null) {
    throw new TidemarkError("git-missing", {
      attempt: "start the program",
      value: "git",
      found: `none in ${folders.join(", ") || "an empty PATH"}`,
      wanted: "git 2.39 or newer, installed and on the PATH",
    });
  }
  const path = [...new Set([dirname(git), "/usr/bin", "/bin"])].join(delimiter);
  const helpers = process.platform === "linux" ? ["/usr/bin", "/bin"] : [];
  const [prlimit, setpriv] = [findExecutable("prlimit", helpers), findExecutable("setpriv", helpers)];
  found = { git, prlimit, setpriv, path };
  return found;
}

/**
 * Asks git for its version, once per process.
 * @throws TidemarkError `git-missing` when git is not there or does not answer
 */
export function checkGitVersion(): Promise<GitVersion> {
  version ??= askVersion(gitProgram());
  return version;
}

/**
 * Refuses to talk to a remote through a git that would ask DNS again: it came to know `http.curloptResolve` in 2.37.
 * @throws TidemarkError `git-missing`
 */
export async function requireSafeFetch(): Promise<void> {
  const { version: text } = await checkGitVersion();
  const [major = 0, minor = 0] = text.split(".").map(Number);
  if (major > 2 || (major === 2 && minor >= 37)) return;
  const parts = { found: `git ${text}`, wanted: "git 2.39 or newer" };
  throw new TidemarkError("git-missing", { attempt: "reach a remote repository with", value: "git", ...parts });
}

/** Fixed releases by minor version of git 2 (reference: CVE-2025-48384, -48385): patch level that is wanted. */
const FIXED_RELEASES: Readonly<Record<number, number>> = { 43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1, 50: 1 };

/** @returns what to tell people about that version, or null when it is fine; 2.39.5 counts as fine: Debian patches it */
export function versionWarning(text: string): string | null {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  const wanted = "2.50.1 or newer, or your distribution's patched 2.39.5";
  if (major > 2 || (major === 2 && minor > 50)) return null;
  if (major < 2 || minor < 39 || (minor === 39 && patch < 5)) {
    return `git ${text} is too old for some of what Tidemark does safely; wanted is ${wanted}.`;
  }
  if (minor === 39 || patch >= (FIXED_RELEASES[minor] ?? Infinity)) return null;
  return `git ${text} has known security holes; wanted is ${wanted}.`;
}

function askVersion(program: GitProgram): Promise<GitVersion> {
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: program.path, LC_ALL: "C" }, timeout: VERSION_TIMEOUT_MS };
    execFile(program.git, ["--version"], options, (error, stdout) => {
      const text = /git version (\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
      if (text) resolve({ version: text, warning: versionWarning(text) });
      else reject(notGit(program.git, error));
    });
  });
}

function notGit(git: string, cause: Error | null): TidemarkError {
  const parts = { attempt: "ask for its version", value: git, found: "no answer", wanted: "git 2.39 or newer" };
  return new TidemarkError("git-missing", parts, cause ? { cause } : undefined);
}

function findExecutable(name: string, folders: readonly string[]): string | null {
  for (const folder of folders) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}
