// The tags of a repository in the API: names for commits.
import { z } from "zod";
import { type Contract, RepositoryParams } from "./contract.ts";

/** A tag. */
export const Tag = z.object({
  name: z.string(),
  /** of the commit that it names, also when it is an annotated tag */
  sha: z.string(),
  /** null where no followed branch reaches its commit, or the import has not come to it yet */
  position: z.number().int().nullable(),
});
/** A tag. */
export type Tag = z.infer<typeof Tag>;

/** All tags. */
export const listTags = {
  method: "GET",
  url: "/api/v1/repositories/:repository/tags",
  summary: "The tags, those of the newest commits first",
  params: RepositoryParams,
  status: 200,
  answer: z.object({ tags: z.array(Tag) }),
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;
