// The route of how following a repository goes.
import { readHealth } from "../../reads/health.ts";
import { getHealth } from "../contract/health.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of how following a repository goes. */
export function healthRoutes({ reads, pollSeconds }: Services): Route[] {
  return [
    route(getHealth, "read", ({ caller, params }) =>
      readHealth(reads, caller.organizationId, params.repository, { now: Date.now(), pollSeconds }),
    ),
  ];
}
