// Builds Git histories for tests: any bytes, thousands of commits a second, through one `git fast-import`.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { Sha } from "../../src/domain/model.ts";
import { runByShell } from "./small-shell.ts";

/** A commit that was written, before its id is known. */
export type Mark = number & { readonly mark: unique symbol };

/** What a file becomes: its content, a content with a mode, another path's content, or nothing any more. */
export type FileEdit =
  | string
  | Buffer
  | { readonly mode: "100755" | "120000"; readonly content: string | Buffer }
  | { readonly mode: "160000"; readonly oid: string }
  | { readonly renamedFrom: string }
  | null;

export interface NewCommit {
  /** full ref name or a branch's short name; null: on no branch */
  readonly branch?: string | null;
  /** default: the branch's head as far as this builder knows it; an empty list makes a root */
  readonly parents?: readonly Mark[];
  /** against the first parent */
  readonly files?: Readonly<Record<string, FileEdit>> | ReadonlyMap<string | Buffer, FileEdit>;
  readonly message?: string | Buffer;
  /** name and address: `Ada <ada@example.org>`; any bytes */
  readonly author?: string | Buffer;
  readonly committer?: string | Buffer;
  /** seconds since 1970 */
  readonly at?: number;
  readonly zone?: string;
  /** value of an `encoding` header */
  readonly encoding?: string;
}

/** Environment of every git that tests start themselves: nothing of the machine's settings. */
export const TEST_GIT_ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  LC_ALL: "C",
  TZ: "UTC",
};

/** Seconds since 1970 of a history's first commit; each later one is a minute newer unless it says otherwise. */
export const FIRST_COMMIT_AT = 1_700_000_000;

/** Runs the plain git program in a repository, as an oracle or to prepare one. @returns its output without the end */
export function git(folder: string, ...args: readonly string[]): string {
  return gitBytes(folder, args).toString("utf8").replace(/\n$/, "");
}

/** Like `git()`, with bytes out and, when given, bytes in. */
export function gitBytes(folder: string, args: readonly string[], input?: string | Buffer): Buffer {
  return runPlain(["-C", folder, ...args], input);
}

/** Writes one object exactly as given, however malformed. */
export function writeObject(folder: string, type: "blob" | "tree" | "commit", bytes: string | Buffer): Sha {
  const args = ["hash-object", "-t", type, "-w", "--stdin", "--literally"];
  return gitBytes(folder, args, Buffer.from(bytes)).toString("latin1").trim() as Sha;
}

/** Makes an empty bare repository whose `HEAD` is `main`. */
export function makeBare(folder: string, objectFormat: "sha1" | "sha256" = "sha1"): void {
  // without the template's sample hooks: a dozen files each time
  const how = ["--quiet", "--bare", "--template=", "--initial-branch=main", `--object-format=${objectFormat}`];
  const args = ["init", ...how, folder];
  runPlain(args);
}

function runPlain(args: readonly string[], input?: string | Buffer): Buffer {
  const { status, output, complaints } = runByShell(["git", ...args], TEST_GIT_ENVIRONMENT, input);
  if (status !== 0) throw new Error(`git ${args.join(" ")} ended with status ${status}: ${complaints}`);
  return output;
}

