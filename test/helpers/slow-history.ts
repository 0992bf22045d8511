// Reads a history the slow way, with git's own commands and JSON.parse, one commit after the other: an oracle for tests.
import { git } from "./git-history.ts";
import { filesOfTrees, objectsOf } from "./git-objects.ts";

/** A commit as the plain git program shows it. */
export interface SlowCommit {
  readonly sha: string;
  /** first parent first */
  readonly parents: readonly string[];
  /** of each metric file its flattened values: path → key → value; null when it is no JSON */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, unknown> | null>;
  /** path → blob id */
  readonly blobs: ReadonlyMap<string, string>;
}

/** Reads every commit that a branch reaches. @param isMetric whether a path is a metric file, each one line of JSON */
export function readSlowly(folder: string, isMetric: (path: string) => boolean): Map<string, SlowCommit> {
  const commits = new Map<string, SlowCommit>();
  const lines = git(folder, "log", "--branches", "--format=%H %T %P").split("\n");
  const treeOf = new Map(lines.map((line) => line.split(" ").slice(0, 2) as [string, string]));
  const trees = filesOfTrees(folder, treeOf);
  const oids = new Set([...trees.values()].flatMap((files) => files.map(({ oid }) => oid)));
  const texts = objectsOf(folder, [...oids]);
  const byOid = new Map([...oids].map((oid, index) => [oid, parsed(String(texts[index]))]));
  for (const line of lines) {
    const [sha = "", , ...parents] = line.trimEnd().split(" ");
    const metrics = (trees.get(sha) ?? []).filter(({ path }) => isMetric(path));
    const blobs = new Map(metrics.map(({ path, oid }) => [path, oid]));
    const files = new Map(metrics.map(({ path, oid }) => [path, byOid.get(oid) ?? null]));
    commits.set(sha, { sha, parents, files, blobs });
  }
  return commits;
}

/** @returns the first-parent line of a branch or commit, newest first */
export function firstParentLine(folder: string, name: string): string[] {
  return git(folder, "log", "--first-parent", "--format=%H", name, "--").split("\n");
}

function parsed(text: string): Map<string, unknown> | null {
  try {
    return flattened(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Objects of objects of scalars as `a.b` → value. */
function flattened(value: unknown, key = "", into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return into.set(key, value);
  for (const [name, inner] of Object.entries(value)) flattened(inner, key === "" ? name : `${key}.${name}`, into);
  return into;
}
