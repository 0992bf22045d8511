// The engine inside this process: DuckDB over copies of the objects on the local disk, or over those of a folder in place.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBResult } from "@duckdb/node-api";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { DUCKDB_DIALECT } from "./dialects.ts";
import { type OpenDuckDB, openDuckDB } from "./duckdb.ts";
import { addChunk } from "./duckdb-columns.ts";
import { type LocalObjects, ObjectCache, ObjectsInPlace } from "./object-cache.ts";
import type { ObjectStore } from "./object-store.ts";
import { parquetTable } from "./parquet.ts";
import type { Answer, AnswerValue, QueryEngine, Question } from "./query-engine.ts";
import { Turns } from "./turns.ts";

/** What an engine is given; all that is left out is as usual. */
export interface DuckDBSettings {
  readonly store: ObjectStore;
  /** a folder of this machine for copies of objects and for what does not fit into memory; it is made */
  readonly cacheFolder: string;
  /** what the copies may take, in bytes */
  readonly cacheBytes?: number;
  /** for one question, in milliseconds */
  readonly questionMs?: number;
}

const GIB = 1024 ** 3;
const MEMORY_BYTES = GIB;
const THREADS = 2;
/** What one process puts onto the disk when memory is short. */
const SPILL_BYTES = 4 * GIB;
/** Questions at a time, and how many wait: more come in vain, since they would wait longer than anybody does. */
const AT_A_TIME = 2;
const MOST_WAITING = 16;
const QUESTION_MS = 10_000;
/** Between two interruptions of a question that goes on all the same, in milliseconds. */
const INTERRUPT_MS = 50;
/** Failures for which no object's bytes can be the reason. */
const OF_THE_STATEMENT = /^(?:Error (?:Binder|Parser|Catalog|Out of Memory|Out of Range)|TypeError)\b/;
const ATTEMPT = "ask the archive with";
const NAME = "DuckDB";

/** DuckDB. It is loaded and opened by the first question. */
export class DuckDBEngine implements QueryEngine {
  readonly kind = "duckdb";
  readonly dialect = DUCKDB_DIALECT;
  readonly #settings: DuckDBSettings;
  readonly #objects: LocalObjects;
  readonly #turns = new Turns(NAME, AT_A_TIME, MOST_WAITING);
  #open: Promise<OpenDuckDB> | null = null;
  #spill: string | null = null;

  constructor(settings: DuckDBSettings) {
    this.#settings = settings;
    const { store, cacheFolder, cacheBytes } = settings;
    this.#objects =
      store.kind === "folder" ? new ObjectsInPlace(store.place) : new ObjectCache(store, cacheFolder, cacheBytes);
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    return this.#turns.run(signal, () => this.#askHeld(question, signal, true));
  }

  async close(): Promise<void> {
    const open = await this.#open?.catch(() => null);
    open?.close();
    this.#open = null;
    if (this.#spill !== null) rmSync(this.#spill, { recursive: true, force: true });
  }

  /** Asks, and once again when it was an object that could not be read and that is better now. */
  async #askHeld(question: Question, signal: AbortSignal, again: boolean): Promise<Answer> {
    const held = await this.#objects.hold(question.objects, signal);
    try {
      const files = question.objects.map((object, place) => ({ kind: object.kind, path: held.paths[place] ?? "" }));
      const sql = question.statement(this.dialect, (kind) =>
        parquetTable(
          kind,
          files.filter((file) => file.kind === kind).map(({ path }) => path),
        ),
      );
      return await this.#run(sql, question, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isTidemarkError(error)) throw error;
      const isOfBytes = !OF_THE_STATEMENT.test(error instanceof Error ? `${error.name} ${error.message}` : "");
      const mayPass = isOfBytes && again && (await this.#objects.recheck(question.objects, signal));
      if (!mayPass) throw failed(error);
    } finally {
      held.release();
    }
    return this.#askHeld(question, signal, false);
  }

  async #run(sql: string, question: Question, signal: AbortSignal): Promise<Answer> {
    const questionMs = this.#settings.questionMs ?? QUESTION_MS;
    const connection = await (await this.#duckdb()).connect();
    let isLate = false;
    let again: NodeJS.Timeout | undefined;
    // one that comes while a statement is only being prepared is forgotten when it begins
    const stop = (): void => {
      connection.interrupt();
      again ??= setInterval(() => connection.interrupt(), INTERRUPT_MS);
    };
    const timer = setTimeout(() => {
      isLate = true;
      stop();
    }, questionMs);
    signal.addEventListener("abort", stop);
    try {
      signal.throwIfAborted();
      return await answerOf(await connection.stream(sql), question, () => isLate || signal.aborted);
    } catch (error) {
      signal.throwIfAborted();
      if (isLate) throw tooLate(questionMs, error);
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(again);
      signal.removeEventListener("abort", stop);
      connection.closeSync();
    }
  }

  #duckdb(): Promise<OpenDuckDB> {
    this.#open ??= this.#start().catch((error: unknown) => {
      this.#open = null;
      throw error;
    });
    return this.#open;
  }

  #start(): Promise<OpenDuckDB> {
    const { cacheFolder } = this.#settings;
    mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
    this.#spill = mkdtempSync(join(cacheFolder, "spill-"));
    return openDuckDB({
      memoryBytes: MEMORY_BYTES,
      threads: THREADS,
      spillFolder: this.#spill,
      spillBytes: SPILL_BYTES,
      folders: this.#objects.folders,
    });
  }
}

async function answerOf(result: DuckDBResult, question: Question, isOver: () => boolean): Promise<Answer> {
  const { types, maxRows } = question;
  if (result.columnCount !== types.length) {
    throw wrongStatement(`${result.columnCount} columns`, `${types.length}, one for each type that is expected`);
  }
  const columns: AnswerValue[][] = types.map(() => []);
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    // an interruption between two chunks ends the stream as if it were its end
    if (isOver()) throw new Error("interrupted");
    if (chunk === null || chunk.rowCount === 0) return { rows, columns };
    rows += chunk.rowCount;
    if (rows > maxRows) throw wrongStatement(`more than ${maxRows} rows`, `at most ${maxRows}`);
    addChunk(columns, chunk, types);
  }
}

function wrongStatement(found: string, wanted: string): TidemarkError {
  return new TidemarkError("archive-engine-failed", { attempt: ATTEMPT, value: NAME, found, wanted });
}

function tooLate(ms: number, cause: unknown): TidemarkError {
  const parts = {
    attempt: ATTEMPT,
    value: NAME,
    found: `no answer within ${ms / 1_000} s`,
    wanted: "a smaller question",
  };
  return new TidemarkError("archive-engine-failed", parts, { cause });
}

/** DuckDB's own words hold paths and values: only the kind of failure is for people, the rest is the cause. */
function failed(error: unknown): TidemarkError {
  const text = error instanceof Error ? error.message : String(error);
  const kind = /^([A-Z][\w ]{2,40}) Error:/.exec(text)?.[1];
  const found = kind === undefined ? "an answer that does not fit" : `an error of the kind ${kind}`;
  const isFull = /No space left|max_temp_directory_size/i.test(text);
  const parts = isFull
    ? { found: "a full disk", wanted: "free space in the folder of the cache" }
    : { found, wanted: "an answer" };
  return new TidemarkError("archive-engine-failed", { attempt: ATTEMPT, value: NAME, ...parts }, { cause: error });
}
