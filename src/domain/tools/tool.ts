// What a tool's own files are: how they are recognised, and what of them becomes figures.
import type { Adapter, FileText } from "../formats/adapter.ts";
import { isList, isObject, type JsonNode, type JsonObject, parseJson } from "../formats/json-tree.ts";
import { tellTree, type TreeNode } from "../formats/tree.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import type { ColumnFacts, Goal, GoalSource, Value } from "../model.ts";
import { unreadable } from "../unreadable.ts";
import { numberOf } from "../value.ts";

/** A program that writes JSON files of one kind. Another one is another file and one more line in `tools.ts`. */
export interface Tool {
  /** stored as the adapter's name */
  readonly name: string;
  /** raised when the same file is read in another way than before: then its versions are read again */
  readonly version: number;
  /** texts that every file of it holds: looked for before the document is taken apart */
  readonly marks: readonly string[];
  /** in place of the marks, where a file's name tells what its text does not: whether it may be the tool's */
  readonly mayBe?: (file: FileText) => boolean;
  /**
   * Says what of a document counts: rows named, samples and provenance left out, units and goals told.
   * @param file its name helps to tell kinds apart that look alike
   * @returns null when the document is not this tool's
   * @throws TidemarkError `file-unreadable` (no-figures) when it is the tool's, but of a kind without figures
   */
  tell(document: JsonNode, file: FileText): ToolNode | null;
}

/** What a tool tells: the document's own nodes, figures with what is known of them, and lists of named rows. */
export type ToolNode = JsonNode | Figure | Series | Row | readonly ToolNode[] | ReadonlyMap<string, ToolNode>;

/** A value with what its file or its tool says about the column. */
export class Figure {
  readonly value: Value;
  readonly facts: ColumnFacts;

  constructor(value: Value, facts: ColumnFacts) {
    this.value = value;
    this.facts = facts;
  }
}

/** The values that a figure had step by step: the last one, and the range of the finite ones on the way. */
export class Series {
  readonly last: Value;
  readonly min: Value;
  readonly max: Value;

  constructor(last: Value, min: Value, max: Value) {
    this.last = last;
    this.min = min;
    this.max = max;
  }

  /**
   * @param values at least one, the last one last; what stands for no number is passed over in the range, which is
   * missing when no number is finite
   */
  static of(values: readonly Value[]): Series {
    let min: number | bigint | null = null;
    let max: number | bigint | null = null;
    for (const each of values) {
      const value = typeof each === "bigint" ? each : numberOf(each);
      if (value === null || (typeof value === "number" && !Number.isFinite(value))) continue;
      if (min === null || value < min) min = value;
      if (max === null || value > max) max = value;
    }
    return new Series(values.at(-1) ?? null, min, max);
  }
}

/** An object in a list that some of its fields name: they become its row's name. */
export class Row {
  /** names of fields; one that lies deeper has dots between its names: `params.size` */
  readonly fields: readonly string[];
  readonly entries: ReadonlyMap<string, ToolNode>;

  constructor(fields: readonly string[], entries: ReadonlyMap<string, ToolNode>) {
    this.fields = fields;
    this.entries = entries;
  }
}

/** @returns a figure of a unit; without a source only the unit is told. Anything but a value stays as it is */
export function figure(
  value: ToolNode | undefined,
  unit: string | null,
  goal: Goal = null,
  goalFrom: GoalSource = goal === null ? null : "tool",
): ToolNode {
  if (value === undefined) return null;
  if (typeof value === "object" && value !== null) return value;
  return new Figure(value, { unit, goal, goalFrom });
}

/** @returns an object with some of another one's names, in its order. @param change makes the value that is told */
export function kept(
  object: JsonObject,
  wants: (name: string) => boolean,
  change: (value: JsonNode, name: string) => ToolNode = (value) => value,
): Map<string, ToolNode> {
  const entries = new Map<string, ToolNode>();
  for (const [name, value] of object) if (wants(name)) entries.set(name, change(value, name));
  return entries;
}

/** @returns the adapter of a tool */
export function adapterOf(tool: Tool): Adapter {
  return {
    name: tool.name,
    version: tool.version,
    extensions: [], // a file that nobody can read is told of by the JSON reader
    maxBytes: MAX_FILE_BYTES,
    sniff(file) {
      if (file.first !== "{" && file.first !== "[") return "no";
      const mayBe = tool.mayBe?.(file) ?? tool.marks.every((mark) => file.text.includes(mark));
      return mayBe ? "maybe" : "no";
    },
    read(file, target) {
      const told = tool.tell(parseJson(file.text, target.warnings), file);
      if (told === null) throw unreadable("not-readable", "another kind of file", `one that ${tool.name} writes`);
      tellTree(told, file.text.length, look, target);
    },
  };
}

function look(node: unknown): TreeNode {
  if (node instanceof Figure) return { kind: "scalar", value: node.value, facts: node.facts };
  if (node instanceof Series) return { kind: "series", last: node.last, min: node.min, max: node.max };
  if (node instanceof Row) return { kind: "object", entries: node.entries, fields: node.fields };
  const plain = node as JsonNode;
  if (isObject(plain)) return { kind: "object", entries: plain };
  if (isList(plain)) return { kind: "list", items: plain };
  return { kind: "scalar", value: plain };
}
