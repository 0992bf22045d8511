// Which column of a file says how uncertain another one is: the standard deviation beside a mean, the error beside a score.
import { formatKey, parseKey } from "./key.ts";
import type { Value } from "./model.ts";
import { numberOf } from "./value.ts";

/** Endings that make of a figure's name the name of its spread: `acc_stderr`, `scoreError`. */
const ENDINGS = [
  ..."_stddev _std_dev _stdev _std _stderr _std_err _sem _error _err".split(" "),
  ..."StdDev Stddev Std StdErr Stderr Error".split(" "),
];
/** Names of figures whose spread stands beside them under a name of its own, without underscores and in lower case. */
const CENTRES = new Set("mean avg average value score estimate pointestimate".split(" "));
/** What it is called there: the first that is there counts. */
const SPREADS = [
  ..."stddev std_dev stdev std standard_deviation StandardDeviation StdDev".split(" "),
  ..."stderr std_err standard_error StandardError StdErr sem".split(" "),
  ..."error scoreError range".split(" "),
];

/**
 * Names under which a figure's spread may stand, likeliest first.
 * @param key of the figure
 * @returns keys with the same parent; none where the key ends in a row or a position
 */
export function spreadKeys(key: string): string[] {
  const segments = parseKey(key);
  const last = segments.at(-1);
  if (last?.kind !== "name") return [];
  const parent = segments.slice(0, -1);
  // "acc,none": what stands behind the comma is a filter, which both have
  const [, name = "", filter = ""] = /^([^,]*)(,.*)?$/s.exec(last.name) ?? [];
  const isCentre = CENTRES.has(name.replaceAll("_", "").toLowerCase());
  const own = ENDINGS.map((ending) => `${name}${ending}${filter}`);
  const names = name === "" ? [] : [...own, ...(isCentre ? SPREADS : [])];
  return [...new Set(names)].map((each) => formatKey([...parent, { kind: "name", name: each }]));
}

/** A spread as programs write it beside a value: `± 12.5`, `± 3%`, `stddev: 0.01`. */
const WRITTEN = /^(?:±|\+\/-|\+-|stddev:)\s*(\S.*)$/;

/**
 * @param value that the spread is of
 * @returns how far the value may be off, in the value's own unit; null where nothing says so
 */
export function spreadOf(value: number, spread: Value): number | null {
  const written = typeof spread === "string" ? spread.trim() : null;
  const text = written === null ? null : (WRITTEN.exec(written)?.[1] ?? written);
  const number = numberOf(text ?? spread);
  if (number === null || !Number.isFinite(number)) return null;
  const isPart = text?.endsWith("%") === true;
  return Math.abs(isPart ? (value * number) / 100 : number);
}
