// What stands where a file version could not be read: the problems that are not about its text.
import { READER_VERSION } from "../domain/formats/read-file.ts";
import type { ProblemReason, Reading } from "../domain/model.ts";
import { problemOf, unreadable, type ProblemPlace } from "../domain/unreadable.ts";
import { MAX_COMMIT_MS, MAX_FILE_MS, type ParseFailure } from "./parse-pool.ts";
import { THREAD_LIMITS } from "./parse-thread.ts";

/** @returns a reading with nothing but the problem */
export function problemReading(reason: ProblemReason, found: string, wanted: string, place?: ProblemPlace): Reading {
  const problem = problemOf(unreadable(reason, found, wanted, place));
  return { adapter: "none", adapterVersion: READER_VERSION, document: null, problem, warnings: [], unstableKeys: [] };
}

/** @returns the reading of a file whose parsing was ended */
export function failedReading(failure: ParseFailure): Reading {
  if (failure === "too-slow") {
    return problemReading(
      "too-slow",
      `a file that takes more than ${seconds(MAX_FILE_MS)} to read`,
      "one that takes less",
    );
  }
  if (failure === "commit-too-slow") {
    const found = `files of one commit that take more than ${seconds(MAX_COMMIT_MS)} to read, this one among the last`;
    return problemReading("too-slow", found, "files that take less together");
  }
  if (failure === "too-much-memory") {
    const found = `a file that takes more than ${THREAD_LIMITS.maxOldGenerationSizeMb} MiB of memory to read`;
    return problemReading("not-readable", found, "one that takes less");
  }
  return problemReading(
    "not-readable",
    "a file that its reader fails on, which is a fault of Tidemark",
    "another file",
  );
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
