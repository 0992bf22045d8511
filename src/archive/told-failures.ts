// An archive whose failures are told: a page that does without it is an answer like any other, and nobody else would know.
import { isArchiveCode } from "../domain/archive-trouble.ts";
import { isTidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Archive } from "./archive.ts";

/** The same trouble is told again after this, in ms, with how often it was met. */
const AGAIN_MS = 60_000;

/** @param now milliseconds that only rise. @returns the archive, whose failures go to the log, each kind once a minute */
export function withToldFailures(archive: Archive, log: Log, now: () => number = () => performance.now()): Archive {
  const told = new Map<string, { readonly at: number; readonly silent: number }>();
  const tell = (error: unknown): void => {
    if (!isTidemarkError(error) || !isArchiveCode(error.code)) return;
    const last = told.get(error.code);
    if (last !== undefined && now() - last.at < AGAIN_MS) {
      told.set(error.code, { at: last.at, silent: last.silent + 1 });
      return;
    }
    told.set(error.code, { at: now(), silent: 0 });
    const more = last === undefined || last.silent === 0 ? {} : { times: last.silent };
    log.warn({ ...more, code: error.code, err: error }, "older commits are missed: the archive did not answer");
  };
  const heard = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      tell(error);
      throw error;
    }
  };
  return {
    atOnce: archive.atOnce,
    rows: (...asked) => heard(archive.rows(...asked)),
    between: (...asked) => heard(archive.between(...asked)),
    top: (...asked) => heard(archive.top(...asked)),
    line: (...asked) => heard(archive.line(...asked)),
    times: (...asked) => heard(archive.times(...asked)),
  };
}
