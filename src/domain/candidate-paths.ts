// Paths that may be metric files although no rule names them: which are looked at, told together, and in which order.
import { isDvcYaml } from "./dvc-paths.ts";
import { isLiteral, isNeverMetric, isPathTooLong, patternOfPath } from "./metric-paths.ts";

/** Extensions of files that hold figures in a form that is read. */
const DATA_NAME = /\.(?:json|ndjson|jsonl|ya?ml|toml|csv|tsv)$/i;
/** Paths that differ in one part only and are taken together, and paths that a glob stands for at least. */
const MIN_ALIKE = 4;
const MIN_TOGETHER = 8;
/** A path with so many versions, and this share of those of all that are like it, stands for itself. */
const MIN_OWN_VERSIONS = 3;
const OWN_SHARE = 0.25;
/** Share of a file's values that are numbers, above which it is mostly figures. */
const MOSTLY_NUMBERS = 0.5;

/** What GitHub's benchmark action writes begins so. */
const BENCHMARK_DATA = /^\uFEFF?\s*window\.BENCHMARK_DATA\s*=/;

/** A path, and how often its contents changed lately. */
export interface ChangedPath {
  readonly path: string;
  /** distinct versions among the commits that were looked at */
  readonly versions: number;
}

/** Paths that one pattern names. */
export interface PathGroup<Path extends ChangedPath> {
  /** a path, or a glob for many that are alike */
  readonly pattern: string;
  readonly versions: number;
  /** those of most versions first */
  readonly paths: readonly Path[];
}

/** What the newest version of a candidate holds. */
export interface CandidateContent {
  readonly pattern: string;
  readonly versions: number;
  readonly numbers: number;
  readonly values: number;
}

/** @returns whether a file at this path may hold figures: by its name, and it is no project file or foreign code */
export function mayHoldFigures(path: string): boolean {
  if (!DATA_NAME.test(path) || isNeverMetric(path) || isDvcYaml(path)) return false;
  return !isInMlflowStore(path) && !isPathTooLong(path);
}

/** @returns whether a path is that of a script which GitHub's benchmark action keeps its history in */
export function isBenchmarkScript(path: string): boolean {
  return path === "data.js" || path.endsWith("/data.js");
}

/** @returns whether a script of that name is what its name says. @param text at least its beginning */
export function holdsBenchmarkData(text: string): boolean {
  return BENCHMARK_DATA.test(text);
}

/** @returns the folder of an MLflow store that a path is the description of a run or an experiment in, or null */
export function mlflowStoreOf(path: string): string | null {
  if (!path.endsWith("/meta.yaml") || !isInMlflowStore(path)) return null;
  const folders = path.split("/");
  return folders.slice(0, folders.indexOf("mlruns") + 1).join("/");
}

function isInMlflowStore(path: string): boolean {
  return path.startsWith("mlruns/") || path.includes("/mlruns/");
}

interface Part<Path extends ChangedPath> {
  readonly segments: readonly string[];
  readonly versions: number;
  readonly paths: readonly Path[];
}

/**
 * Tells paths together that are alike: eight or more that differ in folders or in the file's name only, such as one file
 * a run. A path that changes much more than its neighbours stands for itself, and so does a file at the top.
 * @returns the groups of most versions first
 */
export function groupPaths<Path extends ChangedPath>(files: readonly Path[]): PathGroup<Path>[] {
  let parts: Part<Path>[] = files.map((file) => ({
    segments: file.path.split("/"),
    versions: file.versions,
    paths: [file],
  }));
  const deepest = Math.max(0, ...parts.map(({ segments }) => segments.length));
  for (let fromEnd = 1; fromEnd <= deepest; fromEnd++) parts = joinAlike(parts, fromEnd);
  const single = (path: Path): Part<Path> => ({ segments: [], versions: path.versions, paths: [path] });
  parts = parts.flatMap((part) => (part.paths.length < MIN_TOGETHER ? part.paths.map(single) : [part]));
  const groups = parts.map(({ segments, versions, paths }) => ({
    pattern: paths.length === 1 ? patternOfPath((paths[0] as Path).path) : segments.join("/"),
    versions,
    paths: paths.toSorted((a, b) => b.versions - a.versions || byText(a.path, b.path)),
  }));
  return groups.sort((a, b) => b.versions - a.versions || byText(a.pattern, b.pattern));
}

function joinAlike<Path extends ChangedPath>(parts: readonly Part<Path>[], fromEnd: number): Part<Path>[] {
  const alike = new Map<string, Part<Path>[]>();
  const others: Part<Path>[] = [];
  for (const part of parts) {
    const at = part.segments.length - fromEnd;
    if (at < 0 || part.segments.length < 2) others.push(part);
    else {
      const key = `${part.segments.length}/${part.segments.with(at, wildcard(part.segments, at)).join("/")}`;
      const list = alike.get(key);
      if (list === undefined) alike.set(key, [part]);
      else list.push(part);
    }
  }
  return [...others, ...[...alike.values()].flatMap((list) => joined(list, fromEnd))];
}

function joined<Path extends ChangedPath>(list: readonly Part<Path>[], fromEnd: number): readonly Part<Path>[] {
  if (list.length < MIN_ALIKE) return list;
  const total = list.reduce((sum, { versions }) => sum + versions, 0);
  const isOwn = ({ versions }: Part<Path>): boolean => versions >= MIN_OWN_VERSIONS && versions >= total * OWN_SHARE;
  const many = list.filter((part) => !isOwn(part));
  const first = many[0];
  if (first === undefined || many.length < MIN_ALIKE) return list;
  const at = first.segments.length - fromEnd;
  const segments = first.segments.map((segment, index) =>
    index === at ? wildcard(first.segments, at) : isGlobPart(segment, first.paths.length) ? segment : inGlob(segment),
  );
  const versions = many.reduce((sum, part) => sum + part.versions, 0);
  return [...list.filter(isOwn), { segments, versions, paths: many.flatMap(({ paths }) => paths) }];
}

/** What stands for one part of a path: any folder, or any name with the same extension. */
function wildcard(segments: readonly string[], at: number): string {
  const segment = segments[at] as string;
  return at === segments.length - 1 ? `*${segment.slice(segment.lastIndexOf("."))}` : "*";
}

/** Whether a part of a group of several paths was made a glob before. */
function isGlobPart(segment: string, paths: number): boolean {
  return paths > 1 && !isLiteral(segment);
}

/** A part of a path within a glob: its own `*`, `?` and `[` are meant as they are. */
function inGlob(segment: string): string {
  return patternOfPath(segment);
}

/**
 * Puts candidates in order: what is mostly numbers before what only has some, then those of most versions, then those
 * of most numbers. What holds no number at all is left out.
 */
export function rankCandidates<Candidate extends CandidateContent>(candidates: readonly Candidate[]): Candidate[] {
  const isMostlyNumbers = ({ numbers, values }: Candidate): boolean => numbers >= values * MOSTLY_NUMBERS;
  return candidates
    .filter(({ numbers }) => numbers > 0)
    .sort(
      (a, b) =>
        Number(isMostlyNumbers(b)) - Number(isMostlyNumbers(a)) ||
        b.versions - a.versions ||
        b.numbers - a.numbers ||
        byText(a.pattern, b.pattern),
    );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
