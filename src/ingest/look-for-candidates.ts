// After an import or a sync: looks for metric files that no rule names, and keeps what it found with the repository.
import { createHash } from "node:crypto";
import { READERS } from "../domain/formats/read-file.ts";
import { withBuiltIn } from "../domain/metric-paths.ts";
import type { MetricPath, Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { findCandidates } from "../history/candidates.ts";
import { recentTips } from "../history/recent-files.ts";
import { readBranchChoice } from "../store/branch-choice.ts";
import { readCandidates, setCandidates } from "../store/candidate-file.ts";
import { readMetricPaths } from "../store/metric-path.ts";
import { type IngestDeps, storedSource, type Work } from "./git-source.ts";

/**
 * Looks for candidates of a leased repository, unless nothing has changed since the last time. It fails alone: what was
 * imported is there.
 */
export async function lookForCandidates(deps: IngestDeps, work: Work): Promise<void> {
  try {
    await look(deps, work);
  } catch (error) {
    if (work.signal.aborted || isTidemarkError(error, "lease-lost")) return;
    deps.log.warn(
      { err: error, repository: work.repository.id },
      "candidates for metric files could not be looked for",
    );
  }
}

async function look(deps: IngestDeps, { lease, repository, signal }: Work): Promise<void> {
  const store = deps.database.worker.in(lease.organizationId);
  const git = await storedSource(deps, lease.organizationId, repository);
  const tips = await recentTips(git, (await readBranchChoice(store, repository.id))?.choice.never);
  const rules = withBuiltIn((await readMetricPaths(store, repository.id)).rules);
  const from = nameOf(tips, rules);
  if ((await readCandidates(store, repository.id))?.from === from) return;
  const found = await findCandidates(git, { tips, rules, signal });
  signal.throwIfAborted();
  await store.write((tx) => setCandidates(tx, lease, { from, ...found }));
}

function nameOf(tips: readonly Sha[], rules: readonly MetricPath[]): string {
  const patterns = rules.map(({ pattern }) => pattern);
  return createHash("sha256")
    .update(JSON.stringify([tips, patterns, READERS]))
    .digest("hex");
}
