// What answers questions: the database, and what is worth keeping between two of them. Nothing kept is ever stale: it is
// compared with the version that the same statement gives.
import type { Database } from "../store/database.ts";
import { createPlanCache, type PlanReads } from "./page-plan.ts";
import { createSummaries, type SummaryReads } from "./repository-list.ts";
import { createNames, type NameReads } from "./repository-names.ts";

/** What every read is given first. */
export interface Reads extends NameReads, PlanReads, SummaryReads {}

/** Makes what every read is given: one for a process. */
export function createReads(database: Pick<Database, "web">): Reads {
  return { database, names: createNames(), plans: createPlanCache(), summaries: createSummaries() };
}
