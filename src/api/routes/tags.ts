// The route of tags.
import { readTagList } from "../../reads/tags.ts";
import { listTags } from "../contract/tags.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of tags. */
export function tagRoutes({ reads }: Services): Route[] {
  return [
    route(listTags, "read", async ({ caller, params }) => ({
      tags: await readTagList(reads, caller.organizationId, params.repository),
    })),
  ];
}
