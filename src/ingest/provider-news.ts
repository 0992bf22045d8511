// What its provider says of a repository in work: renamed, moved, made private, deleted. Its events tell people that.
import { isTidemarkError } from "../errors.ts";
import { buryEvents, completeEvents, type WaitingEvent } from "../store/event.ts";
import { keepLease } from "../store/lease.ts";
import { readRepository } from "../store/repository.ts";
import type { IngestDeps, Work } from "./git-source.ts";

/** What Git meets where a repository is not there, or not under this address. */
const NOT_THERE = ["access-denied", "not-a-repository", "git-failed", "remote-unreachable"] as const;

/** @returns whether something happened to the repository itself that its provider knows, and Git would only stumble over */
export function asksProvider(events: readonly WaitingEvent[]): boolean {
  return events.some(isAboutRepository);
}

/** @returns whether what Git met may be that the repository was renamed, moved or deleted; said of a first failure alone */
export function mayHaveMoved({ failures }: Work["repository"], error: unknown): boolean {
  return failures === 0 && isTidemarkError(error, ...NOT_THERE);
}

/** What has failed before is Git's to answer. */
function isAboutRepository({ aboutRepository, attempts }: WaitingEvent): boolean {
  return aboutRepository && attempts === 0;
}

/**
 * Asks the provider of a repository in work what has become of it.
 * @returns the work with the repository as it is now, its events noted with what became of it; null where it is gone:
 *   then its events are over
 * @throws TidemarkError `lease-lost`
 */
export async function withProviderNews(deps: IngestDeps, work: Work): Promise<Work | null> {
  const { lease, events } = work;
  if (deps.askProvider === undefined || work.repository.kind !== "remote") return work;
  const asked = deps.askProvider(lease.organizationId, lease.repositoryId, { isAtWork: true });
  // one that cannot be asked now is asked again soon, and Git says what it meets
  const words = await asked.catch((error: unknown) => {
    // of one that is gone Git is not asked: whether it is there again its provider alone knows
    if (!isTidemarkError(error) || work.repository.gone) throw error;
    return null;
  });
  const store = deps.database.worker.in(lease.organizationId);
  const repository = await readRepository(store, lease.repositoryId);
  if (repository === null) return null;
  const about = events.filter(isAboutRepository);
  const told = new Set((about.length > 0 ? about : events.slice(0, 1)).map(({ id }) => id));
  if (!repository.gone) {
    const noted = events.map((event) => (told.has(event.id) && words !== null ? { ...event, note: words } : event));
    return { ...work, repository, events: noted };
  }
  const goneWords =
    words ?? "It is not at its provider any more, or may not be seen there. What was read of it stays here.";
  const ids = events.map(({ id }) => id);
  await store.write(async (tx) => {
    await keepLease(tx, lease);
    await completeEvents(
      tx,
      about.map(({ id }) => id),
      null,
      goneWords,
    );
    await buryEvents(tx, ids, goneWords);
  });
  return null;
}
