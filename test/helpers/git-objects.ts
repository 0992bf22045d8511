// Many objects of a repository by one process of plain git each: what oracles read of every commit.
import { gitBytes } from "./git-history.ts";

/** A file of a tree. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

/** Git knows it without having it. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * What trees have beside the empty one: all files, also of the folders below.
 * @param treeOf the tree's id by whatever it belongs to
 */
export function filesOfTrees(folder: string, treeOf: ReadonlyMap<string, string>): Map<string, TreeEntry[]> {
  const pairs = [...new Set(treeOf.values())].map((tree) => `${EMPTY_TREE} ${tree}\n`).join("");
  const words = gitBytes(folder, ["diff-tree", "--stdin", "-r", "-z", "--no-renames"], pairs)
    .toString("utf8")
    .split("\0");
  const byTree = new Map<string, TreeEntry[]>();
  let files: TreeEntry[] = [];
  for (let at = 0; at < words.length; at += 2) {
    // before the first file of a tree stands a line with the two trees
    const lines = (words[at] ?? "").split("\n");
    const [, mode = "", , oid = ""] = (lines.pop() ?? "").split(" ");
    for (const line of lines) byTree.set(line.split(" ")[1] ?? "", (files = []));
    const path = words[at + 1];
    if (path !== undefined) files.push({ path, mode, oid });
  }
  return new Map([...treeOf].map(([owner, tree]) => [owner, byTree.get(tree) ?? []]));
}

/** @param names as `git show` takes them: `main:metrics.json`. @returns the bytes of each, null for what is not there */
export function objectsOf(folder: string, names: readonly string[]): (Buffer | null)[] {
  const output = gitBytes(folder, ["cat-file", "--batch"], names.map((name) => `${name}\n`).join(""));
  let at = 0;
  return names.map(() => {
    const end = output.indexOf(10, at);
    const head = output.toString("utf8", at, end);
    at = end + 1;
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(head)?.[1];
    if (size === undefined) return null;
    const bytes = output.subarray(at, at + Number(size));
    at += bytes.length + 1;
    return bytes;
  });
}
