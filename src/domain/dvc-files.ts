// What a repository says of its metric files in DVC's own files: which paths they have, and which are kept outside Git.
import { isDvcliveSeries } from "./formats/csv-series.ts";
import { decodeFile } from "./formats/decode.ts";
import { parseYaml } from "./formats/yaml.ts";
import { MAX_TREE_FILE_BYTES } from "./limits.ts";
import { MAX_DECLARED_PATHS } from "./metric-paths.ts";
import type { Warning } from "./model.ts";
import { problemOf, unreadable } from "./unreadable.ts";
import { WarningList } from "./warning-list.ts";

/** Entries that are looked at in one file: aliases could make millions of a small one. */
const MAX_ENTRIES = 50_000;
const DEFAULT_PARAMS = "params.yaml";
/** What a folder of plots or metrics may hold that can be read. */
const FOLDER_GLOBS = ["**/*.json", "**/*.yaml", "**/*.csv", "**/*.tsv"];
const READABLE_PARAMS = /\.(?:ya?ml|json|toml|py)$/i;
const PICTURE = /\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|pdf|html?)$/i;

/**
 * Reads the metrics, params and plots that a `dvc.yaml` declares, at its top and in its stages. Left out are templates
 * (`${item}`), addresses, what lies outside the repository, pictures, and parameters of files that cannot be read.
 * @param folder of the file, empty for the top of the repository
 * @returns patterns without repetition: metrics, params, plots, first of the top, then of each stage; with the problem
 * when the file cannot be read or was cut off
 */
export function readDvcYaml(bytes: Uint8Array, folder: string): { patterns: string[]; problem: Warning | null } {
  const found = new Declared(folder);
  try {
    const document = mapOf(load(bytes));
    found.declare(document, "");
    for (const [, value] of entriesOf(document.get("stages"))) {
      const stage = mapOf(value);
      const inner = stage.has("do") ? mapOf(stage.get("do")) : stage; // `foreach`: what it does stands one deeper
      found.declare(inner, textOf(inner.get("wdir")) ?? "", true);
    }
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    return { patterns: [...found.patterns], problem };
  }
  return { patterns: [...found.patterns], problem: null };
}

/**
 * Reads what a `dvc.lock` or `.dvc` file lists as outs with a hash: files and folders that DVC keeps in its cache.
 * @param folder of the file, empty for the top of the repository
 * @returns paths in the repository without repetition; none when the file cannot be read
 */
export function readDvcOuts(bytes: Uint8Array, folder: string): readonly string[] {
  const outs = new Set<string>();
  try {
    const document = mapOf(load(bytes));
    addOuts(outs, document, folder);
    const stages = document.has("stages") ? document.get("stages") : document; // the first version had no `stages`
    for (const [, stage] of entriesOf(stages)) addOuts(outs, mapOf(stage), folder);
  } catch (error) {
    if (problemOf(error) === null) throw error;
  }
  return [...outs];
}

