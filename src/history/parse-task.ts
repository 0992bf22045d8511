// What the parser's thread is asked and what it answers: flat lists only, since a deep tree could not be sent.
import { readMetricFile, sampleRows } from "../domain/formats/read-file.ts";
import { KeySteps } from "../domain/key-step.ts";
import type { ColumnFacts, Reading, RowIdentities, Value } from "../domain/model.ts";
import { haveRows, inferIdentities } from "../domain/row-identity.ts";
import { type ArrayView, describeArrays, nameRows, type RowNamesView } from "../domain/row-choice.ts";
import type { RowSample } from "../domain/row-sample.ts";

/** Bytes of the shapes that are remembered, over all paths: of the 256 MiB that the thread has. */
const MAX_REMEMBERED_BYTES = 30_000_000;
/** Bytes that a key takes besides its text. */
const KEY_BYTES = 50;
/** Samples that are being collected at a time: two repositories are in work, each asks for few at once. */
const MAX_SAMPLES = 8;

/** To read one file version. */
export interface ReadTask {
  readonly kind: "read";
  readonly bytes: Uint8Array;
  readonly path: string;
  /** names the path among those of all readers: its versions mostly have one shape */
  readonly series: string;
  readonly identity: RowIdentities | null;
  readonly identityIsChosen: boolean;
  /** whether the files of the repository tell (`knowFiles()`) */
  readonly withFiles: boolean;
}

/** To look at the rows of one version of a path. */
export interface SampleTask {
  readonly kind: "sample";
  readonly bytes: Uint8Array;
  readonly path: string;
  /** what it is one of */
  readonly sample: number;
}

/** To infer what names the rows of a path from the versions that were looked at. */
export interface InferTask {
  readonly kind: "infer";
  readonly sample: number;
  /** versions that were looked at */
  readonly count: number;
}

/** What names the rows; null while no version has any. */
export interface Inferred {
  readonly identities: RowIdentities | null;
}

/** To tell a person which rows the arrays of one version have, and which names some fields would give them. */
export interface RowsTask {
  readonly kind: "rows";
  readonly bytes: Uint8Array;
  readonly path: string;
  /** whose rows are to be named; null: none */
  readonly naming: { readonly array: string; readonly fields: readonly string[] } | null;
}

/** What a person chooses from; null where the file cannot be read. */
export type RowsAnswer = { readonly arrays: readonly ArrayView[]; readonly names: RowNamesView | null } | null;

/** Anything that the parser is asked for. */
export type ParseTask = ReadTask | SampleTask | InferTask | RowsTask;

/** What the versions of one path mostly have in common. */
export interface Shape {
  readonly keys: readonly string[];
  readonly unstableKeys: readonly string[];
  readonly facts: ReadonlyMap<string, ColumnFacts> | null;
}

/** A reading as it is sent. */
export interface FlatReading extends Omit<Reading, "document" | "unstableKeys" | "facts"> {
  /** beside the keys of the shape; null without a document. Nothing but numbers takes a third of the time this way */
  readonly values: readonly Value[] | Float64Array<ArrayBuffer> | null;
  /** null: the one that was sent last for this series */
  readonly shape: Shape | null;
}

/** What a task is answered with. */
export type AnswerTo<T extends ParseTask> = T extends ReadTask
  ? FlatReading
  : T extends InferTask
    ? /** null: not all of the versions were looked at in this thread */ Inferred | null
    : T extends RowsTask
      ? RowsAnswer
      : null;

/** Answers tasks one after the other, and keeps from one to the next what makes them quick. */
export class Parser {
  readonly #steps = new KeySteps();
  readonly #shapes = new Map<string, Shape>();
  #rememberedBytes = 0;
  readonly #samples = new Map<number, { readonly rows: RowSample[]; count: number }>();
  #files: ReadonlySet<string> = new Set();
  readonly #isFile = (path: string): boolean => this.#files.has(path);

  /** Says which files the repository of the next tasks has. @param names U+0000 between them */
  knowFiles(names: string): void {
    this.#files = new Set(names.split("\0"));
  }