/** Writes commits into a new bare repository. `finish()` must be awaited before it is read. */
export class HistoryBuilder {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #heads = new Map<string, Mark>();
  readonly #exited: Promise<unknown[]>;
  #marks = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(folder: string, options: { objectFormat?: "sha1" | "sha256" } = {}) {
    this.folder = folder;
    makeBare(folder, options.objectFormat);
    const args = ["fast-import", "--quiet", "--force", "--date-format=raw-permissive", "--export-marks=tidemark-marks"];
    const env = { ...TEST_GIT_ENVIRONMENT, GIT_DIR: folder };
    this.#child = spawn("git", args, { cwd: folder, env, stdio: ["pipe", "ignore", "inherit"] });
    this.#stdin = this.#child.stdin as Writable;
    this.#exited = once(this.#child, "close");
  }

  /** Adds a commit; on `main` unless it says otherwise. */
  commit(commit: NewCommit): Mark {
    const ref = refOf(commit.branch === undefined ? "main" : commit.branch);
    const known = this.#heads.get(ref);
    const parents = commit.parents ?? (known === undefined ? [] : [known]);
    this.#marks += 1;
    const mark = this.#marks as Mark;
    const time = `${commit.at ?? FIRST_COMMIT_AT + mark * 60} ${commit.zone ?? "+0000"}`;
    const author = commit.author ?? "Ada <ada@example.org>";
    if (parents.length === 0) this.#write(`reset ${ref}\n`);
    this.#write(`commit ${ref}\nmark :${mark}\n`);
    this.#write("author ", author, ` ${time}\ncommitter `, commit.committer ?? author, ` ${time}\n`);
    if (commit.encoding) this.#write(`encoding ${commit.encoding}\n`);
    this.#data(commit.message ?? `commit ${mark}\n`);
    parents.forEach((parent, index) => this.#write(`${index === 0 ? "from" : "merge"} :${parent}\n`));
    const files = commit.files instanceof Map ? commit.files : Object.entries(commit.files ?? {});
    for (const [path, edit] of files as Iterable<[string | Buffer, FileEdit]>) this.#edit(path, edit);
    this.#write("\n");
    this.#heads.set(ref, mark);
    return mark;
  }

  /** Lets a branch name a commit. */
  branch(name: string, mark: Mark): void {
    const ref = refOf(name);
    this.#write(`reset ${ref}\nfrom :${mark}\n\n`);
    this.#heads.set(ref, mark);
  }

  /** Waits until git has taken what was written: for histories larger than memory. */
  async drained(): Promise<void> {
    if (this.#stdin.writableNeedDrain) await once(this.#stdin, "drain");
  }

  /** Ends the history. @returns the ids of its commits, by mark */
  async finish(): Promise<(mark: Mark) => Sha> {
    if (this.#marks === 0) this.#write("\n");
    this.#flush();
    this.#stdin.end();
    const [status] = await this.#exited;
    if (status !== 0) throw new Error(`git fast-import ended with status ${String(status)}`);
    const ids = new Map<number, Sha>();
    for (const line of readFileSync(join(this.folder, "tidemark-marks"), "utf8").split("\n")) {
      const [mark = "", sha] = line.split(" ");
      if (sha) ids.set(Number(mark.slice(1)), sha as Sha);
    }
    return (mark) => ids.get(mark) as Sha;
  }

  #edit(path: string | Buffer, edit: FileEdit): void {
    const name = quoted(path);
    if (edit === null) this.#write("D ", name, "\n");
    else if (typeof edit === "string" || Buffer.isBuffer(edit)) this.#inline("100644", name, edit);
    else if ("renamedFrom" in edit) this.#write("R ", quoted(edit.renamedFrom), " ", name, "\n");
    else if (edit.mode === "160000") this.#write(`M 160000 ${edit.oid} `, name, "\n");
    else this.#inline(edit.mode, name, edit.content);
  }

  #inline(mode: string, name: string, content: string | Buffer): void {
    this.#write(`M ${mode} inline `, name, "\n");
    this.#data(content);
  }

  #data(content: string | Buffer): void {
    const bytes = Buffer.from(content);
    this.#write(`data ${bytes.length}\n`, bytes, "\n");
  }

  #write(...parts: readonly (string | Buffer)[]): void {
    for (const part of parts) {
      this.#pending.push(typeof part === "string" ? Buffer.from(part) : part);
      this.#pendingBytes += part.length;
    }
    if (this.#pendingBytes > 65_536) this.#flush();
  }

  #flush(): void {
    this.#stdin.write(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** A path as fast-import takes any bytes: in quotes, everything that is not plain ASCII as octal. */
function quoted(path: string | Buffer): string {
  let text = '"';
  for (const byte of Buffer.from(path)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `${text}"`;
}

function refOf(branch: string | null): string {
  if (branch === null) return "refs/tidemark-test/loose";
  return branch.startsWith("refs/") ? branch : `refs/heads/${branch}`;
}
