// What a repository says of its metric files in DVC's own files: which paths they have, and which are kept outside Git.
import { entriesOf, loadDvcFile, type LockedStage, mapOf, stageOf, textOf } from "./dvc-stages.ts";
import { type DvcTemplate, type ExpandedPath, foreseen, isPlain, isTemplate, workFolderOf } from "./dvc-templates.ts";
import { isDvcliveSeries } from "./formats/csv-series.ts";
import { MAX_DECLARED_PATHS } from "./metric-paths.ts";
import type { Warning } from "./model.ts";
import { problemOf, unreadable } from "./unreadable.ts";

/** Entries that are looked at in one file: aliases could make millions of a small one. */
const MAX_ENTRIES = 50_000;
const DEFAULT_PARAMS = "params.yaml";
/** What a folder of plots or metrics may hold that can be read. */
const FOLDER_GLOBS = ["**/*.json", "**/*.yaml", "**/*.csv", "**/*.tsv"];
const READABLE_PARAMS = /\.(?:ya?ml|json|toml|py)$/i;
const PICTURE = /\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|pdf|html?)$/i;

/** What a `dvc.yaml` says of the files of its repository. */
export interface DvcDeclarations {
  /** without repetition: metrics, params, plots, first of the top, then of each stage */
  readonly patterns: readonly string[];
  /** what only a `dvc.lock` can tell the paths of; none where nothing is declared by a template */
  readonly templates: readonly DvcTemplate[];
  /** by stage its working folder, empty for that of the file; may be a template */
  readonly workFolders: ReadonlyMap<string, string>;
  /** why the file cannot be read, or that it was cut off */
  readonly problem: Warning | null;
}

/**
 * Reads the metrics, params and plots that a `dvc.yaml` declares, at its top and in its stages. Left out are addresses,
 * what lies outside the repository, pictures, and parameters of files that cannot be read.
 * @param folder of the file, empty for the top of the repository
 */
export function readDvcYaml(bytes: Uint8Array, folder: string): DvcDeclarations {
  const found = new Declared(folder);
  const workFolders = new Map<string, string>();
  let problem: Warning | null = null;
  try {
    const document = mapOf(loadDvcFile(bytes));
    found.declare(document, { workFolder: "", stage: null });
    for (const [name, value] of entriesOf(document.get("stages"))) {
      const stage = mapOf(value);
      const inner = stage.has("do") ? mapOf(stage.get("do")) : stage; // `foreach`: what it does stands one deeper
      const workFolder = foreseen(textOf(inner.get("wdir")) ?? "", stage);
      workFolders.set(name, workFolder);
      found.declare(inner, { workFolder, stage: name });
    }
  } catch (error) {
    problem = problemOf(error);
    if (problem === null) throw error;
  }
  return { patterns: [...found.patterns], templates: found.wantedTemplates(), workFolders, problem };
}

/** @returns the patterns of paths that templates stood for, as `readDvcYaml()` would give them */
export function patternsOfExpanded(
  folder: string,
  expanded: readonly ExpandedPath[],
): Pick<DvcDeclarations, "patterns" | "problem"> {
  const found = new Declared(folder);
  let problem: Warning | null = null;
  try {
    for (const each of expanded) found.addExpanded(each);
  } catch (error) {
    problem = problemOf(error);
    if (problem === null) throw error;
  }
  return { patterns: [...found.patterns], problem };
}

/**
 * Where what stages wrote or read lies.
 * @param folder of the `dvc.lock` or `.dvc` file, empty for the top of the repository
 * @param workFolders of the stages, as `readDvcYaml()` gives them
 * @returns paths in the repository without repetition: outs that DVC keeps in its cache, files that parameters stood in
 */
export function lockedPaths(
  stages: readonly LockedStage[],
  folder: string,
  workFolders: ReadonlyMap<string, string> = new Map(),
): { readonly outs: readonly string[]; readonly params: readonly string[] } {
  const outs = new Set<string>();
  const params = new Set<string>();
  for (const stage of stages) {
    const own = workFolderOf(workFolders.get(stageOf(stage.name)) ?? "", stage.name);
    if (own === null) continue;
    for (const { path, isHashed, workFolder } of stage.outs) {
      if (isHashed) addTo(outs, resolve(folder, own === "" ? workFolder : own, path));
    }
    for (const path of stage.params) {
      if (READABLE_PARAMS.test(path)) addTo(params, resolve(folder, own, path));
    }
  }
  return { outs: [...outs], params: [...params] };
}

