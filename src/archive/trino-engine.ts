// Trino as an engine: the objects are named in the statement, by the texts that Trino itself gives for their paths.
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { TRINO_DIALECT } from "./dialects.ts";
import type { ObjectStore } from "./object-store.ts";
import { PresentObjects } from "./present-objects.ts";
import type { Answer, AnswerValue, QueryEngine, Question } from "./query-engine.ts";
import { namedObjects } from "./named-objects.ts";
import { TrinoClient, type TrinoClientOptions, type TrinoServer } from "./trino-client.ts";
import { isOfType, type TrinoPage, valueOf } from "./trino-page.ts";
import { Turns } from "./turns.ts";

/** What it is given. */
export interface TrinoSettings {
  readonly store: ObjectStore;
  readonly server: TrinoServer;
  /** what Trino calls the place of the store, with a slash at its end; null: as the store does */
  readonly location: string | null;
  readonly options?: TrinoClientOptions;
  /** for one question, in milliseconds */
  readonly questionMs?: number;
}

const AT_A_TIME = 8;
const MOST_WAITING = 64;
/** More than Trino is told that a query may run: then it says so itself. */
const QUESTION_MS = 35_000;
const ATTEMPT = "ask the archive with";
const NAME = "Trino";

/** Trino. */
export class TrinoEngine implements QueryEngine {
  readonly kind = "trino";
  readonly dialect = TRINO_DIALECT;
  readonly #settings: TrinoSettings;
  readonly #client: TrinoClient;
  readonly #present: PresentObjects;
  readonly #turns = new Turns(NAME, AT_A_TIME, MOST_WAITING);

  constructor(settings: TrinoSettings) {
    this.#settings = settings;
    this.#client = new TrinoClient(settings.server, settings.options);
    this.#present = new PresentObjects(settings.store);
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    return this.#turns.run(signal, () => this.#askNow(question, signal));
  }

  async close(): Promise<void> {
    // nothing is open between two questions
  }

  async #askNow(question: Question, signal: AbortSignal): Promise<Answer> {
    await this.#present.look(question.objects, signal);
    const { store, location, questionMs = QUESTION_MS } = this.#settings;
    const uri = (key: string): string => (location === null ? store.uri(key) : location + key);
    const sql = question.statement(this.dialect, (kind) => namedObjects(kind, question.objects, uri));
    const answer = new Collected(question);
    const late = AbortSignal.timeout(questionMs);
    try {
      await this.#client.run(sql, (page) => answer.add(page), AbortSignal.any([signal, late]));
      return answer.whole();
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw failed(`no answer within ${questionMs / 1_000} s`, "a smaller question", error);
      // an object that went meanwhile has other words in every engine
      if (isTidemarkError(error, "archive-engine-failed")) await this.#present.lookAgain(question.objects, signal);
      if (error instanceof TypeError) throw failed("an answer that does not fit", "an answer", error);
      throw error;
    }
  }
}

/** An answer while its pages arrive. */
class Collected {
  readonly #question: Question;
  readonly #columns: AnswerValue[][];
  #rows = 0;
  #isTyped = false;

  constructor(question: Question) {
    this.#question = question;
    this.#columns = question.types.map(() => []);
  }

  add({ types, rows }: TrinoPage): void {
    if (types !== null && !this.#isTyped) this.#checkTypes(types);
    const { maxRows, types: wanted } = this.#question;
    this.#rows += rows.length;
    if (this.#rows > maxRows) throw failed(`more than ${maxRows} rows`, `at most ${maxRows}`);
    for (const row of rows) {
      for (const [place, type] of wanted.entries()) this.#columns[place]?.push(valueOf(type, row[place]));
    }
  }

  /** @throws TidemarkError when rows came that nobody said the columns of */
  whole(): Answer {
    if (!this.#isTyped) throw failed("an answer without columns", "those of the statement");
    return { rows: this.#rows, columns: this.#columns };
  }

  #checkTypes(types: readonly string[]): void {
    const wanted = this.#question.types;
    if (types.length !== wanted.length) throw failed(`${types.length} columns`, `${wanted.length}`);
    for (const [place, type] of wanted.entries()) {
      const found = types[place] ?? "";
      if (!isOfType(type, found)) throw new TypeError(`column ${place + 1} is ${found}, not ${type}: cast it`);
    }
    this.#isTyped = true;
  }
}

function failed(found: string, wanted: string, cause?: unknown): TidemarkError {
  return new TidemarkError("archive-engine-failed", { attempt: ATTEMPT, value: NAME, found, wanted }, { cause });
}
