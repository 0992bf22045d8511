// Athena as an engine: every statement names its objects and their buckets, and each answer says what it cost.
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { QueryExecution } from "@aws-sdk/client-athena";
import { isTidemarkError } from "../errors.ts";
import type { EgressAllowance } from "../outbound.ts";
import { AthenaCalls, type AthenaClientOptions, type AthenaPlace } from "./athena-client.ts";
import { AthenaRows } from "./athena-rows.ts";
import { athenaFailure, endOf, failureOfAthena } from "./athena-failure.ts";
import { costOf, refuseUnfit } from "./athena-statement.ts";
import { TRINO_DIALECT } from "./dialects.ts";
import { namedObjects } from "./named-objects.ts";
import type { ObjectStore } from "./object-store.ts";
import { PresentObjects } from "./present-objects.ts";
import type { Answer, QueryEngine, Question } from "./query-engine.ts";
import { Turns } from "./turns.ts";
import { untilAborted } from "./until-aborted.ts";

/** What it is given. */
export interface AthenaSettings {
  readonly store: ObjectStore;
  readonly place: AthenaPlace;
  readonly allow: EgressAllowance;
  readonly options?: AthenaClientOptions;
  /** for one question, in milliseconds */
  readonly questionMs?: number;
}

/** An account may run 20 or more at a time; others want some of them, too. */
const AT_A_TIME = 8;
const MOST_WAITING = 64;
const QUESTION_MS = 60_000;
/** Between two looks, in milliseconds: growing, since most are short. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 1_000;
const PAUSE_GROWTH = 1.5;
/** How often a statement is started that ended for a reason that may pass. */
const TRIES = 3;

/** Athena. */
export class AthenaEngine implements QueryEngine {
  readonly kind = "athena";
  readonly dialect = TRINO_DIALECT;
  readonly #settings: AthenaSettings;
  readonly #calls: AthenaCalls;
  readonly #present: PresentObjects;
  readonly #turns = new Turns("Athena", AT_A_TIME, MOST_WAITING);

  constructor(settings: AthenaSettings) {
    this.#settings = settings;
    this.#calls = new AthenaCalls(settings.place, settings.allow, settings.options);
    this.#present = new PresentObjects(settings.store);
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    return this.#turns.run(signal, () => this.#askNow(question, signal));
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async #askNow(question: Question, signal: AbortSignal): Promise<Answer> {
    const { store, questionMs = QUESTION_MS } = this.#settings;
    const named: string[] = [];
    const sql = question.statement(this.dialect, (kind) => {
      const text = namedObjects(kind, question.objects, (key) => store.uri(key));
      named.push(text);
      return text;
    });
    refuseUnfit(sql, question.objects.length, named);
    await this.#present.look(question.objects, signal);
    const late = AbortSignal.timeout(questionMs);
    try {
      return await this.#run(sql, question, AbortSignal.any([signal, late]));
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) {
        throw athenaFailure(
          "archive-engine-failed",
          `no answer within ${questionMs / 1_000} s`,
          "a smaller question",
          error,
        );
      }
      if (isTidemarkError(error, "archive-engine-failed")) await this.#present.lookAgain(question.objects, signal);
      throw error;
    }
  }

  /** Each try has a token of its own: the service knows by it a start whose answer was lost, and starts nothing twice. */
  async #run(sql: string, question: Question, signal: AbortSignal): Promise<Answer> {
    // two who ask the same have two executions: who withdraws a question must not withdraw another's
    const asker = randomUUID();
    for (let tries = 1; ; tries += 1) {
      const token = createHash("sha256").update(`${asker} ${tries} ${sql}`).digest("hex");
      const id = await this.#start(sql, token, signal);
      const execution = await this.#finish(id, signal);
      if (execution.Status?.State === "SUCCEEDED") return this.#read(id, execution, question, signal);
      const failure = endOf(execution);
      if (!failure.mayPass || tries === TRIES) throw failure.error;
    }
  }

  async #start(sql: string, token: string, signal: AbortSignal): Promise<string> {
    const started = this.#calls.start(sql, token);
    try {
      return await this.#answered(untilAborted(started, signal), signal);
    } catch (error) {
      if (signal.aborted) void started.then((id) => this.#calls.stop(id)).catch(() => undefined);
      throw error;
    }
  }

  /** Waits for the end of an execution, and stops it when nobody waits any more. */
  async #finish(id: string, signal: AbortSignal): Promise<QueryExecution> {
    const pause = this.#settings.options?.pause ?? ((ms, until) => wait(ms, undefined, { signal: until }));
    try {
      for (let ms = FIRST_PAUSE_MS; ; ms = Math.min(ms * PAUSE_GROWTH, LAST_PAUSE_MS)) {
        const execution = await this.#answered(this.#calls.look(id, signal), signal);
        if (/^(?:SUCCEEDED|FAILED|CANCELLED)$/.test(execution.Status?.State ?? "")) return execution;
        await pause(Math.round(ms), signal).catch(() => signal.throwIfAborted());
        signal.throwIfAborted();
      }
    } catch (error) {
      await this.#calls.stop(id);
      throw error;
    }
  }

  async #read(id: string, execution: QueryExecution, question: Question, signal: AbortSignal): Promise<Answer> {
    const rows = new AthenaRows(question);
    let token: string | undefined;
    do {
      const page = await this.#answered(this.#calls.results(id, token, signal), signal);
      rows.add(page.ResultSet ?? {});
      token = page.NextToken;
    } while (token !== undefined);
    return { ...rows.whole(), cost: costOf(execution) };
  }

  async #answered<T>(sent: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await sent;
    } catch (error) {
      signal.throwIfAborted();
      throw failureOfAthena(error);
    }
  }
}