/** Where a level of a `dvc.yaml` stands. */
interface Level {
  readonly workFolder: string;
  /** null: the top of the file */
  readonly stage: string | null;
}

/** Gathers the patterns of one file. */
class Declared {
  readonly patterns = new Set<string>();
  readonly #templates: DvcTemplate[] = [];
  readonly #folder: string;
  #left = MAX_ENTRIES;
  #figures = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes what one level declares: a stage's parameters name keys before files. */
  declare(level: ReadonlyMap<unknown, unknown>, place: Level): void {
    for (const name of ["metrics", "metrics_no_cache"]) {
      for (const [path] of this.#named(level.get(name))) this.#addFile(place, path);
    }
    for (const [name, value] of this.#named(level.get("params"))) this.#addParams(place, name, value);
    for (const name of ["plots", "plots_no_cache"]) {
      for (const [path, value] of this.#named(level.get(name))) this.#addPlot(place, path, value);
    }
    if (place.stage === null) return;
    for (const name of ["outs", "outs_no_cache", "outs_persist", "outs_persist_no_cache"]) {
      for (const [path] of this.#named(level.get(name))) this.#templates.push({ ...place, path, kind: "out" });
    }
  }

  /** Takes a path that a template stood for. */
  addExpanded({ template, workFolder, path }: ExpandedPath): void {
    const place = { workFolder, stage: template.stage };
    if (template.kind === "params") this.#addParamsFile(place, path);
    else this.#addFile(place, path);
  }

  /** @returns the templates, with outs only of the stages and files where they could be taken for figures */
  wantedTemplates(): readonly DvcTemplate[] {
    return this.#templates.some(({ kind }) => kind !== "out") ? this.#templates : [];
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

  #addParams(place: Level, name: string, value: unknown): void {
    const isKey = place.stage !== null && value === undefined; // `- train.lr` is a key of the default file
    this.#addParamsFile(place, isKey ? DEFAULT_PARAMS : name);
  }

  #addParamsFile(place: Level, path: string): void {
    if (this.#isTemplate(place, path)) this.#addTemplate({ ...place, path, kind: "params" });
    else if (READABLE_PARAMS.test(path)) this.#addLiteral(resolve(this.#folder, place.workFolder, path));
  }

  /** A plot is named by its path, unless its `x` or `y` says which files it is drawn from. */
  #addPlot(place: Level, name: string, value: unknown): void {
    const plot = mapOf(value);
    const files = [plot.get("x"), plot.get("y")].flatMap((axis) => [...this.#counted(entriesOf(axis))]);
    if (files.length === 0) this.#addFile(place, name);
    for (const [path] of files) this.#addFile(place, path);
  }

  #addFile(place: Level, written: string): void {
    if (PICTURE.test(written) || isDvcliveSeries(written)) return;
    if (this.#isTemplate(place, written)) {
      this.#addTemplate({ ...place, path: written, kind: "figures" });
      return;
    }
    const path = resolve(this.#folder, place.workFolder, written);
    if (path === null || isDvcliveSeries(path)) return;
    this.#addLiteral(path);
    if (/\.[^./]+$/.test(path)) return;
    for (const glob of FOLDER_GLOBS) this.#add(`${literalGlob(path)}/${glob}`); // without an extension it may be a folder
  }

  #isTemplate({ workFolder }: Level, path: string): boolean {
    return isTemplate(path) || !isPlain(workFolder);
  }

  #addTemplate(template: DvcTemplate): void {
    if (this.#figures++ === MAX_DECLARED_PATHS)
      throw cutOff(`more than ${MAX_DECLARED_PATHS} templates`, MAX_DECLARED_PATHS);
    this.#templates.push(template);
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

function addTo(paths: Set<string>, path: string | null): void {
  if (path !== null) paths.add(path);
}

function cutOff(found: string, limit: number): Error {
  return unreadable("cut-off", found, `at most ${limit}`, { limit });
}
