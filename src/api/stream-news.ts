// What an open page is told of a repository: the difference between two readings, as events with ids to resume from.
import type { RepositoryPulse } from "../store/repository-page.ts";
import type { StreamEvent } from "./contract/stream.ts";

/** How far a page has heard; the id of an event says it, so that a broken connection goes on from there. */
export interface StreamMark {
  readonly version: number;
  /** positions of commits and numbers of file versions that there were */
  readonly commits: number;
  readonly files: number;
}

const MARK = /^(\d{1,15})-(\d{1,15})-(\d{1,15})$/;

/** @param id of `Last-Event-ID`, which anybody may have written. @returns null for one that is not ours */
export function readMark(id: unknown): StreamMark | null {
  const [, version, commits, files] = (typeof id === "string" ? MARK.exec(id) : null) ?? [];
  if (version === undefined) return null;
  return { version: Number(version), commits: Number(commits), files: Number(files) };
}

/** @returns an event as it goes over the wire. @param mark how far its page has heard of new rows with it */
export function eventText(event: StreamEvent, { version, commits, files }: StreamMark): string {
  return `id: ${version}-${commits}-${files}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** @returns how a repository is doing, as an event */
export function progressEvent({ state, progress, version }: RepositoryPulse): StreamEvent {
  return { type: "progress", state, progress, version };
}

/** What was told before of new rows, and how many file versions with a problem or a warning were read since. */
export interface Untold {
  readonly told: StreamMark;
  readonly warnings: number;
}

/** What a change brought. A history that was read anew may have fewer positions: then nobody knows what is new. */
function brought(now: RepositoryPulse, { told, warnings }: Untold, type: "imported" | "synced"): StreamEvent[] {
  const { version } = now;
  const isLater = now.commits >= told.commits && version >= told.version;
  const commits = type === "imported" ? now.commits : isLater ? now.commits - told.commits : null;
  return [{ type, commits, version }, ...(warnings > 0 ? [{ type: "warnings" as const, warnings, version }] : [])];
}

/** Whether rows moved between Postgres and the archive, and nothing else did. */
function wasArchived(before: RepositoryPulse, now: RepositoryPulse): boolean {
  if (now.commits !== before.commits || now.files !== before.files) return false;
  return now.archived !== before.archived || now.cold !== before.cold;
}

/** What happened between two readings, told in the order in which it happened. */
export function eventsBetween(before: RepositoryPulse, now: RepositoryPulse, untold: Untold): StreamEvent[] {
  const { version } = now;
  if (now.state === "failed") {
    const again = before.state === "failed" && before.problem === now.problem;
    return again ? [] : [{ type: "failed", problem: now.problem ?? "unknown", version }];
  }
  const events = [progressEvent(now)];
  if (now.state !== "ready") return events;
  if (before.syncedAt === null) return [...events, ...brought(now, untold, "imported")];
  const looked = now.syncedAt?.getTime() !== before.syncedAt.getTime();
  if (!looked && before.state === "ready" && wasArchived(before, now))
    return [...events, { type: "archived", commits: now.archived, version }];
  const synced = looked || version !== before.version;
  return synced || before.state !== "ready" ? [...events, ...brought(now, untold, "synced")] : events;
}

/**
 * What a page missed while its connection was broken.
 * @param heard how far it had heard; `now` is read with its file versions as the known ones
 */
export function eventsSince(heard: StreamMark, now: RepositoryPulse): StreamEvent[] {
  const events = [progressEvent(now)];
  const { state, problem, version, warnings } = now;
  if (state === "failed") return [...events, { type: "failed", problem: problem ?? "unknown", version }];
  if (state !== "ready" || version === heard.version) return events;
  return [...events, ...brought(now, { told: heard, warnings }, "synced")];
}
