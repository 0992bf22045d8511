// A metric file read the slow way: JSON.parse or the format's library, and a flattening that knows nothing of ours.
import { type Entries, Flat, type Node, parsedFile } from "./slow-parsing.ts";

/** What a file holds: by key the value as JSON text, as the API writes it; or why it holds nothing. */
export type SlowReading =
  | { readonly values: ReadonlyMap<string, string>; readonly problem: null }
  /** `any`: the file is broken, and how that is called does not matter */
  | { readonly values: null; readonly problem: string };

/** Which fields name the rows of the lists of a kind of file; a dot stands before a nested one. */
interface Shape {
  readonly rows: readonly string[];
  /** what of the document counts */
  readonly keep: (document: Node) => Node;
}

const KIB = 1024;

/** Reads one version. @param path as `ALL_FORMATS` (random-metrics.ts) has them, which says what kind of file it is */
export function slowReading(path: string, mode: string, bytes: Buffer | null): SlowReading {
  if (mode === "120000") return failed("symlink");
  if (bytes === null) return failed("submodule");
  if (bytes.length > 4 * KIB * KIB) return failed("too-large");
  const text = decoded(path, bytes);
  if (text === null) return failed("not-text");
  if (text.startsWith("version https://git-lfs")) return failed("lfs-pointer");
  if (/^<{7} /m.test(text)) return failed("merge-conflict");
  try {
    const { rows, keep } = shapeOf(path);
    const values = new Map<string, string>();
    flatten(keep(parsedFile(path, text)), { key: "", depth: 0, rows, into: values });
    return values.size > 50_000 ? failed("too-many-leaves") : { values, problem: null };
  } catch (error) {
    return failed(error instanceof TooDeep ? "too-deep" : "any");
  }
}

function failed(problem: string): SlowReading {
  return { values: null, problem };
}

function decoded(path: string, bytes: Buffer): string | null {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isUtf16 && bytes.subarray(0, 64).includes(0)) return null;
  const encodings = [isUtf16 ? "utf-16le" : "utf-8", ...(/\.(csv|tsv|py)$/.test(path) ? ["windows-1252"] : [])];
  for (const encoding of encodings) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {}
  }
  return null;
}

const AS_IT_IS = (document: Node): Node => document;

function shapeOf(path: string): Shape {
  if (path.endsWith("results.json") && !path.startsWith("ci/")) return { rows: ["name"], keep: AS_IT_IS };
  if (path === "benchmark.json" || path.startsWith("ci/")) return { rows: ["fullname"], keep: pytest };
  if (path.startsWith("bench/")) return { rows: ["command"], keep: (file) => without(file, /^(times|exit_codes)$/) };
  if (path.startsWith("jmh/")) return { rows: ["benchmark", "mode", "threads", "params.size"], keep: jmh };
  if (path.startsWith("coverage/")) return { rows: [], keep: coverage };
  if (path.endsWith("trainer_state.json")) return { rows: [], keep: trainer };
  return { rows: [], keep: AS_IT_IS };
}

function pytest(file: Node): Node {
  const { benchmarks } = file as { benchmarks: Node };
  return { benchmarks: without(benchmarks, /^(options|data|rounds)$/) };
}

function jmh(file: Node): Node {
  return without(file, /^(jmhVersion|forks|rawData|scoreUnit)$/);
}

function coverage(file: Node): Node {
  const metric = (each: Node): Node => {
    const { covered = null, pct = null } = each as Entries;
    return { covered, pct: pct === "Unknown" ? null : pct };
  };
  const entry = (each: Node): Node => mapped(each, metric);
  return mapped(file, entry);
}

function mapped(node: Node, change: (each: Node) => Node): Node {
  return Object.fromEntries(Object.entries(node as Entries).map(([name, each]) => [name, change(each)]));
}

function trainer(file: Node): Node {
  const {
    log_history: log,
    is_world_process_zero: _,
    ...rest
  } = file as { log_history: Record<string, number>[]; is_world_process_zero: boolean };
  const flat = new Flat(Object.entries(rest));
  for (const entry of log) {
    for (const [name, value] of Object.entries(entry)) {
      const key = `log_history.${name}`;
      flat.set(key, value);
      if (name === "step" || name === "epoch") continue;
      flat.set(`${key}.min`, Math.min(value, (flat.get(`${key}.min`) as number | undefined) ?? value));
      flat.set(`${key}.max`, Math.max(value, (flat.get(`${key}.max`) as number | undefined) ?? value));
    }
  }
  return flat;
}

/** The same without the names that match, at any depth. */
function without(node: Node, names: RegExp): Node {
  if (typeof node !== "object" || node === null) return node;
  if (isList(node)) return node.map((each) => without(each, names));
  const entries = Object.entries(node).filter(([name]) => !names.test(name));
  return Object.fromEntries(entries.map(([name, each]) => [name, without(each, names)]));
}

class TooDeep extends Error {}

