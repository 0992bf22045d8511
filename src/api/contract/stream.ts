// Server-sent events of a repository: what a page that is open wants to hear.
import { z } from "zod";
import { type Contract, RepositoryParams } from "./contract.ts";
import { Progress, RepositoryState } from "./repositories.ts";

/** The data of an event. `version` rises with every change of the repository's rows. */
export const StreamEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), state: RepositoryState, progress: Progress.nullable(), version: z.number() }),
  /** `commits`: how many there are after an import, how many are new after a sync; null where that is not known */
  z.object({ type: z.literal("imported"), commits: z.number().int().nullable(), version: z.number() }),
  z.object({ type: z.literal("synced"), commits: z.number().int().nullable(), version: z.number() }),
  /** new versions of metric files that have a problem or a warning */
  z.object({ type: z.literal("warnings"), warnings: z.number().int(), version: z.number() }),
  /** rows went to the archive, or left Postgres: no page shows anything else for it. `commits`: positions that are archived */
  z.object({ type: z.literal("archived"), commits: z.number().int(), version: z.number() }),
  z.object({ type: z.literal("failed"), problem: z.string(), version: z.number() }),
]);
/** What an open page is told. */
export type StreamEvent = z.infer<typeof StreamEvent>;

/**
 * `text/event-stream`: the event's name is its `type`, its data a StreamEvent; a comment every 15 s. A request with the
 * id of the last event heard as `Last-Event-ID`, as browsers send it, is told what it has missed since.
 */
export const streamRepository = {
  method: "GET",
  url: "/api/v1/repositories/:repository/stream",
  summary: "Server-sent events: progress, imported, synced, warnings, archived, failed; Last-Event-ID resumes",
  params: RepositoryParams,
  status: 200,
  answer: null,
  problems: ["not-signed-in", "repository-not-found", "too-many-requests", "server-busy"],
} as const satisfies Contract;
