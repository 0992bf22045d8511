// What a `dvc.lock` says of the stages that ran: their outs, and the files that their parameters stood in.
import { decodeFile } from "./formats/decode.ts";
import { parseYaml } from "./formats/yaml.ts";
import { MAX_TREE_FILE_BYTES } from "./limits.ts";
import type { Warning } from "./model.ts";
import { problemOf, unreadable } from "./unreadable.ts";
import { WarningList } from "./warning-list.ts";

/** Outs and files that are looked at in one `dvc.lock`: aliases could make millions of a small one. */
const MAX_ENTRIES = 50_000;

/** A stage that ran. Paths are as they are written: relative to its working folder, which only `dvc.yaml` knows. */
export interface LockedStage {
  /** with what was put into a template behind an `@` */
  readonly name: string;
  readonly outs: readonly LockedOut[];
  readonly params: readonly string[];
}

/** A file or folder that a stage wrote. */
export interface LockedOut {
  readonly path: string;
  /** whether DVC knows what was in it, and so may keep it */
  readonly isHashed: boolean;
  /** of a `.dvc` file, and of the first form of `dvc.lock` */
  readonly workFolder: string;
}

/**
 * Reads a `dvc.lock`, or the outs of a `.dvc` file, which are those of a stage without a name.
 * @returns the stages; with the problem, and without any, when the file cannot be read
 */
export function readDvcLock(bytes: Uint8Array): { stages: readonly LockedStage[]; problem: Warning | null } {
  const stages: LockedStage[] = [];
  try {
    const document = mapOf(loadDvcFile(bytes));
    let left = MAX_ENTRIES;
    const add = (name: string, level: ReadonlyMap<unknown, unknown>): void => {
      const outs = outsOf(level, left);
      left -= outs.length;
      const params = Array.from(entriesOf(level.get("params")).take(left), ([file]) => file);
      left -= params.length;
      if (outs.length + params.length > 0) stages.push({ name, outs, params });
    };
    add("", document);
    // the first version had no `stages`
    for (const [name, stage] of entriesOf(document.has("stages") ? document.get("stages") : document))
      add(name, mapOf(stage));
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    return { stages: [], problem };
  }
  return { stages, problem: null };
}

/** @returns the stage of `dvc.yaml` that a stage which ran was made of */
export function stageOf(name: string): string {
  const at = name.indexOf("@");
  return at < 0 ? name : name.slice(0, at);
}

/** @returns what one of DVC's files holds. @throws TidemarkError `file-unreadable` */
export function loadDvcFile(bytes: Uint8Array): unknown {
  const size = bytes.length;
  if (size > MAX_TREE_FILE_BYTES) {
    const limit = MAX_TREE_FILE_BYTES;
    throw unreadable("too-large", `a file of ${size} bytes`, `at most ${limit}`, { size, limit });
  }
  return parseYaml(decodeFile(bytes, "yaml", new WarningList()))[0];
}

/** @returns the value as a map; an empty one for anything else */
export function mapOf(value: unknown): ReadonlyMap<unknown, unknown> {
  return value instanceof Map ? value : new Map();
}

/** Gives the entries of a map whose names are texts; none of anything else. */
export function* entriesOf(value: unknown): Generator<readonly [string, unknown]> {
  for (const [key, entry] of mapOf(value)) if (typeof key === "string") yield [key, entry];
}

/** @returns the value where it is a text, else null */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function outsOf(level: ReadonlyMap<unknown, unknown>, limit: number): LockedOut[] {
  const list = level.get("outs");
  if (!Array.isArray(list)) return [];
  const workFolder = textOf(level.get("wdir")) ?? "";
  return list.slice(0, limit).map((item) => {
    const out = mapOf(item);
    const isHashed = ["md5", "etag", "checksum"].some((name) => textOf(out.get(name)) !== null);
    return { path: textOf(out.get("path")) ?? "", isHashed, workFolder };
  });
}
