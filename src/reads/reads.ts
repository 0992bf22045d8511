// What answers questions: the database, and what is worth keeping between two of them. Nothing kept is ever stale: it is
// compared with the version that the same statement gives, or with one that was read or heard a moment ago.
import type { Archive } from "../archive/archive.ts";
import { noArchive } from "../archive/no-archive.ts";
import { PlacesCache } from "../archive/places-cache.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { Database } from "../store/database.ts";
import { PAGE_CACHE_BYTES, PageCache } from "./page-cache.ts";
import { createPlanCache, type PlanReads } from "./page-plan.ts";
import { HEAD_MS, LONG_HEAD_MS, RepositoryHeads } from "./repository-heads.ts";
import { createSummaries, type SummaryReads } from "./repository-list.ts";
import { createNames, knownRepository, type NameReads } from "./repository-names.ts";

/** What every read is given first. */
export interface Reads extends NameReads, PlanReads, SummaryReads {
  readonly pages: PageCache;
}

/** How reads are made, where it is not as usual. */
interface ReadsOptions {
  /** most bytes of the pages that are kept; 0 keeps none */
  readonly pageCacheBytes?: number | undefined;
  /** milliseconds that only rise */
  readonly now?: (() => number) | undefined;
  /** where commits are that left the database; without one they are missed with a reason */
  readonly archive?: Archive | undefined;
}

/** Makes what every read is given: one for a process. */
export function createReads(database: Pick<Database, "replicas">, options: ReadsOptions = {}): Reads {
  const { pageCacheBytes = PAGE_CACHE_BYTES, now = () => performance.now(), archive = noArchive } = options;
  return {
    database,
    archive,
    places: new PlacesCache(),
    names: createNames(),
    plans: createPlanCache(),
    summaries: createSummaries(),
    heads: new RepositoryHeads(now, () => (database.replicas.areAllOut ? LONG_HEAD_MS : HEAD_MS)),
    pages: new PageCache(pageCacheBytes, now),
  };
}

/** Told of a repository's version by Postgres, which tells of events that wait, too: those change no page. */
export function repositoryChanged(reads: Reads, repository: RepositoryId, version: number): void {
  reads.database.replicas.heard(repository, version);
  if (reads.heads.isNews(repository, version)) forgetRepository(reads, repository);
}

/** Who has changed a repository, as its request named it, sees that at once. A name that means none has no page either. */
export function changedHere(reads: Reads, organization: OrganizationId, nameOrId: string): void {
  const repository = knownRepository(reads, organization, nameOrId);
  if (repository === undefined) return;
  reads.database.replicas.wrote(repository);
  forgetRepository(reads, repository);
}

/** Any repository may have changed without a word. */
export function anythingChanged({ heads, pages }: Reads): void {
  heads.forgetAll();
  pages.clear();
}

function forgetRepository({ heads, pages }: Reads, repository: RepositoryId): void {
  heads.forget(repository);
  pages.drop(repository);
}
