// What a statement for Athena may be, and what it costs.
import type { QueryExecution } from "@aws-sdk/client-athena";
import { athenaFailure } from "./athena-failure.ts";
import { OBJECT_KINDS, TABLES } from "./tables.ts";

/** Fixed by the service, in bytes. */
const MAX_TEXT = 262_144;
/** Paths of 110 bytes that fit, with room for the statement itself. */
const MAX_OBJECTS = 1_500;
/** What is paid for: rounded up to megabytes, of which a query has ten at least. */
const MEGABYTE = 1_000_000;
const LEAST_MEGABYTES = 10;
const DOLLARS_PER_TERABYTE = 5;
const TABLE_NAMES = OBJECT_KINDS.map((kind) => TABLES[kind].name);
const TEXT_LITERAL = /'(?:[^']|'')*'/g;

/**
 * Refuses what Athena would not take, and what would cost more than anybody wants: a table of which not the objects are named
 * is read whole.
 * @param named every piece of the statement that names a table's objects
 * @throws TidemarkError `archive-engine-failed`
 */
export function refuseUnfit(sql: string, objects: number, named: readonly string[]): void {
  const wanted = "fewer objects: compaction makes few large ones of many small ones";
  if (objects > MAX_OBJECTS) {
    throw athenaFailure("archive-engine-failed", `${objects} objects`, `at most ${MAX_OBJECTS}; ${wanted}`);
  }
  const bytes = Buffer.byteLength(sql);
  if (bytes > MAX_TEXT) {
    throw athenaFailure("archive-engine-failed", `a statement of ${bytes} bytes`, `at most ${MAX_TEXT}; ${wanted}`);
  }
  const rest = named.reduce((text, piece) => text.replaceAll(piece, ""), sql).replaceAll(TEXT_LITERAL, "");
  if (TABLE_NAMES.some((name) => rest.includes(name))) {
    throw athenaFailure("archive-engine-failed", "a table without its objects", "the objects and their buckets named");
  }
}

/** @returns what an execution cost by the price list of most regions; one whose answer was there already costs nothing */
export function costOf({ Statistics: statistics }: QueryExecution): { scannedBytes: number; dollars: number } {
  const isReused = statistics?.ResultReuseInformation?.ReusedPreviousResult === true;
  const scannedBytes = statistics?.DataScannedInBytes ?? 0;
  const megabytes = Math.max(LEAST_MEGABYTES, Math.ceil(scannedBytes / MEGABYTE));
  return { scannedBytes, dollars: isReused ? 0 : (megabytes / 1_000_000) * DOLLARS_PER_TERABYTE };
}