/** Gathers the patterns of one file. */
class Declared {
  readonly patterns = new Set<string>();
  readonly #folder: string;
  #left = MAX_ENTRIES;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes what one level declares: the top of the file, or a stage, whose parameters name keys before files. */
  declare(level: ReadonlyMap<unknown, unknown>, workFolder: string, isStage = false): void {
    for (const name of ["metrics", "metrics_no_cache"]) {
      for (const [path] of this.#named(level.get(name))) this.#addFile(workFolder, path);
    }
    for (const [name, value] of this.#named(level.get("params"))) this.#addParams(workFolder, name, value, isStage);
    for (const name of ["plots", "plots_no_cache"]) {
      for (const [path, value] of this.#named(level.get(name))) this.#addPlot(workFolder, path, value);
    }
  }

  /** The entries of a map, or of a list whose items are names or maps. */
  *#named(value: unknown): Generator<readonly [name: string, value: unknown]> {
    for (const item of Array.isArray(value) ? value : [value]) {
      this.#count();
      const name = textOf(item);
      if (name !== null) yield [name, undefined];
      else for (const entry of this.#counted(entriesOf(item))) yield entry;
    }
  }

  #addParams(workFolder: string, name: string, value: unknown, isStage: boolean): void {
    const isKey = isStage && value === undefined; // `- train.lr` is a key of the default file
    const path = isKey ? DEFAULT_PARAMS : name;
    if (READABLE_PARAMS.test(path)) this.#addLiteral(resolve(this.#folder, workFolder, path));
  }

  /** A plot is named by its path, unless its `x` or `y` says which files it is drawn from. */
  #addPlot(workFolder: string, name: string, value: unknown): void {
    const plot = mapOf(value);
    const files = [plot.get("x"), plot.get("y")].flatMap((axis) => [...this.#counted(entriesOf(axis))]);
    if (files.length === 0) this.#addFile(workFolder, name);
    for (const [path] of files) this.#addFile(workFolder, path);
  }

  #addFile(workFolder: string, written: string): void {
    const path = resolve(this.#folder, workFolder, written);
    if (path === null || PICTURE.test(path) || isDvcliveSeries(path)) return;
    this.#addLiteral(path);
    if (/\.[^./]+$/.test(path)) return;
    for (const glob of FOLDER_GLOBS) this.#add(`${literalGlob(path)}/${glob}`); // without an extension it may be a folder
  }

  #addLiteral(path: string | null): void {
    if (path !== null) this.#add(literalGlob(path));
  }

  #add(pattern: string): void {
    if (this.patterns.has(pattern)) return;
    if (this.patterns.size === MAX_DECLARED_PATHS)
      throw cutOff(`more than ${MAX_DECLARED_PATHS} paths`, MAX_DECLARED_PATHS);
    this.patterns.add(pattern);
  }

  *#counted<Entry>(entries: Iterable<Entry>): Generator<Entry> {
    for (const entry of entries) {
      this.#count();
      yield entry;
    }
  }

  #count(): void {
    if (this.#left-- === 0) throw cutOff(`more than ${MAX_ENTRIES} entries`, MAX_ENTRIES);
  }
}

function load(bytes: Uint8Array): unknown {
  const size = bytes.length;
  if (size > MAX_TREE_FILE_BYTES) {
    const limit = MAX_TREE_FILE_BYTES;
    throw unreadable("too-large", `a file of ${size} bytes`, `at most ${limit}`, { size, limit });
  }
  return parseYaml(decodeFile(bytes, "yaml", new WarningList()))[0];
}

function addOuts(outs: Set<string>, level: ReadonlyMap<unknown, unknown>, folder: string): void {
  const list = level.get("outs");
  if (!Array.isArray(list)) return;
  for (const item of list) {
    if (outs.size === MAX_ENTRIES) return;
    const out = mapOf(item);
    const hasHash = ["md5", "etag", "checksum"].some((name) => textOf(out.get(name)) !== null);
    const path = hasHash ? resolve(folder, textOf(level.get("wdir")) ?? "", textOf(out.get("path")) ?? "") : null;
    if (path !== null) outs.add(path);
  }
}

/**
 * Where a written path leads.
 * @returns the path in the repository; null for a template, an address, an absolute path, and one that leaves the
 * repository or is its top
 */
function resolve(folder: string, workFolder: string, written: string): string | null {
  if ([workFolder, written].some((text) => text.includes("${") || text.includes("://") || text.startsWith("/")))
    return null;
  const segments: string[] = [];
  for (const segment of `${folder}/${workFolder}/${written}`.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  const path = segments.join("/");
  return written === "" || path === "" || path.includes("\0") ? null : path;
}

/** A path in which characters that mean something in a glob stand for themselves. */
function literalGlob(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

function mapOf(value: unknown): ReadonlyMap<unknown, unknown> {
  return value instanceof Map ? value : new Map();
}

function* entriesOf(value: unknown): Generator<readonly [string, unknown]> {
  for (const [key, entry] of mapOf(value)) if (typeof key === "string") yield [key, entry];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function cutOff(found: string, limit: number): Error {
  return unreadable("cut-off", found, `at most ${limit}`, { limit });
}
