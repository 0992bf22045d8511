// Templates of a `dvc.yaml` (`m/${item}.json`) and the paths that a `dvc.lock` says they were when the stages ran.
import { stageOf, type LockedStage } from "./dvc-stages.ts";

/** Stands in a working folder for what follows the `@` in the name of a stage that was made of a template. */
const SUFFIX = "\u0000";

/** A working folder that nobody can tell. */
export const UNKNOWN_FOLDER = "${}";

/** What a `dvc.yaml` declares by a template, or beside one. */
export interface DvcTemplate {
  /** the stage that declares it; null: the top of the file, which speaks of the outs of any stage */
  readonly stage: string | null;
  /** relative to the file's folder; may hold SUFFIX */
  readonly workFolder: string;
  readonly path: string;
  /** `out`: one that is no figure, and that a wider template of figures must not be taken for */
  readonly kind: "figures" | "params" | "out";
}

/** A path that a template stood for. */
export interface ExpandedPath {
  readonly template: DvcTemplate;
  readonly workFolder: string;
  readonly path: string;
}

/** @returns whether DVC puts something else in the place of a part of the text */
export function isTemplate(text: string): boolean {
  return text.includes("${");
}

/**
 * @param stage as the `dvc.yaml` has it: a list to go through names its stages by what `${item}` stands for, a map by
 * its keys, a matrix of one name by that name's values
 * @returns a working folder that `workFolderOf()` understands
 */
export function foreseen(workFolder: string, stage: ReadonlyMap<unknown, unknown>): string {
  if (!isTemplate(workFolder)) return workFolder;
  const names = new Set<string>();
  if (stage.has("foreach")) names.add("key");
  if (stage.has("foreach") && !(stage.get("foreach") instanceof Map)) names.add("item");
  const matrix = stage.get("matrix");
  const [only, ...others] = matrix instanceof Map ? [...matrix.keys()] : [];
  if (typeof only === "string" && others.length === 0) names.add(`item.${only}`);
  return pieces(workFolder)
    .map(({ text, name }) => (name === null ? text : names.has(name) ? SUFFIX : text))
    .join("");
}

/** @returns whether the working folder is the same whatever the stage was made of */
export function isPlain(workFolder: string): boolean {
  return !isTemplate(workFolder) && !workFolder.includes(SUFFIX);
}

/** @returns the working folder of a stage that ran; null where only DVC can say */
export function workFolderOf(workFolder: string, stage: string): string | null {
  if (isTemplate(workFolder)) return null;
  if (!workFolder.includes(SUFFIX)) return workFolder;
  const at = stage.indexOf("@");
  return at < 0 ? null : workFolder.replaceAll(SUFFIX, () => stage.slice(at + 1));
}

/** Says what templates stood for. Each out of a stage is looked at once, however many versions list it. */
export class TemplateExpander {
  /** those that stood for something */
  readonly met = new Set<DvcTemplate>();
  readonly #ofStage: ReadonlyMap<string | null, readonly PreparedTemplate[]>;
  readonly #workFolders: ReadonlyMap<string, string>;
  readonly #seen = new Set<string>();
  #left: number;

  /**
   * @param workFolders of the stages
   * @param comparisons of an out with a template at most
   */
  constructor(templates: Iterable<DvcTemplate>, workFolders: ReadonlyMap<string, string>, comparisons: number) {
    this.#ofStage = Map.groupBy(
      Array.from(templates, (template) => ({ template, parts: partsOf(withoutDot(template.path)) })),
      ({ template }) => template.stage,
    );
    this.#workFolders = workFolders;
    this.#left = comparisons;
  }

  /** Whether there were too many outs and templates to compare all. */
  get isExhausted(): boolean {
    return this.#left <= 0;
  }

  /** @returns what is new in the stages of one version of a `dvc.lock` */
  expand(stages: readonly LockedStage[]): ExpandedPath[] {
    return stages.flatMap(({ name, outs, params }) => [
      ...outs.flatMap(({ path }) => this.#expand(name, path, false)),
      ...params.flatMap((path) => this.#expand(name, path, true)),
    ]);
  }

  #expand(stage: string, path: string, isParams: boolean): ExpandedPath[] {
    const id = `${isParams}\n${stage}\n${path}`;
    if (this.#seen.has(id) || this.isExhausted) return [];
    this.#seen.add(id);
    const base = stageOf(stage);
    const ofTop = workFolderOf(this.#workFolders.get(base) ?? "", stage);
    const plain = withoutDot(path);
    const found = [
      this.#best(this.#ofStage.get(base), plain, isParams),
      ofTop === null ? null : this.#best(this.#ofStage.get(null), ofTop === "" ? plain : `${ofTop}/${plain}`, isParams),
    ];
    return found.flatMap((each) => {
      const workFolder = each === null ? null : workFolderOf(each.template.workFolder, stage);
      if (each === null || workFolder === null || each.template.kind === "out") return [];
      this.met.add(each.template);
      return [{ ...each, workFolder }];
    });
  }

  /** Of several templates that may have made a path the one that says most of it did; what says all of it, surely. */
  #best(
    templates: readonly PreparedTemplate[] = [],
    path: string,
    isParams: boolean,
  ): Omit<ExpandedPath, "workFolder"> | null {
    let best: DvcTemplate | null = null;
    let most = -1;
    for (const { template, parts } of templates) {
      this.#left -= 1;
      if ((template.kind === "params") !== isParams || !fits(path, parts)) continue;
      const weight = parts.length === 1 ? Infinity : parts.reduce((sum, part) => sum + part.length, 0);
      if (weight < most || (weight === most && template.kind === "out")) continue;
      best = template;
      most = weight;
    }
    return best && { template: best, path };
  }
}

interface PreparedTemplate {
  readonly template: DvcTemplate;
  readonly parts: readonly string[];
}

/** @returns what a template says itself: what stands before, between and behind what is put in */
function partsOf(text: string): string[] {
  const parts = [""];
  for (const piece of pieces(text)) {
    if (piece.name === null) parts.push((parts.pop() as string) + piece.text);
    else parts.push("");
  }
  return parts;
}

/** Something stands between each two parts, at least one character long. Each part is sought once, from left to right. */
function fits(path: string, parts: readonly string[]): boolean {
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return path === first;
  const last = rest.pop() as string;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = path.indexOf(part, at + 1);
    if (found < 0) return false;
    at = found + part.length;
  }
  return path.length - last.length > at && path.endsWith(last);
}

/** @returns a text cut where templates begin and end; `name`: what is to be put in, null for plain text */
function pieces(text: string): { readonly text: string; readonly name: string | null }[] {
  const all: { text: string; name: string | null }[] = [];
  let at = 0;
  for (let open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
    const close = text.indexOf("}", open);
    if (close < 0) break;
    all.push({ text: text.slice(at, open), name: null });
    all.push({ text: text.slice(open, close + 1), name: text.slice(open + 2, close).trim() });
    at = close + 1;
  }
  return [...all, { text: text.slice(at), name: null }];
}

function withoutDot(path: string): string {
  return path.startsWith("./") ? path.slice(2) : path;
}
