// What happened to a repository, in the API: imports and syncs that were asked for, and what became of them.
import { z } from "zod";
import { EVENT_REASONS } from "../../domain/event-reason.ts";
import { WEBHOOK_KINDS } from "../../domain/webhook-kind.ts";
import { MAX_CURSOR } from "./commits.ts";
import { type Contract, repeated, RepositoryParams, wholeNumber } from "./contract.ts";

/** Events of a page at most. */
export const MAX_EVENTS = 200;

const Source = z.enum(["webhook", "poll", "person", "import", "schedule"]);
/** What has become of an event. */
export const EventState = z.enum(["due", "running", "failed", "done", "skipped", "dead"]);

/** A branch that a run moved; old null: new, new null: gone. */
const MovedHead = z.object({
  branch: z.string(),
  old: z.string().nullable(),
  new: z.string().nullable(),
  /** commits that the branch had and has no more: some after a forced push; null where that is not known */
  replaced: z.number().int().nullable(),
});

/** Something that was asked for. */
export const RepositoryEvent = z.object({
  id: z.string(),
  /** why: a webhook's delivery, a look at the remote, a person, a new repository, Tidemark itself */
  source: Source,
  /** why nobody else asked for it; null where the source says it, and of events from before reasons were kept */
  reason: z.enum(EVENT_REASONS).nullable(),
  /** the whole history, or what is new */
  task: z.enum(["import", "sync"]),
  /** `failed`: it is tried again at dueAt; `skipped`: nothing was to be done; `dead`: given up; `error` says why */
  state: EventState,
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
  /** branches that the run moved, the first 20 */
  heads: z.array(MovedHead).nullable(),
  /** who signed the delivery; null for what is none, and where its webhook was removed before that was kept */
  webhook: z.enum(WEBHOOK_KINDS).nullable(),
  /** of a delivery: the sender's word for it, its id there, the refs that it names, whether its body is still kept */
  eventName: z.string().nullable(),
  deliveryId: z.string().nullable(),
  named: z.array(z.object({ ref: z.string(), before: z.string().nullable(), after: z.string().nullable() })).nullable(),
  hasBody: z.boolean(),
  /** the person who asked for it, added the repository, or had it run again; null where that is nobody, or not known any more */
  by: z.string().nullable(),
});
/** Something that was asked for. */
export type RepositoryEvent = z.infer<typeof RepositoryEvent>;

/** Which page of events is asked for, wherever they are. */
export const EventPageQuery = z.object({
  limit: wholeNumber(1, MAX_EVENTS, 50),
  cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
  /** only events in one of these states */
  state: repeated(EventState, EventState.options.length),
});
/** A page of events, the newest first. */
export const EventPage = z.object({ events: z.array(RepositoryEvent), nextCursor: z.string().nullable() });

/** A page of events. */
export const listEvents = {
  method: "GET",
  url: "/api/v1/repositories/:repository/events",
  summary: "What happened to a repository and what became of it, the newest first",
  params: RepositoryParams,
  query: EventPageQuery.extend({
    /** only events of one of these sources */
    source: repeated(Source, Source.options.length),
  }),
  status: 200,
  answer: EventPage,
  problems: ["not-signed-in", "repository-not-found", "cursor-mismatch"],
} as const satisfies Contract;

/** Which event. */
export const WhichEvent = z.object({
  event: z
    .string()
    .max(18, { abort: true })
    .regex(/^[1-9][0-9]{0,17}$/, "the id of an event, in digits"),
});

const EventParams = RepositoryParams.extend(WhichEvent.shape);

/** An event with the body of its delivery. */
export const EventDetail = RepositoryEvent.extend({
  /** null where there is none, or none any more */
  body: z
    .object({
      contentType: z.string().nullable(),
      /** bytes that it has */
      size: z.number().int(),
      /** `text` where it is UTF-8 */
      encoding: z.enum(["text", "base64"]),
      /** its first 64 KiB */
      data: z.string(),
      /** whether that is all of it */
      whole: z.boolean(),
    })
    .nullable(),
});
/** An event with the body of its delivery. */
export type EventDetail = z.infer<typeof EventDetail>;

/** One event, with what came. */
export const getEvent = {
  method: "GET",
  url: "/api/v1/repositories/:repository/events/:event",
  summary: "One event with the body of its delivery, up to 64 KiB of it; for owners and admins",
  params: EventParams,
  status: 200,
  answer: EventDetail,
  problems: ["not-signed-in", "not-allowed", "repository-not-found", "event-not-found"],
} as const satisfies Contract;

/** The whole body of a delivery, as a file. */
export const getEventBody = {
  method: "GET",
  url: "/api/v1/repositories/:repository/events/:event/body",
  summary: "The whole body of a delivery as it came; for owners and admins",
  params: EventParams,
  status: 200,
  answer: null,
  problems: ["not-signed-in", "not-allowed", "repository-not-found", "event-not-found"],
} as const satisfies Contract;

/** Has an event run again. */
export const retryEvent = {
  method: "POST",
  url: "/api/v1/repositories/:repository/events/:event/retry",
  summary: "Run an event again: what was given up, what waits for its next attempt, and what is over",
  params: EventParams,
  status: 202,
  answer: RepositoryEvent,
  problems: ["not-signed-in", "repository-not-found", "event-not-found", "event-waiting"],
} as const satisfies Contract;
