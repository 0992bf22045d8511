// Which files of a branch are read, without a server: its changes are walked, the newest versions are read.
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type { MetricPath, Sha } from "../domain/model.ts";
import { listCommits } from "../git/commits.ts";
import { listTree } from "../git/trees.ts";
import { type FoundCandidates, findCandidates } from "../history/candidates.ts";
import { type FilePreview, previewFiles } from "../history/file-preview.ts";
import { type History, openHistory } from "../history/open-history.ts";
import { recentTips } from "../history/recent-files.ts";
import type { VersionKind } from "../history/version-table.ts";
import type { Effects } from "./effects.ts";
import { ProgressLine } from "./progress-line.ts";
import type { ReadingStart } from "./reading.ts";

/** Files that are read to be described; of others only the versions are told. */
const MAX_DESCRIBED = 1_000;

/** A file that is read. */
export interface ListedFile {
  readonly path: string;
  readonly rule: MetricPath;
  readonly versions: number;
  /** what the path is at the tip */
  readonly kind: VersionKind;
  /** what its version at the tip holds; null where there is none to read */
  readonly now: FilePreview | null;
}

/** What is read of a branch, and what may be. */
export interface ListedFiles extends FoundCandidates {
  readonly commits: number;
  /** by path */
  readonly files: readonly ListedFile[];
}

/** @param paths null: what is built in and what the repository declares. @throws TidemarkError those of reading a repository */
export async function readFiles(
  { repository, branch }: ReadingStart,
  paths: readonly MetricPath[] | null,
  effects: Effects,
): Promise<ListedFiles> {
  const { signal } = effects;
  const graph = await listCommits(repository, { tips: [branch.tip], firstParent: true, signal });
  const line = new ProgressLine(effects);
  const history = await openHistory(repository, {
    graph,
    paths: paths ?? BUILT_IN_PATHS,
    onlyPaths: paths !== null,
    signal,
    onProgress: ({ done }) => line.show({ phase: "reading changes, commits", done, total: graph.size }),
  });
  line.end();
  const { matcher } = history;
  const { files: tree } = await listTree(repository, branch.tip, {
    wants: (path) => matcher.match(path) !== null,
    signal,
  });
  const here = tree.filter(({ kind }) => kind === "file").slice(0, MAX_DESCRIBED);
  const previews = await previewFiles(repository, here, signal);
  const now = new Map(previews.map((preview) => [preview.path, preview]));
  const kinds = kindsAtTip(history);
  const files = [...countVersions(history)].map(
    ([path, versions]): ListedFile => ({
      path,
      rule: matcher.match(path) as MetricPath,
      versions,
      kind: kinds.get(path) ?? "deleted",
      now: now.get(path) ?? null,
    }),
  );
  const tips: readonly Sha[] = [...new Set([branch.tip, ...(await recentTips(repository))])];
  const found = await findCandidates(repository, { tips, rules: history.paths, signal });
  return { ...found, commits: graph.size, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function kindsAtTip({ sets, chain, table, graph }: History): Map<string, VersionKind> {
  const versions = sets.filesOf(graph.size - 1).nodes.map((node) => chain.versionOf(node));
  return new Map(versions.map((version) => [table.pathOf(version), table.kindOf(version)]));
}

function countVersions({ table, matcher }: History): Map<string, number> {
  const counts = new Map<string, number>();
  for (let version = 0; version < table.size; version++) {
    const path = table.pathOf(version);
    if (table.isDeleted(version) || matcher.match(path) === null) continue;
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}
