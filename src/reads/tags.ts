// The tags of a repository, those of the newest commits first.
import type { OrganizationId } from "../domain/model.ts";
import { type PlacedTag, readPlacedTags } from "../store/git-tag.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";

/** All tags. @throws TidemarkError `repository-not-found` */
export async function readTagList(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<readonly PlacedTag[]> {
  const { answer } = await readSnapshot(reads, organization, nameOrId, readPlacedTags);
  return answer;
}
