// What happened to a repository, why, and what became of it, in words.
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import type { RepositoryState } from "../src/api/contract/repositories.ts";
import { eventReasonWords } from "../src/domain/event-reason.ts";
import { goneWords } from "../src/domain/gone-branches.ts";
import { WEBHOOK_LABELS } from "../src/domain/webhook-kind.ts";
import { ago, count, shortDuration } from "./times.ts";

/** An event for people. */
export interface EventWords {
  readonly tone: "good" | "busy" | "bad";
  /** what was asked for */
  readonly what: string;
  /** why: who or what asked for it */
  readonly why: string;
  /** what became of it, in a few words */
  readonly state: string;
  /** further words: how long it took, how often it failed, what it brought; absent when there is nothing to say */
  readonly details: readonly string[];
}

/** A branch that a run moved. */
export type MovedHead = NonNullable<RepositoryEvent["heads"]>[number];

const WHAT = {
  import: "Import",
  sync: "Sync",
} as const satisfies Record<RepositoryEvent["task"], string>;

type Told = Pick<
  RepositoryEvent,
  | "source"
  | "reason"
  | "webhook"
  | "eventName"
  | "task"
  | "state"
  | "attempts"
  | "error"
  | "createdAt"
  | "dueAt"
  | "finishedAt"
  | "commits"
  | "files"
  | "warnings"
  | "heads"
  | "named"
  | "by"
>;

/** @returns whether an event waits for an answer */
export function isWaiting(state: RepositoryEvent["state"]): boolean {
  return state === "due" || state === "running" || state === "failed";
}

/** What nobody asked for at first may have been run again by somebody. */
function whyWords(event: Told): string {
  const { source, by } = event;
  const reason = reasonWords(event);
  return by === null || source === "person" || source === "import" ? reason : `${reason}, run again by ${by}`;
}

function reasonWords({ source, reason, webhook, eventName, task, by }: Told): string {
  const own = eventReasonWords(reason);
  switch (source) {
    case "webhook":
      return [
        webhook === null ? "webhook" : `webhook of ${WEBHOOK_LABELS[webhook]}`,
        ...(eventName === null || eventName === "" ? [] : [`“${eventName}”`]),
      ].join(", ");
    case "poll":
      return own === null ? "found by polling" : `polling: ${own}`;
    case "person":
      return `asked for by ${by ?? "a person"}`;
    case "import":
      return by === null ? "the repository was added" : `the repository was added by ${by}`;
    case "schedule":
      if (own !== null) return `Tidemark itself: ${own}`;
      return task === "import" ? "Tidemark itself: to read it anew" : "Tidemark itself";
  }
}

/** An event that waits is under way when its time has come and the repository is being read. */
function dueWords({ state, attempts, dueAt }: Told, repository: RepositoryState | undefined, now: number): string {
  const wait = (Date.parse(dueAt) - now) / 1_000;
  if (wait > 0 && (attempts > 0 || state === "failed")) return `tried again in ${shortDuration(Math.ceil(wait))}`;
  const isAtWork = repository === "importing" || repository === "syncing";
  return state === "running" || isAtWork ? "under way" : "waiting for a worker";
}

const OVER: Readonly<Record<"done" | "skipped" | "dead", string>> = {
  done: "done",
  skipped: "nothing to do",
  dead: "given up",
};

function stateWords(event: Told, repository: RepositoryState | undefined, now: number): EventWords["state"] {
  const { state, finishedAt } = event;
  if (state === "due" || state === "running" || state === "failed") return dueWords(event, repository, now);
  return finishedAt === null ? OVER[state] : `${OVER[state]} ${ago(finishedAt, now)} ago`;
}

/** What the run brought in. */
function broughtWords({ commits, files, warnings, heads, named, state, error }: Told): readonly string[] {
  // a branch at a commit that another one has
  const isMoved = heads !== null && heads.length > 0;
  const gone = goneWords({ heads, named });
  // what became of the repository itself is said in words
  if (commits === 0 && files === 0 && gone === null && !isMoved && state === "done" && error !== null) return [];
  if (commits === 0 && files === 0) return [gone ?? (isMoved ? "no new commits" : "nothing new")];
  return [
    ...(commits === null ? [] : [count(commits, "commit")]),
    ...(files === null ? [] : [count(files, "file version")]),
    ...(warnings === null || warnings === 0 ? [] : [count(warnings, "warning")]),
  ];
}

/** @returns "forced: 2 commits left the branch" of one whose commits were replaced; else null, also where nobody knows */
export function forcedWords({ replaced }: MovedHead): string | null {
  return replaced === null || replaced === 0 ? null : `forced: ${count(replaced, "commit")} left the branch`;
}

/** @returns the branches that a run moved, those whose commits were replaced before the others */
export function headsInOrder(heads: readonly MovedHead[]): readonly MovedHead[] {
  const rank = (head: MovedHead): number => (forcedWords(head) === null ? 1 : 0);
  return heads.toSorted((a, b) => rank(a) - rank(b));
}

function detailsOf(event: Told): readonly string[] {
  const { state, attempts, createdAt, finishedAt } = event;
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(createdAt)) / 1_000;
  const brought = broughtWords(event);
  const gone = event.state === "done" ? goneWords(event) : null;
  const isForced = event.heads?.some((head) => forcedWords(head) !== null) === true;
  return [
    ...(brought.length === 0 ? [] : [brought.join(", ")]),
    ...(isForced ? ["forced push"] : []),
    ...(gone === null || brought.includes(gone) ? [] : [gone]),
    ...(seconds === null || state === "skipped"
      ? []
      : [`took ${seconds < 1 ? "less than 1 s" : shortDuration(seconds)}`]),
    ...(attempts === 0 ? [] : [`${count(attempts, "attempt")} ${state === "done" ? "failed before" : "failed"}`]),
  ];
}

/**
 * @param repository its state now; undefined while nobody knows
 * @param now milliseconds since 1970
 * @returns an event in words
 */
export function eventWords(event: Told, repository: RepositoryState | undefined, now: number): EventWords {
  const waiting = isWaiting(event.state);
  const failing = waiting && event.attempts > 0;
  return {
    tone: event.state === "dead" || failing ? "bad" : waiting ? "busy" : "good",
    what: WHAT[event.task],
    why: whyWords(event),
    state: stateWords(event, repository, now),
    details: detailsOf(event),
  };
}
