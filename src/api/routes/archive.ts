// The route of what of a repository is archived.
import { readArchiveHistory } from "../../reads/archive-history.ts";
import { getArchive } from "../contract/archive.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of what of a repository is archived. */
export function archiveRoutes({ reads }: Services): Route[] {
  return [
    route(getArchive, "read", ({ caller, params }) =>
      readArchiveHistory(reads, caller.organizationId, params.repository),
    ),
  ];
}
