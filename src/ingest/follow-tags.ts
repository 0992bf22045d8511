// Brings the stored tags to where they are now: new ones, moved ones, deleted ones.
import type { GitTag, TagList } from "../git/tags.ts";
import { deleteTags, putTags, readTags, type StoredTag } from "../store/git-tag.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { Lease } from "../store/lease.ts";
import { raiseVersion } from "../store/repository.ts";

const keyOf = ({ nameBytes }: Pick<StoredTag, "nameBytes">): string => Buffer.from(nameBytes).toString("latin1");

/** What became of tags. */
interface TagChanges {
  readonly put: readonly GitTag[];
  readonly gone: readonly StoredTag[];
}

function tagChanges(stored: readonly StoredTag[], now: readonly GitTag[]): TagChanges {
  const before = new Map(stored.map((tag) => [keyOf(tag), tag]));
  const names = new Set(now.map(keyOf));
  return {
    put: now.filter((tag) => before.get(keyOf(tag))?.sha !== tag.sha),
    gone: stored.filter((tag) => !names.has(keyOf(tag))),
  };
}

/**
 * Stores the tags of a leased repository as they are now, in one transaction; nothing is written when none is another.
 * @param list null where they are unknown: then those that are stored stay
 * @throws TidemarkError `lease-lost`
 */
export async function followTags(store: OrganizationStore, lease: Lease, list: TagList | null): Promise<void> {
  if (list === null) return;
  const { repositoryId } = lease;
  const { put, gone } = tagChanges(await readTags(store, repositoryId), list.tags);
  if (put.length === 0 && gone.length === 0) return;
  await store.write(async (tx) => {
    await deleteTags(
      tx,
      repositoryId,
      gone.map(({ nameBytes }) => nameBytes),
    );
    await putTags(tx, repositoryId, put);
    await raiseVersion(tx, lease);
  });
}
