// A metric file taken apart by the libraries of its format, or in the plainest way there is: nothing of ours.
import { CORE_SCHEMA, load, mergeTag } from "js-yaml";
import { parse as parseToml } from "smol-toml";

/** What a parser gave. */
export type Node =
  | number
  | bigint
  | string
  | boolean
  | null
  | readonly Node[]
  | Flat
  | { readonly [name: string]: Node };

/** An object's names and values. */
export type Entries = Readonly<Record<string, Node>>;

/** Keys as they are, not to be quoted: a range stands behind its column's own key. */
export class Flat extends Map<string, Node> {}

/** @returns what the file holds, by its format's own library where there is one. @throws Error where it is broken */
export function parsedFile(path: string, text: string): Node {
  if (path.endsWith(".yaml")) return parsedYaml(text);
  if (path.endsWith(".toml")) return parseToml(text) as Entries;
  if (/\.[ct]sv$/.test(path)) return parsedTable(text, path);
  if (path.endsWith(".py")) return parsedPython(text);
  if (path === ".gas-snapshot") return parsedGas(text);
  const last = text.trimEnd().split("\n").at(-1) as string;
  return parsedJson(path.startsWith("log/") ? last : text);
}

/** JSON, and the three words that Python writes beside it. @throws SyntaxError */
export function parsedJson(text: string): Node {
  const words = text.replaceAll(/(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '"\\u0011$1"');
  return JSON.parse(words, (_name, value: Node, context?: { source?: string }) => {
    if (typeof value === "string" && value.startsWith("\u0011")) return Number(value.slice(1));
    const source = context?.source ?? "";
    const isLong = typeof value === "number" && /^-?\d+$/.test(source) && !Number.isSafeInteger(value);
    return isLong && source.replace("-", "").length <= 40 ? BigInt(source) : value;
  }) as Node;
}

function parsedYaml(text: string): Node {
  if (text.trim() === "") return {};
  return load(text, { schema: CORE_SCHEMA.withTags(mergeTag) }) as Node;
}

/** Names and values, or one row a step: its last values, and the range of what is no step. */
function parsedTable(text: string, path: string): Node {
  const between = path.endsWith(".tsv") ? "\t" : text.includes(";") ? ";" : ",";
  const [head, ...rows] = text
    .replace(/[\r\n]+$/, "")
    .split(/\r?\n/)
    .map((line) => line.split(between)) as [string[], ...string[][]];
  if (rows.length === 0) throw new Error("no table");
  if (head[0] !== "step") return Object.fromEntries(rows.map(([name, value]) => [name, Number(value)]));
  const entries = head.flatMap((name, at): [string, Node][] => {
    const cells = rows
      .map((row) => row[at] as string)
      .filter((cell) => cell !== "")
      .map(Number);
    const last = cells.at(-1) ?? null;
    if (name === "step" || last === null) return [[name, last]];
    return [
      [name, last],
      [`${name}.min`, Math.min(...cells)],
      [`${name}.max`, Math.max(...cells)],
    ];
  });
  return new Flat(entries);
}

const PYTHON: Readonly<Record<string, Node>> = { True: true, False: false, None: null };

/** Assignments by their indentation: four columns for a class's own, eight for those of a class in it. */
function parsedPython(text: string): Node {
  const [top, train, inner]: Record<string, Node>[] = [{}, {}, {}] as const;
  let isFunction = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^ *(class|def) /.test(line)) isFunction = /^ *def /.test(line);
    const [, indent = "", name = "", value = ""] = /^( *)(\w+) = (.*)$/.exec(line) ?? [];
    if (name === "" && line.trim() !== "" && !/^( *#|( {4})?(class|def) )/.test(line)) throw new Error("broken");
    if (name === "" || isFunction) continue;
    const into = { 0: top, 4: train, 8: inner }[indent.length] as Record<string, Node>;
    into[name] = value in PYTHON ? (PYTHON[value] as Node) : (JSON.parse(value.replaceAll("'", '"')) as Node);
  }
  if (train !== undefined && Object.keys(train).length > 0)
    Object.assign(top as object, { Train: { ...train, Inner: inner } });
  return top ?? {};
}

function parsedGas(text: string): Node {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = "", gas, mean, median] =
        /^(.*) \((?:gas: (\d+)|runs: \d+, μ: (\d+), ~: (\d+))\)$/.exec(line) ?? broken();
      return [name, gas === undefined ? { mean: Number(mean), median: Number(median) } : { gas: Number(gas) }];
    }),
  );
}

function broken(): never {
  throw new Error("broken");
}
