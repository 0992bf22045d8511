// What of a repository is archived, and the archiver's runs over it, in words that people may see.
import type { OrganizationId } from "../domain/model.ts";
import { readArchiveRuns, readArchiveShare, type StoredArchiveRun } from "../store/archive-history.ts";
import { readArchiveUse } from "../store/archive-object.ts";
import { type NameReads, readNewest } from "./repository-names.ts";

/** Runs that are shown: those of some weeks, where one is made a day. */
const SHOWN_RUNS = 50;

/** What of a repository is archived. @throws TidemarkError `repository-not-found` */
export function readArchiveHistory(reads: NameReads, organization: OrganizationId, nameOrId: string) {
  return readNewest(reads, organization, nameOrId, async (reader, repository) => {
    const { hot, archived, writtenAt } = await readArchiveShare(reader, repository);
    const { objects, bytes } = await readArchiveUse(reader, repository);
    const runs = await readArchiveRuns(reader, repository, SHOWN_RUNS);
    return {
      commits: hot + archived,
      hot,
      archived,
      objects,
      bytes,
      writtenAt: writtenAt?.toISOString() ?? null,
      runs: runs.map(runView),
    };
  });
}

function runView({ first, last, startedAt, finishedAt, problem, ...run }: StoredArchiveRun) {
  return {
    ...run,
    commits: Math.max(0, last - first + 1),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    problem: problem === null ? null : withoutPlaces(problem),
  };
}

const QUOTED = / "(?:[^"\\]|\\.)*"/g;
const PLACE = /\b(?:file|s3|https?):\/\/[^\s,;]+|(?<![\w.])\/[^\s,;:]+/g;

/** @returns what a run met, without names of objects, folders and servers: those are the operator's, and in the log */
export function withoutPlaces(problem: string): string {
  return problem.replaceAll(QUOTED, "").replaceAll(PLACE, "…");
}
