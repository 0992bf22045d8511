// A second opinion on Python parameters (P15): 500 generated files, read by our reader and by the grammar of an editor.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parser } from "@lezer/python";
import { pick, type Random, seededRandom } from "../../../test/helpers/seeded-random.ts";
import { WarningList } from "../warning-list.ts";
import { readPython } from "./python.ts";
import type { PythonValue } from "./python-literal.ts";

const SEED = 20_261_124;
const FILES = 500;
type Node = ReturnType<typeof parser.parse>["topNode"];

/** What is no literal, with words and brackets in it that look like one. */
const COMPUTED = [
  "f(1)",
  "1 + 2",
  "f'{a}'",
  "[x for x in (1, 2)]",
  "1 if True else 2",
  "a.b",
  "lambda x=1: x",
  "{**a}",
];
const SCALARS = ["1", "-2", "0.5", "1e-3", "1_000", "0x1F", "True", "None", "'a'", '"b#c"', "'it\\'s'", "'''d\ne'''"];
const STRINGS = ["''", "r'\\d'", '"""q"uoted"""', "'a' 'b'", "b'x'", "'[('", '"x = 1"', "'''\n'''"];

/** Writes Python as people do: settings in classes, comments, lists over lines, code that has nothing to say. */
class Writer {
  readonly #random: Random;
  #names = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  file(): string {
    return this.#block("", 0).join("\n") + pick(this.#random, ["", "\n", "\n\n# the end"]);
  }

  #block(indent: string, depth: number): string[] {
    const statements = Array.from({ length: 2 + this.#random(5) }, () => this.#statement(indent, depth));
    return [...statements.flat(), `${indent}pass`];
  }

  #statement(indent: string, depth: number): string[] {
    const name = `n${this.#names++}`;
    const inner = `${indent}${pick(this.#random, ["  ", "    ", "\t"])}`;
    switch (depth < 3 ? this.#random(11) : this.#random(7)) {
      case 0:
        return [`${indent}${name}: ${pick(this.#random, ["int", "dict[str, int]", "'A'"])} = ${this.#value(0)}`];
      case 1:
        return [`${indent}${name} = ${pick(this.#random, COMPUTED)}  # ${name} = 1`];
      case 2:
        return [`${indent}${name} = ${this.#value(1)}; ${name}b=${this.#value(2)}`];
      case 3:
        return [pick(this.#random, ["", `${indent}# ${name} = 2`, `${indent}'''${name} = [('''`])];
      case 4:
        return [`${indent}${pick(this.#random, [`${name}, m = 1, 2`, `${name} = m = 1`, `${name}.x = 1`, "pass"])}`];
      case 7:
        return [`${indent}class ${name}(Base, key='a:b'):`, ...this.#block(inner, depth + 1)];
      case 8:
        return [
          `${indent}def __init__(self, a=1) -> None:`,
          `${inner}self.${name} = ${this.#value(1)}`,
          `${inner}${name} = 3`,
        ];
      case 9:
        return [
          `${indent}${pick(this.#random, ["if a:", "for i in [1]:", "def f(a={'k': 1}):"])}`,
          ...this.#block(inner, 3),
        ];
      case 10:
        return [`${indent}class ${name}: ${name} = ${this.#value(2)}`];
      default:
        return [`${indent}${name} = ${this.#value(0)}`];
    }
  }

  #value(depth: number): string {
    const kind = depth < 3 ? this.#random(8) : this.#random(4);
    const items = Array.from({ length: kind < 4 ? 0 : this.#random(4) }, () => this.#value(depth + 1));
    const comma = pick(this.#random, [", ", ",\n  ", ",  # one, [two\n"]);
    switch (kind) {
      case 4:
        return `[${items.join(comma)}${items.length > 0 ? pick(this.#random, ["", ","]) : ""}]`;
      case 5:
        return `(${items.join(comma)}${items.length === 1 ? "," : ""})`;
      case 6:
        return `{${items.map((item, i) => `'k${i}': ${item}`).join(comma)}}`;
      case 7:
        return items.length === 0 ? "{1, 2}" : `(${items[0]})`;
      default:
        return pick(this.#random, this.#random(3) === 0 ? STRINGS : SCALARS);
    }
  }
}

test(`readPython() and an editor's grammar agree on ${FILES} generated files, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  let values = 0;
  for (let i = 0; i < FILES; i++) {
    const text = new Writer(random).file();
    const tree = parser.parse(text);
    tree.iterate({ enter: ({ type }) => assert.equal(type.isError, false, `file ${i} is no Python:\n${text}`) });
    const other = new Map<string, PythonValue>();
    takeBlock(childrenOf(tree.topNode), other, text, false);
    assert.deepStrictEqual(readPython(text, new WarningList()), other, `file ${i} of seed ${SEED}:\n${text}`);
    values += other.size;
  }
  assert.ok(values > 1000, `${values} values`);
});

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== "Comment") children.push(child);
  }
  return children;
}

function takeBlock(statements: readonly Node[], into: Map<string, PythonValue>, text: string, self: boolean): void {
  for (const statement of statements) {
    const children = childrenOf(statement);
    const body = children.find(({ name }) => name === "Body");
    const name = children.find((child) => child.name === "VariableName");
    if (statement.name === "StatementGroup") takeBlock(children, into, text, self);
    else if (statement.name === "AssignStatement") takeAssignment(children, into, text, self);
    else if (body === undefined || name === undefined || self) continue;
    else if (statement.name === "ClassDefinition") {
      const own = new Map<string, PythonValue>();
      takeBlock(childrenOf(body), own, text, false);
      into.set(wordOf(name, text), own);
    } else if (statement.name === "FunctionDefinition" && wordOf(name, text) === "__init__") {
      takeBlock(childrenOf(body), into, text, true);
    }
  }
}

function takeAssignment(children: readonly Node[], into: Map<string, PythonValue>, text: string, self: boolean): void {
  const [target, ...others] = children.filter(({ name }) => name !== "TypeDef");
  const [operator, value, ...rest] = others;
  if (target === undefined || operator?.name !== "AssignOp" || value === undefined || rest.length > 0) return;
  const written = wordOf(target, text);
  if (target.name !== (self ? "MemberExpression" : "VariableName") || (self && !written.startsWith("self."))) return;
  const found = valueOf(value, text);
  if (found !== undefined) into.set(self ? written.slice(5) : written, found);
}

/** The value of a node; undefined for what is no literal. */
function valueOf(node: Node, text: string): PythonValue | undefined {
  const word = wordOf(node, text);
  const parts = childrenOf(node).filter(({ name }) => !["(", ")", "[", "]", "{", "}", ",", ":"].includes(name));
  const values = parts.map((part) => valueOf(part, text));
  switch (node.name) {
    case "Number":
      return Number(word.replaceAll("_", ""));
    case "Boolean":
      return word === "True";
    case "None":
      return null;
    case "String":
      return stringOf(word);
    case "ContinuedString":
      return (values as string[]).join("");
    case "UnaryExpression":
      return typeof values[1] === "number" && parts[0]?.name === "ArithOp" ? -values[1] : undefined;
    case "ParenthesizedExpression":
      return values[0];
    case "ArrayExpression":
    case "TupleExpression":
      return values.includes(undefined) ? undefined : (values as PythonValue[]);
    case "SetExpression":
      return values.includes(undefined) ? undefined : [...new Set(values as PythonValue[])];
    case "DictionaryExpression": {
      if (values.includes(undefined) || values.length % 2 !== 0) return undefined;
      const pairs = values.flatMap((key, i) => (i % 2 === 0 ? [[key as string, values[i + 1]] as const] : []));
      return new Map(pairs as [string, PythonValue][]);
    }
    default:
      return undefined;
  }
}

/** The strings above need no more than this. */
function stringOf(word: string): string {
  const prefix = /^[a-z]*/.exec(word)?.[0] ?? "";
  const quoted = word.slice(prefix.length);
  const quote = quoted.startsWith(quoted.charAt(0).repeat(3)) ? 3 : 1;
  const inside = quoted.slice(quote, -quote);
  return prefix.includes("r") ? inside : inside.replaceAll("\\'", "'");
}

function wordOf(node: Node, text: string): string {
  return text.slice(node.from, node.to);
}
