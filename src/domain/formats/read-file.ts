// One metric file from bytes to a document or to the problem that prevents it: the only way into the formats.
import { Flattener, type FlattenOptions } from "../flatten.ts";
import type { KeySteps } from "../key-step.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import type { Reading, RowIdentities, Warning } from "../model.ts";
import { type RowSample, RowSampler } from "../row-sample.ts";
import { problemOf, unreadable } from "../unreadable.ts";
import { TOOLS } from "../tools/tools.ts";
import { WarningList } from "../warning-list.ts";
import { type Adapter, type FileText, placeOf } from "./adapter.ts";
import { csv } from "./csv.ts";
import { decodeFile } from "./decode.ts";
import { dvcLock } from "./dvc-lock.ts";
import { gasSnapshot } from "./gas-snapshot.ts";
import { json } from "./json.ts";
import { ndjson } from "./ndjson.ts";
import { python } from "./python.ts";
import { toml } from "./toml.ts";
import { yaml } from "./yaml.ts";

/** Raised when any file is read in another way than before. */
export const READER_VERSION = 3;

/** In the order in which they look at a file. */
const ADAPTERS: readonly Adapter[] = [...TOOLS, dvcLock, python, ndjson, json, gasSnapshot, yaml, toml, csv];

/** What stands in a reading that no adapter made. */
const NO_ADAPTER = { name: "none", version: READER_VERSION };

/** What files are read with now: READER_VERSION as `reader`, and the version of each adapter by its name. */
export const READERS: Readonly<Record<string, number>> = Object.fromEntries([
  ["reader", READER_VERSION],
  ...ADAPTERS.map(({ name, version }): [string, number] => [name, version]),
]);

/** What `readMetricFile()` needs to know besides the bytes. */
export interface ReadOptions {
  /** path in the repository: its extension is a hint, the content decides */
  readonly path: string;
  /** the fields that name the rows of arrays; null while nobody knows */
  readonly identity: RowIdentities | null;
  /** whether a person chose them */
  readonly identityIsChosen?: boolean;
  /**
   * whether the repository has a file at a path: what tells the folder that a machine kept it in from the path inside.
   * Without it a reading that asks for it has `needsFiles`
   */
  readonly isFile?: (path: string) => boolean;
  /** the names of other versions that were read before, which this one adds to: twice as fast for wide documents */
  readonly steps?: KeySteps;
}

/**
 * Reads one version of a metric file. It never throws for what is in the file.
 * @returns the flattened document with its warnings, or the one problem that prevents it
 */
export function readMetricFile(bytes: Uint8Array, options: ReadOptions): Reading {
  const { identity, identityIsChosen = false, steps } = options;
  const warnings = new WarningList();
  const asked = { forFiles: false };
  const isFile = options.isFile ?? (() => !(asked.forFiles = true));
  const reading = attempt(bytes, { path: options.path, isFile }, warnings, (adapter, file) => {
    const target = new Flattener({ ...optionsFor(file, identity), identityIsChosen, ...(steps ? { steps } : {}) });
    adapter.read(file, target);
    const { document, unstableKeys, facts } = target.finish();
    const all = [...warnings.list(), ...target.warnings.list()];
    const told = facts.size === 0 ? {} : { facts };
    return { ...of(adapter), document, problem: null, warnings: all, unstableKeys, ...told };
  });
  return asked.forFiles ? { ...reading, needsFiles: true } : reading;
}

/**
 * Reads the rows of a file's arrays, for `inferIdentities()`.
 * @param path in the repository
 * @param takesOwn whether rows that their tool names are wanted as well
 * @returns null when the file cannot be read
 */
export function sampleRows(bytes: Uint8Array, path: string, takesOwn = false): RowSample | null {
  let sample: RowSample | null = null;
  attempt(bytes, { path, isFile: null }, new WarningList(), (adapter, file) => {
    const sampler = new RowSampler(takesOwn);
    adapter.read(file, new Flattener({ ...optionsFor(file, null), sampler }));
    sample = sampler.finish();
    return { ...of(adapter), document: null, problem: null, warnings: [], unstableKeys: [] };
  });
  return sample;
}

function attempt(
  bytes: Uint8Array,
  { path, isFile }: { readonly path: string; readonly isFile: FileText["isFile"] },
  warnings: WarningList,
  read: (adapter: Adapter, file: FileText) => Reading,
): Reading {
  try {
    if (bytes.length > MAX_FILE_BYTES) throw tooLarge(bytes.length, MAX_FILE_BYTES);
    const extension = extensionOf(path);
    const text = decodeFile(bytes, extension, warnings);
    const [folder = "", name = ""] = ["", ...path.toLowerCase().split("/")].slice(-2);
    return tryAdapters(
      { text, path, name, folder, extension, isFile, first: firstCharacter(text) },
      bytes.length,
      read,
    );
  } catch (error) {
    return failed(NO_ADAPTER, error);
  }
}

/** Lets one adapter after the other try; when none can, the one that the extension belongs to says why. */
function tryAdapters(file: FileText, size: number, read: (adapter: Adapter, file: FileText) => Reading): Reading {
  let refused: Reading | null = null;
  for (const adapter of ADAPTERS) {
    const answer = adapter.sniff(file);
    if (answer === "no") continue;
    const reading = readWith(adapter, file, size, read);
    if (reading.problem === null || answer === "yes" || reading.problem.reason !== "not-readable") return reading;
    if (refused === null || adapter.extensions.includes(file.extension)) refused = reading;
  }
  if (refused !== null) return refused;
  const wanted = "JSON, NDJSON, YAML, TOML, CSV or TSV";
  return failed(
    NO_ADAPTER,
    unreadable("not-readable", file.first === "" ? "an empty file" : "no known format", wanted),
  );
}

function readWith(
  adapter: Adapter,
  file: FileText,
  size: number,
  read: (adapter: Adapter, file: FileText) => Reading,
): Reading {
  try {
    if (size > adapter.maxBytes) throw tooLarge(size, adapter.maxBytes);
    return read(adapter, file);
  } catch (error) {
    // where it ends says nothing to a person who left a file empty
    const isEmpty = file.first === "" && problemOf(error)?.reason === "not-readable";
    return failed(adapter, isEmpty ? unreadable("not-readable", "an empty file", "values") : error);
  }
}

function optionsFor({ text }: FileText, identity: RowIdentities | null): FlattenOptions {
  return { identity, lineAt: (at) => placeOf(text, at).line };
}

function of({ name, version }: { name: string; version: number }): Pick<Reading, "adapter" | "adapterVersion"> {
  return { adapter: name, adapterVersion: version };
}

function failed(adapter: { name: string; version: number }, error: unknown): Reading {
  const problem: Warning | null = problemOf(error);
  if (problem === null) throw error;
  return { ...of(adapter), document: null, problem, warnings: [], unstableKeys: [] };
}

function tooLarge(size: number, limit: number): Error {
  return unreadable("too-large", `a file of ${mebibytes(size)}`, `at most ${mebibytes(limit)}`, { size, limit });
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toFixed(bytes % 2 ** 20 === 0 ? 0 : 1))} MiB`;
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
}

function firstCharacter(text: string): string {
  for (const character of text) if (!/\s/.test(character)) return character;
  return "";
}
