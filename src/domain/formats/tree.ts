// From a tree that a library made (YAML, TOML) to the events of a reader: iterative, so that no depth can end the process.
import type { Flattener } from "../flatten.ts";
import { MAX_LEAVES } from "../limits.ts";
import type { ColumnFacts, Value } from "../model.ts";
import { unreadable } from "../unreadable.ts";

/** What a node of a library's tree is. */
export type TreeNode =
  | { readonly kind: "scalar"; readonly value: Value; readonly facts?: ColumnFacts | undefined }
  /** the value of a name, that has a range: never a list's item */
  | { readonly kind: "series"; readonly last: Value; readonly min: Value; readonly max: Value }
  | { readonly kind: "list"; readonly items: readonly unknown[] }
  | {
      readonly kind: "object";
      readonly entries: Iterable<readonly [string, unknown]>;
      /** of a list's item: the fields that name it */
      readonly fields?: readonly string[] | undefined;
    };

/** An open container and what is left of it. */
interface Open {
  readonly items: Iterator<unknown> | null;
  readonly entries: Iterator<readonly [string, unknown]> | null;
}

/**
 * Tells a tree as events.
 * @param size of the file in characters: a tree without aliases has no more nodes, and aliases may add 50,000
 * @param look what a node of the library is
 * @throws TidemarkError `file-unreadable` when the tree is larger than that, or passes a limit of flattening
 */
export function tellTree(root: unknown, size: number, look: (node: unknown) => TreeNode, target: Flattener): void {
  const open: Open[] = [];
  let left = size + MAX_LEAVES;
  const tell = (node: unknown): void => {
    if (left-- === 0)
      throw unreadable("too-many-leaves", `aliases that stand for more than ${MAX_LEAVES} values`, "fewer");
    const seen = look(node);
    if (seen.kind === "scalar") target.scalar(seen.value, seen.facts);
    else if (seen.kind === "series") target.range(seen.last, seen.min, seen.max);
    else if (seen.kind === "list") {
      target.openArray();
      open.push({ items: seen.items[Symbol.iterator](), entries: null });
    } else {
      target.openObject(seen.fields);
      open.push({ items: null, entries: seen.entries[Symbol.iterator]() });
    }
  };
  tell(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.entries === null) {
      const next = top.items?.next();
      if (next !== undefined && next.done !== true) {
        tell(next.value);
        continue;
      }
    } else {
      const next = top.entries.next();
      if (next.done !== true) {
        target.name(next.value[0], 0);
        tell(next.value[1]);
        continue;
      }
    }
    open.pop();
    target.close();
  }
}