  /** @returns the answer to one task. It throws only where a file reader is wrong */
  run(task: ParseTask): AnswerTo<ParseTask> {
    if (task.kind === "read") return this.#read(task);
    if (task.kind === "rows") return rowsOf(task);
    return task.kind === "sample" ? this.#sample(task) : this.#infer(task);
  }

  #read({ bytes, path, series, identity, identityIsChosen, withFiles }: ReadTask): FlatReading {
    const options = { path, identity, identityIsChosen, steps: this.#steps };
    const reading = readMetricFile(bytes, withFiles ? { ...options, isFile: this.#isFile } : options);
    const { document, unstableKeys, facts = null, ...rest } = reading;
    if (document === null) return { ...rest, values: null, shape: null };
    const shape = { keys: document.keys, unstableKeys, facts };
    return { ...rest, values: packed(document.values), shape: this.#remember(series, shape) ? null : shape };
  }

  /** @returns whether the series had this shape the last time too */
  #remember(series: string, shape: Shape): boolean {
    const last = this.#shapes.get(series);
    if (last !== undefined && isSameShape(last, shape)) return true;
    this.#forget(series, last);
    this.#shapes.set(series, shape);
    this.#rememberedBytes += bytesOf(shape);
    for (const [oldest, its] of this.#shapes) {
      if (this.#rememberedBytes <= MAX_REMEMBERED_BYTES) break;
      this.#forget(oldest, its);
    }
    return false;
  }

  #forget(series: string, shape: Shape | undefined): void {
    if (shape === undefined) return;
    this.#shapes.delete(series);
    this.#rememberedBytes -= bytesOf(shape);
  }

  #sample({ bytes, path, sample }: SampleTask): null {
    let known = this.#samples.get(sample);
    if (known === undefined) this.#samples.set(sample, (known = { rows: [], count: 0 }));
    const rows = sampleRows(bytes, path);
    if (rows !== null) known.rows.push(rows);
    known.count++;
    for (const oldest of this.#samples.keys()) {
      if (this.#samples.size <= MAX_SAMPLES) break;
      this.#samples.delete(oldest);
    }
    return null;
  }

  #infer({ sample, count }: InferTask): Inferred | null {
    const known = this.#samples.get(sample);
    this.#samples.delete(sample);
    if ((known?.count ?? 0) !== count) return null;
    const rows = known?.rows ?? [];
    return { identities: haveRows(rows) ? inferIdentities(rows) : null };
  }
}

function bytesOf({ keys }: Shape): number {
  return keys.reduce((sum, key) => sum + key.length + KEY_BYTES, 0);
}

/** @returns numbers as bytes; the list itself where it holds anything else */
function packed(values: readonly Value[]): readonly Value[] | Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") return values;
    numbers[i] = value;
  }
  return numbers;
}

/** @returns the list that `packed()` made bytes of */
export function unpacked(values: readonly Value[] | Float64Array): readonly Value[] {
  if (!(values instanceof Float64Array)) return values;
  // filled with doubles first, V8 keeps it as bytes: `Array.from()` takes 40 times as long, and numbers one by one are
  // twice the work for its collector
  // oxlint-disable-next-line no-new-array
  const list = new Array<number>(values.length).fill(Number.NaN);
  for (let i = 0; i < values.length; i++) list[i] = values[i] as number;
  return list;
}

/** @returns whether two lists hold the same texts in the same order */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  // from the end: a list that grew differs there first
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

function isSameShape(a: Shape, b: Shape): boolean {
  return sameTexts(a.keys, b.keys) && sameTexts(a.unstableKeys, b.unstableKeys) && sameFacts(a.facts, b.facts);
}

function sameFacts(a: Shape["facts"], b: Shape["facts"]): boolean {
  if (a === null || b === null) return a === b;
  if (a.size !== b.size) return false;
  for (const [key, { unit, goal, goalFrom }] of a) {
    const other = b.get(key);
    if (other?.unit !== unit || other.goal !== goal || other.goalFrom !== goalFrom) return false;
  }
  return true;
}

function rowsOf({ bytes, path, naming }: RowsTask): RowsAnswer {
  const sample = sampleRows(bytes, path, true);
  if (sample === null) return null;
  return { arrays: describeArrays(sample), names: naming && nameRows(sample, naming.array, naming.fields) };
}
