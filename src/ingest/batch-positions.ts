// Puts a batch at the positions that its commits have in the store, where some commits were removed since they got them.
import type { Position } from "../domain/model.ts";
import type { BaselineRef, HistoryBatch } from "../history/history-batch.ts";

/**
 * @param batch read with positions that are indices of a graph
 * @param positions per index of the graph the position that is meant
 */
export function atPositions(batch: HistoryBatch, positions: Int32Array): HistoryBatch {
  const at = (index: number): number => (index < 0 ? index : (positions[index] as number));
  const baselineAt = (baseline: BaselineRef | null): BaselineRef | null =>
    baseline && { ...baseline, position: at(baseline.position) };
  return {
    ...batch,
    commits: batch.commits.map((commit) => ({
      ...commit,
      position: at(commit.position) as Position,
      firstParent: at(commit.firstParent),
      baselines: commit.baselines.map(baselineAt),
      removed: commit.removed.map(({ path, baseline }) => ({ path, baseline: baselineAt(baseline) })),
    })),
    versions: batch.versions.map((version) => ({ ...version, lowest: at(version.lowest) })),
  };
}
