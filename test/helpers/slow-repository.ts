// A repository read the slow way: plain git for commits, trees and bytes, one commit after the other, nothing of ours.
import { git, gitBytes } from "./git-history.ts";
import { filesOfTrees, type TreeEntry } from "./git-objects.ts";
import { ALL_FORMATS } from "./random-metrics.ts";
import { slowReading, type SlowReading } from "./slow-reading.ts";

/** A metric file of a commit. */
export interface SlowFile {
  readonly oid: string;
  readonly mode: string;
  readonly size: number;
  readonly reading: SlowReading;
}

/** A commit. */
export interface SlowCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  /** subject, author, author's time and committer's time in ISO 8601 */
  readonly told: readonly string[];
  /** by path */
  readonly files: ReadonlyMap<string, SlowFile>;
}

/** A value, and what it was before; JSON texts. */
export interface SlowValue {
  readonly value: string;
  readonly baseline: string;
}

const METRICS = new Set(ALL_FORMATS.metrics);

/** What git says of one repository. Objects never change: each is asked for once. */
export class SlowRepository {
  readonly folder: string;
  readonly #commits = new Map<string, SlowCommit>();
  readonly #readings = new Map<string, { readonly size: number; readonly reading: SlowReading }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Every branch and its head. */
  heads(): Map<string, string> {
    const lines = git(this.folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads");
    return new Map(
      lines
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split(" ") as [string, string]),
    );
  }

  /** @returns a first-parent line, newest first */
  line(head: string): string[] {
    return git(this.folder, "rev-list", "--first-parent", head).split("\n");
  }

  /** @returns every commit that one of these reaches */
  reachable(heads: readonly string[]): string[] {
    return git(this.folder, "rev-list", ...heads).split("\n");
  }

  /** @returns a commit that `load()` has read */
  commit(sha: string): SlowCommit {
    return this.#commits.get(sha) as SlowCommit;
  }

  /** Reads commits, all in a few processes. */
  load(shas: readonly string[]): void {
    const fresh = shas.filter((sha) => !this.#commits.has(sha));
    if (fresh.length === 0) return;
    const format = "--format=%H%x00%T%x00%P%x00%s%x00%an%x00%aI%x00%cI";
    const log = gitBytes(this.folder, ["log", "--no-walk=unsorted", "--stdin", format], fresh.join("\n"));
    const lines = log.toString("utf8").trimEnd().split("\n");
    const treeOf = new Map(lines.map((line) => line.split("\0").slice(0, 2) as [string, string]));
    const all = filesOfTrees(this.folder, treeOf);
    const trees = new Map([...all].map(([sha, files]) => [sha, files.filter(({ path }) => METRICS.has(path))]));
    this.#readFiles([...trees.values()].flat());
    for (const line of lines) {
      const [sha = "", , parents = "", ...told] = line.split("\0");
      const files = new Map((trees.get(sha) ?? []).map((entry) => [entry.path, this.#fileOf(entry)]));
      this.#commits.set(sha, { sha, parents: parents === "" ? [] : parents.split(" "), told, files });
    }
  }

  /** @returns the nearest version below a commit, on first parents, that can be read; `returned`: the file was away in between */
  baselineOf(
    sha: string,
    path: string,
  ): { readonly sha: string; readonly file: SlowFile; readonly returned: boolean } | null {
    let returned = false;
    for (let at = this.commit(sha).parents[0]; at !== undefined; at = this.commit(at).parents[0]) {
      const file = this.commit(at).files.get(path);
      if (file !== undefined && file.reading.problem === null) return { sha: at, file, returned };
      if (file === undefined) returned = true;
    }
    return null;
  }

  /** @returns paths of the first parent that the commit has no more */
  removedBy(sha: string): string[] {
    const { parents, files } = this.commit(sha);
    const before = parents[0] === undefined ? [] : [...this.commit(parents[0]).files.keys()];
    return before.filter((path) => !files.has(path)).sort();
  }

  /** @returns by path, then by key, what the commit holds and what it took away; nothing of files that cannot be read */
  valuesOf(sha: string): Map<string, Map<string, SlowValue>> {
    const { files } = this.commit(sha);
    const paths = [...files.keys(), ...this.removedBy(sha)];
    return new Map(
      paths.map((path) => {
        const now = files.get(path)?.reading;
        const baseline = this.baselineOf(sha, path);
        const before = baseline?.file.reading.values ?? new Map<string, string>();
        const gone = baseline?.returned === true ? [] : before.keys(); // it was gone already
        const keys = now?.values === null ? [] : new Set([...(now?.values.keys() ?? []), ...gone]);
        const values = [...keys].map((key): [string, SlowValue] => [
          key,
          { value: now?.values?.get(key) ?? "null", baseline: before.get(key) ?? "null" },
        ]);
        return [path, new Map(values)];
      }),
    );
  }

  #fileOf({ path, mode, oid }: TreeEntry): SlowFile {
    const found = this.#readings.get(`${mode} ${oid} ${path}`);
    return { oid, mode, ...(found ?? { size: 0, reading: slowReading(path, mode, null) }) };
  }

  /** Reads files, each version once, all in one process. */
  #readFiles(entries: readonly TreeEntry[]): void {
    const fresh = entries.filter(
      ({ path, mode, oid }) => mode !== "160000" && !this.#readings.has(`${mode} ${oid} ${path}`),
    );
    if (fresh.length === 0) return;
    const output = gitBytes(this.folder, ["cat-file", "--batch"], fresh.map(({ oid }) => `${oid}\n`).join(""));
    let at = 0;
    for (const { path, mode, oid } of fresh) {
      const end = output.indexOf(10, at);
      const size = Number(output.toString("latin1", at, end).split(" ")[2]);
      const bytes = output.subarray(end + 1, end + 1 + size);
      at = end + 1 + size + 1;
      const key = `${mode} ${oid} ${path}`;
      if (!this.#readings.has(key)) this.#readings.set(key, { size, reading: slowReading(path, mode, bytes) });
    }
  }
}
