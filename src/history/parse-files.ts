// Parses file versions: small plain ones here and now, what is large or could be hostile in a thread.
import { readMetricFile, sampleRows } from "../domain/formats/read-file.ts";
import { KeySteps } from "../domain/key-step.ts";
import type { Reading, RowIdentities, Sha } from "../domain/model.ts";
import { haveRows, inferIdentities } from "../domain/row-identity.ts";
import { type CommitTime, type Outcome, type ParsePool, type TaskOrigin } from "./parse-pool.ts";
import { failedReading } from "./parse-problem.ts";
import { type FlatReading, type ReadTask, type Shape, unpacked } from "./parse-task.ts";

/** Bytes of a file that is parsed at once: 0.2 to 0.6 ms in every format. */
const MAX_INLINE_BYTES = 16 * 1024;
/** The same of JSON, whose reader is our own and stops at each limit while it reads: 1 ms. A thread costs a fourth more. */
const MAX_INLINE_JSON_BYTES = 64 * 1024;
/** Times that the rows of a path are looked at anew, because another file ended the thread that knew them. */
const MAX_SAMPLE_ROUNDS = 20;

/** JSON that opens so, and tables, are never tried as YAML: only there a short text can mean a long document. */
const JSON_NAME = /\.(?:json|ndjson|jsonl)$/i;
const PLAIN_NAME = /\.(?:toml|csv|tsv|py)$/i;
const [SPACE, BRACKET, BRACE] = [0x20, 0x5b, 0x7b];
/** How YAML says that something stands there once more. */
const REPETITIONS = ["&", "*", "<<"];

/** A file to be parsed. */
export interface ParsedFile {
  readonly path: string;
  readonly oid: Sha;
  /** the commit that brought it in, by any number */
  readonly commit: number;
  readonly bytes: Uint8Array;
}

/** Row identities of the file's path. */
export interface ParseIdentity {
  readonly identity: RowIdentities | null;
  readonly identityIsChosen: boolean;
}

const CRASHED = failedReading("crashed");

let readers = 0;
let samples = 0;

/** Parses the files of one repository. */
export class FileParser {
  readonly #pool: ParsePool;
  readonly #listFiles: () => Promise<string>;
  readonly #reader = readers++;
  readonly #steps = new KeySteps();
  readonly #shapes = new Map<string, Shape>();
  readonly #times = new Map<number, CommitTime>();
  /** paths whose files name other files of the repository */
  readonly #needsFiles = new Set<string>();
  #files: Promise<string> | null = null;

  /** @param listFiles names the files of the repository, U+0000 between them; asked for once, where a file needs it */
  constructor(pool: ParsePool, listFiles: () => Promise<string>) {
    this.#pool = pool;
    this.#listFiles = listFiles;
  }

