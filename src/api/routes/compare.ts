// The route of a comparison: what differs between commits.
import { readComparison } from "../../reads/commit-comparison.ts";
import { compareCommits } from "../contract/compare.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of a comparison. */
export function compareRoutes({ reads }: Services): Route[] {
  return [
    route(compareCommits, "read", ({ caller, params, query }) =>
      readComparison(reads, caller.organizationId, params.repository, query),
    ),
  ];
}