interface Place {
  readonly key: string;
  readonly depth: number;
  /** fields that name rows */
  readonly rows: readonly string[];
  readonly into: Map<string, string>;
}

function flatten(node: Node, place: Place): void {
  const { key, into } = place;
  if (node instanceof Flat) for (const [name, each] of node) into.set(name, valueText(each));
  else if (typeof node !== "object" || node === null) into.set(key === "" ? "value" : key, valueText(node));
  else {
    if (place.depth === 64) throw new TooDeep();
    if (isList(node)) flattenList(node, place);
    else for (const [name, each] of Object.entries(node)) flatten(each, below(place, stepOf(name, key === "")));
  }
}

function flattenList(list: readonly Node[], place: Place): void {
  const { key, into, rows } = place;
  const behind = (name: string): string => (key === "" ? name : `${key}.${name}`);
  if (list.every((each) => typeof each !== "object" || each === null)) {
    into.set(behind("length"), String(list.length));
    const numbers = list.filter((each) => typeof each === "number" || typeof each === "bigint");
    if (numbers.length === 0 || numbers.length + list.filter((each) => each === null).length < list.length) return;
    const finite = numbers.filter((each) => typeof each === "bigint" || Number.isFinite(each));
    const least = finite.reduce((a, b) => (b < a ? b : a), finite[0] ?? 0);
    const most = finite.reduce((a, b) => (b > a ? b : a), finite[0] ?? 0);
    const sum = finite.reduce<number>((total, each) => total + Number(each), 0);
    into.set(behind("last"), valueText(list.at(-1) as Node));
    for (const [name, value] of Object.entries({ min: least, max: most, mean: sum / finite.length }))
      into.set(behind(name), finite.length === 0 ? "null" : valueText(value));
  } else if (
    list.every((each) => isList(each) && each.length === list.length && each.every(isNumber)) &&
    list.length <= 20
  ) {
    list.forEach((line, i) => (line as Node[]).forEach((each, j) => into.set(`${key}[${i}][${j}]`, valueText(each))));
    deepen(list, place);
  } else if (rows.length > 0 && list.every(isObject)) {
    for (const row of list) {
      const name = rows.map((field) => [
        field,
        String(field.split(".").reduce((at, each) => (at as Entries)[each] as Node, row) as string | number),
      ]);
      const text = name.map(
        ([field = "", value = ""]) =>
          `${field}=${/[,=[\]"\s]/.test(value) || value === "" ? JSON.stringify(value) : value}`,
      );
      flatten(dropped(row, rows), below(place, `[${text.join(",")}]`));
    }
  } else {
    list.forEach((each, index) => flatten(each, below(place, `[${index}]`)));
    if (!list.some(isObject)) into.set(behind("length"), String(list.length));
  }
}

/** A matrix is as deep as any list of lists. */
function deepen(list: readonly Node[], { depth }: Place): void {
  if (depth + 1 === 64 && list.length > 0) throw new TooDeep();
}

function dropped(row: Node, fields: readonly string[]): Node {
  const entries = Object.entries(row as Entries).filter(([name]) => !fields.includes(name));
  return Object.fromEntries(entries.filter(([name]) => !fields.some((field) => field.startsWith(`${name}.`))));
}

function below(place: Place, step: string): Place {
  return { ...place, key: place.key + step, depth: place.depth + 1 };
}

/** @returns a name as a step of a key: quoted where it holds what would mean something in a key */
export function stepOf(name: string, isFirst: boolean): string {
  const safe = name.replaceAll("\0", "\uFFFD");
  const isQuoted =
    safe === "" || safe.split("").some((each) => '.[]"'.includes(each) || each.trim() === "" || each < " ");
  return isQuoted ? `[${JSON.stringify(safe)}]` : isFirst ? safe : `.${safe}`;
}

function isList(node: Node): node is readonly Node[] {
  return Array.isArray(node);
}

function isObject(node: Node): boolean {
  return typeof node === "object" && node !== null && !isList(node);
}

function isNumber(node: Node): boolean {
  return typeof node === "number" || typeof node === "bigint";
}

/** A value as JSON text: long integers with all their digits, special numbers as texts, texts cut at 256 bytes. */
export function valueText(value: Node): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(cut(value.replaceAll("\0", "\uFFFD")));
  if (typeof value !== "number") return JSON.stringify(value);
  if (!Number.isFinite(value)) return `"${value}"`;
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return JSON.stringify(value);
  const [digits = "", exponent] = String(Math.abs(value)).split("e+");
  const whole = exponent === undefined ? digits : digits.replace(".", "").padEnd(Number(exponent) + 1, "0");
  return whole.length > 40 ? String(value) : `${value < 0 ? "-" : ""}${whole}`;
}

function cut(text: string): string {
  if (Buffer.byteLength(text) <= 256) return text;
  let kept = "";
  for (const each of text) {
    if (Buffer.byteLength(kept + each) > 256) break;
    kept += each;
  }
  return kept;
}