  /**
   * Reads a file.
   * @param asker whom `cancel()` names
   * @returns its reading, at once where it was read here; it rejects when it was cancelled
   */
  read(file: ParsedFile, identity: ParseIdentity, asker: object): Reading | Promise<Reading> {
    const { path, bytes } = file;
    const needsFiles = this.#needsFiles.has(path);
    if (needsFiles || !isInline(bytes, path)) return this.#readElsewhere(file, identity, needsFiles, asker);
    const options = { path, ...identity, steps: this.#steps };
    const reading = orOnFailure(() => readMetricFile(bytes, options), CRASHED);
    return reading.needsFiles === true ? this.#readElsewhere(file, identity, true, asker) : reading;
  }

  /**
   * Infers what names the rows of a path.
   * @param files its newest versions, newest first
   * @returns null where none of them has rows
   */
  inferIdentities(files: readonly ParsedFile[], asker: object): RowIdentities | null | Promise<RowIdentities | null> {
    if (!files.every(({ bytes, path }) => isInline(bytes, path))) return this.#inferElsewhere(files, asker);
    const rows = files.map(({ bytes, path }) => orOnFailure(() => sampleRows(bytes, path), null));
    const read = rows.filter((each) => each !== null);
    return haveRows(read) ? inferIdentities(read) : null;
  }

  /** Gives up what an asker asked for and has not got. */
  cancel(asker: object, reason: unknown): void {
    this.#pool.cancel(asker, reason);
  }

  async #readElsewhere(file: ParsedFile, identity: ParseIdentity, withFiles: boolean, asker: object): Promise<Reading> {
    const { path, oid } = file;
    if (withFiles) this.#needsFiles.add(path);
    const files = withFiles ? await (this.#files ??= this.#listFiles()) : null;
    const task: ReadTask = {
      kind: "read",
      bytes: wholeBuffer(file.bytes),
      path,
      series: `${this.#reader}:${path}`,
      withFiles,
      ...identity,
    };
    const origin = { asker, oid, time: this.#timeOf(file.commit), files };
    // what an answer leaves out stood in the one before: they are completed in the order in which they come
    const reading = await this.#pool.run(task, origin).then((outcome) => this.#complete(path, outcome));
    return reading.needsFiles === true ? this.#readElsewhere(file, identity, true, asker) : reading;
  }

  #complete(path: string, outcome: Outcome<FlatReading>): Reading {
    if ("failure" in outcome) return failedReading(outcome.failure);
    const { values, shape, ...rest } = outcome.answer;
    if (values === null) return { ...rest, document: null, unstableKeys: [] };
    if (shape !== null) this.#shapes.set(path, shape);
    const { keys, unstableKeys, facts } = this.#shapes.get(path) as Shape;
    const reading = { ...rest, document: { keys, values: unpacked(values) }, unstableKeys };
    return facts === null ? reading : { ...reading, facts };
  }

  /** A thread that dies takes with it what it knew of the rows: they are looked at again, without the file that did it. */
  async #inferElsewhere(files: readonly ParsedFile[], asker: object): Promise<RowIdentities | null> {
    let good = files;
    for (let round = 0; round < MAX_SAMPLE_ROUNDS; round++) {
      const sample = samples++;
      const outcomes = await Promise.all(
        good.map(({ bytes, path, oid, commit }) => {
          const origin = { asker, oid, time: this.#timeOf(commit), files: null };
          return this.#pool.run({ kind: "sample", bytes: wholeBuffer(bytes), path, sample }, origin);
        }),
      );
      good = good.filter((_, index) => "answer" in (outcomes[index] as Outcome<null>));
      const origin: TaskOrigin = { asker, oid: null, time: null, files: null };
      const outcome = await this.#pool.run({ kind: "infer", sample, count: good.length }, origin);
      if ("failure" in outcome) return {}; // rows without names are told of by their versions
      if (outcome.answer !== null) return outcome.answer.identities;
    }
    throw new Error(`the rows of ${files[0]?.path} were looked at ${MAX_SAMPLE_ROUNDS} times in vain`);
  }

  #timeOf(commit: number): CommitTime {
    let time = this.#times.get(commit);
    if (time === undefined) this.#times.set(commit, (time = { spentMs: 0 }));
    return time;
  }
}

/** @returns whether a file may be parsed in the event loop: it is small, and its text cannot mean a long document */
export function isInline(bytes: Uint8Array, path: string): boolean {
  if (JSON_NAME.test(path)) {
    const first = bytes.find((byte) => byte > SPACE);
    if (first === BRACKET || first === BRACE) return bytes.length <= MAX_INLINE_JSON_BYTES;
  }
  if (bytes.length > MAX_INLINE_BYTES) return false;
  if (PLAIN_NAME.test(path)) return true;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return !REPETITIONS.some((mark) => view.includes(mark));
}

/** A file on which its reader fails has no values, here as in a thread: it must not stop all others. */
function orOnFailure<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** A view of a larger buffer would be sent with all of it. */
function wholeBuffer(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
