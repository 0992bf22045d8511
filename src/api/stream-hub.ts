// Open pages that wait to hear of a repository: one reading a change for all of them, and limits on how many there are.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { RepositoryPulse } from "../store/repository-page.ts";
import { eventsBetween, eventsSince, eventText, progressEvent, type StreamMark } from "./stream-news.ts";

/** How many streams there may be, and how often they are told. */
export interface StreamLimits {
  /** of one session: its tabs share one */
  readonly perSession: number;
  readonly perOrganization: number;
  /** 19 KiB of memory each */
  readonly perProcess: number;
  /** ms between two readings of one repository, on average: two may follow each other at once, as a sync's begin and end */
  readonly pauseMs: number;
  /** a comment this often, in ms, keeps proxies and our own time-out for silent connections from cutting a stream */
  readonly heartbeatMs: number;
  /** a session or a membership that has ended ends its streams within so many ms */
  readonly checkMs: number;
  /** after so many ms the page connects again: no stream outlives a deployment by much */
  readonly lastingMs: number;
}

/** Source: reference/web-security.md 5.1. */
export const STREAM_LIMITS: StreamLimits = {
  perSession: 3,
  perOrganization: 200,
  perProcess: 2_000,
  pauseMs: 200,
  heartbeatMs: 15_000,
  checkMs: 60_000,
  lastingMs: 3_600_000,
};

/** One open page. */
export interface Listener {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  /** names the session */
  readonly session: string;
  /** how far it heard before its connection broke; null for a new one */
  readonly heard: StreamMark | null;
  /** @param text an event as it goes over the wire */
  send(text: string): void;
  /** The repository is gone, or the server stops. */
  end(): void;
}

/** What is read when a repository changed; null when it is gone. `known`: see readPulse() of the store. */
export type ReadPulse = (
  organization: OrganizationId,
  repository: RepositoryId,
  known: number | null,
) => Promise<RepositoryPulse | null>;

/** The listeners of one repository and what they know. */
interface Channel {
  readonly organizationId: OrganizationId;
  readonly listeners: Set<Listener>;
  last: RepositoryPulse;
  /** how far its listeners have been told of new rows: a sync is read several times before it is over */
  told: StreamMark;
  /** file versions with a problem or a warning that were read since */
  warnings: number;
  /** a reading is under way or waits for its time */
  busy: boolean;
  /** something changed since that reading began */
  stale: boolean;
  /** when it was read last, and when it may be read again, by performance.now() */
  readAt: number;
  restedAt: number;
}

