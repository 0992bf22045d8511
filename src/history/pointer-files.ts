// Which files may say where DVC keeps a metric file.
import { folderOf, isDvcOutsFile, keptByDvc } from "../domain/dvc-paths.ts";
import { isLiteral, type MetricPathMatcher } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";

/** Tells the files that say where DVC keeps a metric file: a `dvc.lock`, `<metric file>.dvc`, `<a folder above it>.dvc`. */
export class PointerFiles {
  readonly #matcher: MetricPathMatcher;
  readonly #literals: readonly string[];
  readonly #folders = new Set<string>();

  constructor(paths: readonly MetricPath[], matcher: MetricPathMatcher) {
    this.#matcher = matcher;
    this.#literals = paths
      .filter(({ pattern, enabled }) => enabled && isLiteral(pattern))
      .map(({ pattern }) => pattern);
    for (const path of this.#literals) {
      for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) this.#folders.add(folder);
    }
  }

  /** @returns whether the path is such a file */
  has(path: string): boolean {
    if (!isDvcOutsFile(path)) return false;
    if (!path.endsWith(".dvc")) return true;
    const out = path.slice(0, -".dvc".length);
    return this.#folders.has(out) || this.#matcher.match(out) !== null;
  }

  /** @returns those of the paths that are metric files */
  namedFiles(paths: readonly string[]): string[] {
    return paths.filter((path) => this.#matcher.match(path) !== null);
  }

  /** @returns the metric files that one of the outs is, or holds as a folder */
  metricFiles(outs: readonly string[]): string[] {
    const all = new Set(outs);
    const files = outs.filter((path) => this.#matcher.match(path) !== null);
    return [...new Set([...files, ...this.#literals.filter((path) => keptByDvc(path, all))])];
  }
}
