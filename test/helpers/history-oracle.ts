// What must be stored of a repository, found the slow way by plain git: commit by commit, file by file.
import assert from "node:assert/strict";
import type { Value } from "../../src/domain/model.ts";
import { git, gitBytes } from "./git-history.ts";
import type { StoredCommitRow, StoredHistory, StoredVersion } from "./stored-history.ts";

/** Which paths of these tests are metric files; the others of theirs are none. */
export const isMetricPath = (path: string): boolean => /(^|\/)metrics\.json$/.test(path);

/** Git knows it without having it. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

interface OracleFile {
  readonly oid: string;
  /** null: it cannot be read */
  readonly values: ReadonlyMap<string, Value> | null;
}

interface OracleCommit {
  readonly parents: readonly string[];
  /** subject, author, author date, committer date */
  readonly told: readonly string[];
}

/** The slow reading of one repository: `git log`, `git ls-tree` of every commit, the bytes of every file. */
export class HistoryOracle {
  readonly #folder: string;
  readonly #commits = new Map<string, OracleCommit>();
  readonly #files = new Map<string, ReadonlyMap<string, OracleFile>>();
  readonly #lists = new Map<string, string[]>();
  readonly #values = new Map<string, ReadonlyMap<string, Value> | null>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns ids that `git rev-list` gives for these arguments; what is below a commit is asked for once */
  list(...args: readonly string[]): string[] {
    const key = args.join(" ");
    const isFixed = args.every((arg) => /^--|^[0-9a-f]{40}$/.test(arg));
    const lines = (isFixed ? this.#lists.get(key) : undefined) ?? linesOf(git(this.#folder, "rev-list", ...args));
    if (isFixed) this.#lists.set(key, lines);
    return lines;
  }

  /** Reads commits ahead, all in one process each. */
  load(shas: readonly string[]): void {
    const format = "--format=%H%x00%T%x00%P%x00%s%x00%an%x00%ad%x00%cd";
    const fresh = shas.filter((sha) => !this.#commits.has(sha));
    if (fresh.length === 0) return;
    const log = gitBytes(
      this.#folder,
      ["log", "--no-walk=unsorted", "--stdin", "--date=raw", format],
      fresh.join("\n"),
    );
    const treeOf = new Map<string, string>();
    for (const line of linesOf(log.toString("utf8").trimEnd())) {
      const [sha = "", tree = "", parents = "", ...told] = line.split("\0");
      treeOf.set(sha, tree);
      this.#commits.set(sha, { parents: parents === "" ? [] : parents.split(" "), told });
    }
    const byTree = this.#readTrees([...new Set(treeOf.values())]);
    const trees = new Map([...treeOf].map(([sha, tree]) => [sha, byTree.get(tree) ?? new Map<string, string>()]));
    this.#readBlobs([...new Set([...trees.values()].flatMap((files) => [...files.values()]))]);
    for (const [sha, files] of trees) {
      const read = [...files].map(([path, oid]) => [path, { oid, values: this.#values.get(oid) ?? null }] as const);
      this.#files.set(sha, new Map(read));
    }
  }

  /** The metric files of a commit, by path. */
  filesOf(sha: string): ReadonlyMap<string, OracleFile> {
    this.load([sha]);
    return this.#files.get(sha) as ReadonlyMap<string, OracleFile>;
  }

  /** Checks one stored commit against git: what it says, its files and values, what each is compared with. */
  check(commit: StoredCommitRow, shaAt: (position: number) => string): void {
    this.load([commit.sha]);
    const { parents, told } = this.#commits.get(commit.sha) as OracleCommit;
    assert.deepEqual(commit.parents, parents, `parents of ${commit.sha}`);
    assert.deepEqual([commit.subject, commit.author, commit.authored, commit.committed], told, commit.sha);
    const first = parents[0];
    assert.equal(commit.firstParent === null ? undefined : shaAt(commit.firstParent), first, commit.sha);
    const expected = this.filesOf(commit.sha);
    assert.deepEqual([...commit.files.keys()], [...expected.keys()].sort(), `files of ${commit.sha}`);
    const before = first === undefined ? new Map<string, OracleFile>() : this.filesOf(first);
    const warned: string[] = [];
    for (const [path, file] of commit.files) {
      const { oid, values } = expected.get(path) as OracleFile;
      assert.equal(file.oid, oid, `${path} at ${commit.sha}`);
      assert.deepEqual(sorted(file.values), sorted(values), `values of ${path} at ${commit.sha}`);
      assert.equal(file.reason === null, values !== null, `problem of ${path} at ${commit.sha}`);
      if (values === null && before.get(path)?.oid !== oid) warned.push(path);
      this.#checkBaseline(commit, path, shaAt);
    }
    assert.deepEqual(commit.warned, warned, `marks of ${commit.sha}`);
  }

  #checkBaseline(commit: StoredCommitRow, path: string, shaAt: (position: number) => string): void {
    let sha = commit.parents[0];
    while (sha !== undefined && (this.filesOf(sha).get(path)?.values ?? null) === null) {
      sha = (this.#commits.get(sha) as OracleCommit).parents[0];
    }
    const baseline = commit.baselines.get(path);
    const told = baseline === undefined ? undefined : [shaAt(baseline.position), baseline.version.oid];
    const expected = sha === undefined ? undefined : [sha, this.filesOf(sha).get(path)?.oid];
    assert.deepEqual(told, expected, `baseline of ${path} at ${commit.sha}`);
  }

  /** The metric files of trees: what each has beside the empty tree, in one process. */
  #readTrees(trees: readonly string[]): Map<string, Map<string, string>> {
    const pairs = trees.map((tree) => `${EMPTY_TREE} ${tree}\n`).join("");
    const output = gitBytes(this.#folder, ["diff-tree", "--stdin", "-r", "--no-renames"], pairs).toString("utf8");
    const byTree = new Map<string, Map<string, string>>();
    let files = new Map<string, string>();
    for (const line of linesOf(output.trimEnd())) {
      const [, oid = "", path = ""] = /^:\d+ 10\d+ [0-9a-f]+ ([0-9a-f]+) A\t(.*)$/.exec(line) ?? [];
      if (!line.startsWith(":")) byTree.set(line.split(" ")[1] as string, (files = new Map()));
      else if (isMetricPath(path)) files.set(path, oid);
    }
    return byTree;
  }

  /** The bytes of files, as `git show` gives them, in one process. */
  #readBlobs(oids: readonly string[]): void {
    const fresh = oids.filter((oid) => !this.#values.has(oid));
    if (fresh.length === 0) return;
    const output = gitBytes(this.#folder, ["cat-file", "--batch"], `${fresh.join("\n")}\n`);
    let at = 0;
    for (const oid of fresh) {
      const end = output.indexOf(10, at);
      const size = Number(output.toString("latin1", at, end).split(" ")[2]);
      this.#values.set(oid, flatten(output.subarray(end + 1, end + 1 + size)));
      at = end + 1 + size + 1;
    }
  }
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

/**
 * Checks what is stored as a whole: every commit once, parents first, depths, lines, branches, nothing left over.
 * @param options.mayHaveHoles whether commits have been removed whose positions stay empty
 */
export function checkHistory(
  history: StoredHistory,
  oracle: HistoryOracle,
  heads: ReadonlyMap<string, string>,
  { mayHaveHoles = false }: { readonly mayHaveHoles?: boolean } = {},
): void {
  const bySha = new Map(history.commits.map((commit) => [commit.sha, commit]));
  const byPosition = new Map(history.commits.map((commit) => [commit.position, commit]));
  assert.equal(bySha.size, history.commits.length, "each commit once");
  if (!mayHaveHoles)
    history.commits.forEach(({ position }, index) => assert.equal(position, index, "no position is left out"));
  const reachable = heads.size === 0 ? [] : oracle.list(...heads.values());
  for (const sha of reachable) assert.ok(bySha.has(sha), `${sha} is stored`);
  const reached = new Set(reachable);
  oracle.load(history.commits.map(({ sha }) => sha));
  for (const commit of history.commits) {
    assert.equal(commit.unreachable, !reached.has(commit.sha), `mark of ${commit.sha}`);
    for (const parent of commit.parents) {
      assert.ok((bySha.get(parent)?.position ?? Infinity) < commit.position, `${commit.sha} comes after its parents`);
    }
    const parent = commit.firstParent === null ? undefined : byPosition.get(commit.firstParent);
    assert.equal(commit.ordinal, parent === undefined ? 0 : parent.ordinal + 1, `depth of ${commit.sha}`);
  }
  const live = [...history.branches].filter(([, { state }]) => state === "live");
  assert.deepEqual(new Map(live.map(([name, { head }]) => [name, head])), new Map([...heads].sort(byName)));
  for (const [name, { head }] of live) {
    assert.deepEqual(lineOf(history, name), oracle.list("--first-parent", head), `line of ${name}`);
  }
  assert.equal(history.skeletonRows, 0);
  const used = new Set(
    history.commits.flatMap(({ files, baselines }) =>
      [...files.values(), ...[...baselines.values()].map(({ version }) => version)].map(versionId),
    ),
  );
  assert.deepEqual(new Set(history.versions.map(versionId)), used, "no version is left over");
  const documents = history.versions.flatMap(({ path, values }) => (values === null ? [] : [{ path, values }]));
  const shapes = new Set(documents.map(({ values }) => [...values.keys()].join("\n")));
  const stored = new Set(history.shapes);
  assert.ok(shapes.isSubsetOf(stored), "every shape is there");
  // the newest stays, so that its number is not given again
  assert.ok(stored.difference(shapes).size <= 1, `left over: ${[...stored.difference(shapes)].join("; ")}`);
  const columns = new Set(documents.flatMap(({ path, values }) => [...values.keys()].map((key) => `${path} ${key}`)));
  const known = history.columns as readonly { readonly path: string; readonly key: string }[];
  assert.deepEqual(new Set(known.map(({ path, key }) => `${path} ${key}`)), columns, "no column is left over");
}

/** A branch's page: its own part by falling ordinal, then its parent's from the fork down. */
export function lineOf(history: StoredHistory, branch: string): string[] {
  const shas: string[] = [];
  let name: string | null = branch;
  let below = Number.POSITIVE_INFINITY;
  while (name !== null) {
    const own = history.commits.filter(({ line, ordinal }) => line === name && ordinal <= below);
    shas.push(...own.toSorted((a, b) => b.ordinal - a.ordinal).map(({ sha }) => sha));
    const fork: { branch: string; ordinal: number } | null = history.branches.get(name)?.fork ?? null;
    name = fork?.branch ?? null;
    below = fork?.ordinal ?? 0;
  }
  return shas;
}

function versionId({ path, oid }: StoredVersion): string {
  return `${oid} ${path}`;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function sorted(values: ReadonlyMap<string, Value> | null): [string, Value][] | null {
  return values === null ? null : [...values].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The flattened document of nested objects, as these tests write them; null when it is not JSON. */
function flatten(bytes: Buffer): Map<string, Value> | null {
  const values = new Map<string, Value>();
  const walk = (value: unknown, prefix: string): void => {
    if (typeof value !== "object" || value === null) {
      values.set(prefix, value as Value);
      return;
    }
    for (const [name, each] of Object.entries(value)) walk(each, prefix === "" ? name : `${prefix}.${name}`);
  };
  try {
    const document: unknown = JSON.parse(bytes.toString("utf8"));
    walk(document, "");
    return values;
  } catch {
    return null;
  }
}
