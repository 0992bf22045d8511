// Looks for secrets where none may be: texts, errors, files, tables, and the arguments and environments of processes.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { inspect } from "node:util";
import type { Client } from "pg";

/** Whether this system tells of other processes. */
export const SEES_PROCESSES = process.platform === "linux";

/** What `processes()` finds when nobody has a secret. */
export const NOBODY = { arguments: [], environment: [], networkGit: [] };

/** What is known of a process. */
export interface SeenProcess {
  readonly pid: number;
  /** its arguments, each ended by NUL */
  readonly command: string;
  /** likewise; empty for one of another account */
  readonly environment: string;
  /** of the process that started it; 1 where that one has ended */
  readonly parent: number;
}

/** Looks for some secrets, as they are and in the forms that programs give them. */
export class SecretSweep {
  readonly #forms: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      Buffer.from(secret).toString("base64url"),
      Buffer.from(secret).toString("hex"),
    ]);
    this.#forms = [...new Set(forms)].map((form) => Buffer.from(form));
  }

  /** @returns whether a text or bytes hold one */
  isIn(content: string | Buffer): boolean {
    const bytes = Buffer.from(content);
    return this.#forms.some((form) => bytes.includes(form));
  }

  /** @returns whether anything of an error shows one: message, stack, causes, fields, hidden ones too */
  isInError(error: unknown): boolean {
    return this.isIn(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }));
  }

  /** @returns the files below a folder that hold one or are named so, relative to it */
  files(folder: string): string[] {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
    return paths
      .filter(({ entry, path }) => this.isIn(path) || (entry.isFile() && this.isIn(contentOf(path))))
      .map(({ path }) => relative(folder, path));
  }

  /**
   * @param schema default: all, Postgres' own too
   * @returns the tables and views of a database of which a row as text holds one
   */
  async tables(client: Client, schema = ""): Promise<string[]> {
    const sql = `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm') AND ($1::text = '' OR n.nspname = $1::name) ORDER BY 1`;
    const { rows: names } = await client.query<{ name: string }>(sql, [schema]);
    const holding: string[] = [];
    for (const { name } of names) {
      // asked for one by one: the question itself, which pg_stat_activity shows, must not hold the secret
      const { rows } = await client
        .query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
        .catch(() => ({ rows: [] }));
      if (this.isIn(rows.map(({ row }) => row).join("\n"))) holding.push(name);
    }
    return holding;
  }

  /**
   * Looks at all processes of this machine once.
   * @returns those that have one in their arguments; in their environment; and of these the gits that talk to a remote,
   *   with what they started: those alone are told the login
   */
  processes(): Record<"arguments" | "environment" | "networkGit", SeenProcess[]> {
    const seen = seenProcesses();
    const byPid = new Map(seen.map((process) => [process.pid, process]));
    const having = seen.filter(({ environment }) => this.isIn(environment));
    const [networkGit, environment] = [true, false].map((isGit) =>
      having.filter((process) => isOfNetworkGit(process, byPid) === isGit),
    ) as [SeenProcess[], SeenProcess[]];
    return { arguments: seen.filter(({ command }) => this.isIn(command)), environment, networkGit };
  }
}

/** @returns all processes of this machine */
export function seenProcesses(): SeenProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({
    pid: Number(pid),
    command: String(contentOf(`/proc/${pid}/cmdline`)),
    environment: String(contentOf(`/proc/${pid}/environ`)),
    parent: parentOf(pid),
  }));
}

/** Told by what one look saw: a moment later it may have ended. A git without a parent outlived the one that started it. */
function isOfNetworkGit(process: SeenProcess, seen: ReadonlyMap<number, SeenProcess>): boolean {
  for (let at: SeenProcess | undefined = process; at !== undefined; at = seen.get(at.parent)) {
    if (/\0(?:fetch|ls-remote|remote-https?)\0/.test(at.command)) return true;
    if (at.parent <= 1 && /^(?:\S*\/)?git[-\0]/.test(at.command)) return true;
  }
  return false;
}

function parentOf(pid: string): number {
  // the name in brackets may hold anything, brackets and blanks too
  const [, parent = "0"] = /.*\) \S (\d+) /s.exec(String(contentOf(`/proc/${pid}/stat`))) ?? [];
  return Number(parent);
}

/** @returns a file's bytes; none when it is gone meanwhile, or is of another account */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
