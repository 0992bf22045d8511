// What `tidemark events` says: a line an event, and one event whole.
import { eventReasonWords } from "../domain/event-reason.ts";
import { formatCount } from "../domain/format-value.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { WEBHOOK_LABELS } from "../domain/webhook-kind.ts";
import { goneWords } from "../domain/gone-branches.ts";
import type { BodyView, EventView } from "../reads/events.ts";
import { drawGrid, type GridColumn } from "./grid.ts";
import type { Paint } from "./paint.ts";

/** Digits of a commit's id. */
const SHORT = 7;
const MINUTE_MS = 60_000;

/** What nobody asked for at first may have been run again by somebody. */
function why(event: EventView): string {
  const { source, by } = event;
  if (source === "person") return `asked for by ${by ?? "a person"}`;
  if (source === "import") return by === null ? "the repository was added" : `the repository was added by ${by}`;
  return by === null ? reason(event) : `${reason(event)}, run again by ${by}`;
}

function reason({ source, reason: code, webhook, eventName }: EventView): string {
  const own = eventReasonWords(code);
  if (source === "poll") return own === null ? "found by polling" : `polling: ${own}`;
  if (source !== "webhook") return own === null ? "Tidemark itself" : `Tidemark itself: ${own}`;
  const whose = webhook === null ? "webhook" : `webhook of ${WEBHOOK_LABELS[webhook]}`;
  return eventName === null || eventName === "" ? whose : `${whose}, ${JSON.stringify(eventName)}`;
}

function stateOf({ state, attempts, dueAt }: EventView, now: number): string {
  if (state === "skipped") return "nothing to do";
  if (state === "dead") return `given up after ${counted(attempts, "attempt")}`;
  if (state !== "failed") return state === "due" ? "waiting" : state;
  const minutes = Math.ceil((Date.parse(dueAt) - now) / MINUTE_MS);
  return minutes <= 0 ? "about to be tried again" : `tried again in ${formatCount(minutes)} min`;
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function brought({ commits, files, warnings, heads, named, state, error }: EventView): string {
  const gone = goneWords({ heads, named });
  // a branch at a commit that another one has
  const isMoved = heads !== null && heads.length > 0;
  const isForced = heads?.some(({ replaced }) => replaced !== null && replaced > 0) === true;
  // what became of the repository itself is said in words
  const isTold = state === "done" && error !== null;
  const none = gone !== null ? [gone] : isMoved ? ["no new commits"] : isTold ? [] : ["nothing new"];
  return [
    ...(commits === 0 && files === 0
      ? none
      : [
          ...(commits === null ? [] : [counted(commits, "commit")]),
          ...(files === null ? [] : [counted(files, "file version")]),
          ...(warnings === null || warnings === 0 ? [] : [counted(warnings, "warning")]),
        ]),
    ...(isForced ? ["forced push"] : []),
    // where nothing else came it has said so already
    ...(gone === null || commits === null || (commits === 0 && files === 0) ? [] : [gone]),
  ].join(", ");
}

/** Where a branch went; of a forced push how many commits it has no more. */
function moveOf({ branch, old, new: head, replaced }: NonNullable<EventView["heads"]>[number]): string {
  const move = `${branch} ${shortId(old, "new")} → ${shortId(head, "gone")}`;
  if (replaced === null || replaced === 0) return move;
  return `${move}, forced: ${counted(replaced, "commit")} left the branch`;
}

/** @returns "2026-03-01 12:30" in UTC */
function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}

const COLUMNS: readonly GridColumn[] = [
  { name: "event", align: "right" },
  { name: "when (UTC)", align: "left" },
  { name: "what", align: "left" },
  { name: "why", align: "left", cut: "end" },
  { name: "state", align: "left" },
  { name: "led to", align: "left", cut: "end" },
];

/** @returns a line for each event, below a head; what went wrong stands below its line */
export function eventLines(
  events: readonly EventView[],
  { width, paint, now }: { readonly width: number; readonly paint: Paint; readonly now: number },
): string[] {
  const rows = events.flatMap((event) => [
    [event.id, minuteOf(event.createdAt), event.task, why(event), stateOf(event, now), brought(event)].map((text) => ({
      text: escapeControls(text),
    })),
    ...(event.error === null ? [] : [`       ${escapeControls(event.error)}`]),
  ]);
  return drawGrid({ columns: COLUMNS, rows, width, paint });
}

const shortId = (sha: string | null, none: string): string => sha?.slice(0, SHORT) ?? none;

/** @returns one event, a fact a line, then as much of its delivery's body as is shown */
export function eventDetailLines(event: EventView & { readonly body: BodyView | null }, now: number): string[] {
  const { id, task, createdAt, finishedAt, attempts, error, heads, named, deliveryId, body, source } = event;
  const facts: readonly (readonly [string, string | null])[] = [
    ["event", `${id}, ${task}`],
    ["why", why(event)],
    ["came", `${minuteOf(createdAt)} UTC`],
    ["state", stateOf(event, now)],
    ["finished", finishedAt === null ? null : `${minuteOf(finishedAt)} UTC`],
    ["attempts failed", attempts === 0 ? null : formatCount(attempts)],
    ["said", error],
    ["led to", brought(event) === "" ? null : brought(event)],
    ...(heads ?? []).map((head) => ["", moveOf(head)] as const),
    ["delivery", deliveryId],
    ...(named ?? []).map(
      ({ ref, before, after }) => ["names", `${ref} ${shortId(before, "new")} → ${shortId(after, "gone")}`] as const,
    ),
    ["body", bodyWords(source, body)],
  ];
  const lines = facts.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(16)}${escapeControls(text)}`]));
  if (body === null || body.data === "") return lines;
  return [...lines, "", ...body.data.split("\n").map(escapeControls)];
}

function bodyWords(source: EventView["source"], body: BodyView | null): string | null {
  if (body === null) return source === "webhook" ? "not kept any more" : null;
  const { contentType, size, encoding, whole } = body;
  return [
    contentType ?? "no content type",
    `${formatCount(size)} bytes`,
    ...(encoding === "base64" ? ["no text: in base64"] : []),
    ...(whole ? [] : ["its first 64 KiB"]),
  ].join(", ");
}
