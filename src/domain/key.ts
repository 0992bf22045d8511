// A key is a list of segments; its text is what people see, sort by and put into URLs. Both ways are exact.
import { TidemarkError } from "../errors.ts";

/** One step of a key: an object's key, a row named by its identity, or a place in an array. */
export type Segment =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "row"; readonly pairs: readonly (readonly [string, string])[] }
  | { readonly kind: "index"; readonly index: number };

// Blanks and controls cannot be told apart by eye, and a lone surrogate cannot be sent: all three are quoted.
const NAME = /^[^.[\]"\s\p{Cc}\p{Cs}]+$/u;
const BARE = /^[^,=[\]"\s\p{Cc}\p{Cs}]+$/u;
// Nearly all names and values are of these alone: asking for every class of characters takes five times as long.
const PLAIN = /^[\w/:+-]+$/;
const INDEX = /^(?:0|[1-9]\d*)$/;

/** Where the parts of a key's text stand while it is read. */
interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Writes one segment as it stands behind others.
 * @returns `.name`, `["quoted name"]`, `[field=value,other="a value"]` or `[0]`
 */
export function formatSegment(segment: Segment): string {
  if (segment.kind === "name") {
    return PLAIN.test(segment.name) || NAME.test(segment.name)
      ? `.${segment.name}`
      : `[${JSON.stringify(segment.name)}]`;
  }
  if (segment.kind === "index") return `[${segment.index}]`;
  return `[${segment.pairs.map(([field, value]) => `${bareOrQuoted(field)}=${bareOrQuoted(value)}`).join(",")}]`;
}

/**
 * Writes a key as text. `parseKey()` is the exact way back, and different lists have different texts.
 * @param segments at least one
 * @throws TidemarkError `bad-key` when there is no segment, a row without pairs or an index that is no whole number
 */
export function formatKey(segments: readonly Segment[]): string {
  let text = "";
  for (const segment of segments) {
    if (segment.kind === "row" && segment.pairs.length === 0) throw badKey(text, "a row without fields", "a field");
    if (segment.kind === "index" && (!Number.isSafeInteger(segment.index) || segment.index < 0))
      throw badKey(text, `the position ${segment.index}`, "a whole number from 0");
    const step = formatSegment(segment);
    text += text === "" && step.startsWith(".") ? step.slice(1) : step;
  }
  if (text === "") throw badKey(text, "no segment", "at least one");
  return text;
}

/**
 * Reads a key's text.
 * @throws TidemarkError `bad-key` when it is not what `formatKey()` writes: each key has one text only
 */
export function parseKey(text: string): readonly Segment[] {
  const cursor: Cursor = { text, at: 0 };
  const segments: Segment[] = [];
  while (cursor.at < text.length) segments.push(readSegment(cursor, segments.length === 0));
  if (segments.length === 0) throw badKey(text, "an empty text", "a name");
  if (formatKey(segments) !== text) throw badKey(text, "another way to write it", JSON.stringify(formatKey(segments)));
  return segments;
}

/**
 * Writes a column's id: `path:key`, as DVC does.
 * @param path of the file; one that holds `:` or `"` is written as a JSON string
 * @param key a key's text
 */
export function formatColumnId(path: string, key: string): string {
  return `${/[:"]/.test(path) ? JSON.stringify(path) : path}:${key}`;
}

/**
 * Reads a column's id.
 * @throws TidemarkError `bad-key` when it is not what `formatColumnId()` writes
 */
export function parseColumnId(id: string): { path: string; key: string } {
  const cursor: Cursor = { text: id, at: 0 };
  let path: string;
  if (id.startsWith('"')) path = readQuoted(cursor);
  else {
    cursor.at = id.includes(":") ? id.indexOf(":") : id.length;
    path = id.slice(0, cursor.at);
  }
  if (id[cursor.at] !== ":") throw badKey(id, "no colon behind the path", "path:key");
  const key = id.slice(cursor.at + 1);
  parseKey(key);
  if (formatColumnId(path, key) !== id) throw badKey(id, "another way to write it", formatColumnId(path, key));
  return { path, key };
}

function bareOrQuoted(text: string): string {
  return PLAIN.test(text) || BARE.test(text) ? text : JSON.stringify(text);
}

function readSegment(cursor: Cursor, first: boolean): Segment {
  const { text } = cursor;
  if (text[cursor.at] === "[") return readBracket(cursor);
  if (!first) {
    if (text[cursor.at] !== ".") throw badKey(text, shown(text, cursor.at), "a dot or a bracket");
    cursor.at++;
  }
  const start = cursor.at;
  while (cursor.at < text.length && !".[".includes(text[cursor.at] as string)) cursor.at++;
  const name = text.slice(start, cursor.at);
  if (!NAME.test(name)) throw badKey(text, `the name ${JSON.stringify(name)} at ${start + 1}`, '["a quoted name"]');
  return { kind: "name", name };
}

/** Reads what stands in brackets: a quoted name, a position or a row. What follows the first text decides. */
function readBracket(cursor: Cursor): Segment {
  const { text } = cursor;
  cursor.at++;
  const quoted = text[cursor.at] === '"';
  const first = readPart(cursor);
  if (text[cursor.at] === "]") {
    cursor.at++;
    if (quoted) return { kind: "name", name: first };
    if (!INDEX.test(first) || !Number.isSafeInteger(Number(first)))
      throw badKey(text, `[${first}]`, "a position, a quoted name or field=value");
    return { kind: "index", index: Number(first) };
  }
  const pairs: (readonly [string, string])[] = [];
  let field = first;
  for (;;) {
    expect(cursor, "=");
    pairs.push([field, readPart(cursor)]);
    if (text[cursor.at] === "]") break;
    expect(cursor, ",");
    field = readPart(cursor);
  }
  cursor.at++;
  return { kind: "row", pairs };
}

/** Reads a field's name or a value, quoted or bare. */
function readPart(cursor: Cursor): string {
  const { text } = cursor;
  if (text[cursor.at] === '"') return readQuoted(cursor);
  const start = cursor.at;
  while (cursor.at < text.length && !',=[]"'.includes(text[cursor.at] as string)) cursor.at++;
  if (cursor.at === start) throw badKey(text, shown(text, start), "a text");
  return text.slice(start, cursor.at);
}

function readQuoted(cursor: Cursor): string {
  const { text } = cursor;
  const start = cursor.at;
  cursor.at++;
  while (cursor.at < text.length && text[cursor.at] !== '"') cursor.at += text[cursor.at] === "\\" ? 2 : 1;
  cursor.at++;
  try {
    return JSON.parse(text.slice(start, cursor.at)) as string;
  } catch (cause) {
    throw badKey(text, `${shown(text, start)} that is not a JSON string`, "a JSON string", cause);
  }
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw badKey(cursor.text, shown(cursor.text, cursor.at), `a ${character}`);
  cursor.at++;
}

function shown(text: string, at: number): string {
  return at >= text.length ? "its end" : `${JSON.stringify(text[at])} at ${at + 1}`;
}

function badKey(text: string, found: string, wanted: string, cause?: unknown): TidemarkError {
  return new TidemarkError("bad-key", { attempt: "read the key", value: text, found, wanted }, { cause });
}