async function pause(ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function tooMany(found: string, wanted: string, code: "too-many-requests" | "server-busy"): TidemarkError {
  return new TidemarkError(code, { attempt: "open", value: "an event stream", found, wanted });
}

/** The streams of one process. */
export class StreamHub {
  readonly #readPulse: ReadPulse;
  readonly #log: Log;
  readonly limits: StreamLimits;
  readonly #channels = new Map<RepositoryId, Channel>();
  readonly #counts = new Map<string, number>();
  #closed = false;

  constructor(readPulse: ReadPulse, log: Log, limits: StreamLimits = STREAM_LIMITS) {
    this.#readPulse = readPulse;
    this.#log = log;
    this.limits = limits;
  }

  /**
   * Adds an open page and tells it how the repository is doing, and what it has missed.
   * @returns how to take it away again; doing that twice changes nothing. Null where there is no such repository
   * @throws TidemarkError `too-many-requests`, `server-busy`
   */
  async open(listener: Listener): Promise<(() => void) | null> {
    const keys = this.#reserve(listener);
    let open = true;
    const close = (): void => {
      if (!open) return;
      open = false;
      this.#release(keys);
      const channel = this.#channels.get(listener.repositoryId);
      channel?.listeners.delete(listener);
      if (channel?.listeners.size === 0) this.#channels.delete(listener.repositoryId);
    };
    try {
      const { heard } = listener;
      const pulse = await this.#readPulse(listener.organizationId, listener.repositoryId, heard?.files ?? null);
      if (pulse === null) {
        close();
        return null;
      }
      if (this.#closed) throw tooMany("a server that is being stopped", "another try in a moment", "server-busy");
      this.#join(listener, pulse);
      const events = heard === null ? [progressEvent(pulse)] : eventsSince(heard, pulse);
      listener.send(events.map((event) => eventText(event, pulse)).join(""));
      return close;
    } catch (error) {
      close();
      throw error;
    }
  }

  /** A repository's rows, state or progress changed: its pages are told soon. */
  changed(repositoryId: RepositoryId): void {
    const channel = this.#channels.get(repositoryId);
    if (channel === undefined) return;
    channel.stale = true;
    if (!channel.busy) void this.#tell(repositoryId, channel);
  }

  /** Anything may have changed. */
  missed(): void {
    for (const repositoryId of this.#channels.keys()) this.changed(repositoryId);
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) for (const listener of channel.listeners) listener.end();
    this.#channels.clear();
  }

  #join(listener: Listener, pulse: RepositoryPulse): void {
    const { organizationId, repositoryId } = listener;
    const channel = this.#channels.get(repositoryId);
    if (channel !== undefined) channel.listeners.add(listener);
    else {
      const listeners = new Set([listener]);
      const nothing = { told: pulse, warnings: 0, busy: false, stale: false, readAt: -Infinity, restedAt: -Infinity };
      this.#channels.set(repositoryId, { organizationId, listeners, last: pulse, ...nothing });
    }
  }

  /** Reads and tells until nothing more has changed; never three readings of a repository within two pauses. */
  async #tell(repositoryId: RepositoryId, channel: Channel): Promise<void> {
    channel.busy = true;
    while (channel.stale && channel.listeners.size > 0) {
      await pause(channel.restedAt - performance.now());
      channel.stale = false;
      channel.restedAt = channel.readAt + 2 * this.limits.pauseMs;
      channel.readAt = performance.now();
      try {
        const now = await this.#readPulse(channel.organizationId, repositoryId, channel.last.files);
        this.#tellAll(channel, now);
      } catch (error) {
        // the next change, or the next connection of a page, tells it again
        this.#log.warn({ err: error, repository: repositoryId }, "could not read what changed for the open pages");
      }
    }
    channel.busy = false;
  }

  #tellAll(channel: Channel, now: RepositoryPulse | null): void {
    if (now === null) {
      for (const listener of channel.listeners) listener.end();
      return;
    }
    const warnings = channel.warnings + now.warnings;
    const events = eventsBetween(channel.last, now, { told: channel.told, warnings });
    const tellsRows = events.some(({ type }) => type === "imported" || type === "synced");
    channel.last = now;
    channel.told = tellsRows ? now : channel.told;
    channel.warnings = tellsRows ? 0 : warnings;
    const text = events.map((event) => eventText(event, channel.told)).join("");
    if (text !== "") for (const listener of channel.listeners) listener.send(text);
  }

  #reserve({ session, organizationId }: Listener): string[] {
    const { perSession, perOrganization, perProcess } = this.limits;
    const count = (key: string): number => this.#counts.get(key) ?? 0;
    const keys = [`session ${session}`, `organization ${organizationId}`, "process"] as const;
    if (count(keys[2]) >= perProcess) throw tooMany(`${perProcess} of this server`, "one later", "server-busy");
    if (count(keys[0]) >= perSession) {
      throw tooMany(`${perSession} of this session`, "fewer open at once", "too-many-requests");
    }
    if (count(keys[1]) >= perOrganization) {
      throw tooMany(`${perOrganization} of this organisation`, "fewer open at once", "too-many-requests");
    }
    for (const key of keys) this.#counts.set(key, count(key) + 1);
    return [...keys];
  }

  #release(keys: readonly string[]): void {
    for (const key of keys) {
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }
}
