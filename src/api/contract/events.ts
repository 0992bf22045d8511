// What happened to a repository, in the API: imports and syncs that were asked for, and what became of them.
import { z } from "zod";
import { MAX_CURSOR } from "./commits.ts";
import { type Contract, RepositoryParams, wholeNumber } from "./contract.ts";

/** Events of a page at most. */
const MAX_EVENTS = 200;

/** Something that was asked for. */
export const RepositoryEvent = z.object({
  id: z.string(),
  /** why: a webhook's delivery, a look at the remote, a person, a new repository, Tidemark itself */
  source: z.enum(["webhook", "poll", "person", "import", "schedule"]),
  /** the whole history, or what is new */
  task: z.enum(["import", "sync"]),
  /** `failed`: it is tried again at dueAt; `skipped`: nothing was to be done; `dead`: given up; `error` says why */
  state: z.enum(["due", "running", "failed", "done", "skipped", "dead"]),
  /** how often it has failed */
  attempts: z.number().int(),
  createdAt: z.string(),
  /** when it is tried (again) */
  dueAt: z.string(),
  finishedAt: z.string().nullable(),
  /** what the last attempt met, in words for people */
  error: z.string().nullable(),
  /** new commits and versions of metric files that the run read which answered it; null where that is not known */
  commits: z.number().int().nullable(),
  files: z.number().int().nullable(),
  /** of those versions, the ones with a problem or a warning */
  warnings: z.number().int().nullable(),
  /** branches that the run moved, the first 20; old null: new, new null: gone */
  heads: z.array(z.object({ branch: z.string(), old: z.string().nullable(), new: z.string().nullable() })).nullable(),
  /** of a delivery: the sender's word for it, its id there, the refs that it names, whether its body is still kept */
  eventName: z.string().nullable(),
  deliveryId: z.string().nullable(),
  named: z.array(z.object({ ref: z.string(), before: z.string().nullable(), after: z.string().nullable() })).nullable(),
  hasBody: z.boolean(),
});
/** Something that was asked for. */
export type RepositoryEvent = z.infer<typeof RepositoryEvent>;

/** A page of events. */
export const listEvents = {
  method: "GET",
  url: "/api/v1/repositories/:repository/events",
  summary: "Imports and syncs that were asked for, the newest first",
  params: RepositoryParams,
  query: z.object({
    limit: wholeNumber(1, MAX_EVENTS, 50),
    cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
  }),
  status: 200,
  answer: z.object({ events: z.array(RepositoryEvent), nextCursor: z.string().nullable() }),
  problems: ["not-signed-in", "repository-not-found", "cursor-mismatch"],
} as const satisfies Contract;

/** Tries once more what was given up. */
export const retryEvent = {
  method: "POST",
  url: "/api/v1/repositories/:repository/events/:event/retry",
  summary: "Try again what was given up",
  params: RepositoryParams.extend({
    event: z
      .string()
      .max(18, { abort: true })
      .regex(/^[1-9][0-9]{0,17}$/, "the id of an event, in digits"),
  }),
  status: 202,
  answer: RepositoryEvent,
  problems: ["not-signed-in", "repository-not-found", "event-not-found", "event-not-dead"],
} as const satisfies Contract;
