// The poller: looks at the refs of all repositories in turn, many servers at a time and each a little. It guarantees what
// webhooks only hint at.
import { setTimeout as wait } from "node:timers/promises";
import { isTidemarkError } from "../errors.ts";
import { pollPeriods } from "../domain/poll-interval.ts";
import {
  bringPollsNearer,
  type DuePoll,
  insertPollEvent,
  putOffRefused,
  recordPollFailure,
  takeDuePoll,
} from "../store/poll.ts";
import { hostAnswered, hostFailed, hostLimited } from "../store/back-off.ts";
import { setAccountLimit } from "../store/git-account.ts";
import { isOfServer, jittered, outcomeOf, showsServer } from "./failure.ts";
import { limitAsked, limitBehind } from "./limit-asked.ts";
import { OutageNotice } from "./outage-notice.ts";
import { nextPollAt, type PollDeps, pollRepository } from "./poll-repository.ts";

/** Looks at a time: each is one git process that mostly waits. */
const MAX_POLLS = 8;
/** … and at one server, which has others to serve too; folders count as one. */
const MAX_POLLS_OF_HOST = 4;
/** A look that nothing is heard of is due again after this, in ms: longer than git is waited for. */
const TAKEN_MS = 180_000;
/** How often due looks are asked for while none ends. */
const ASK_MS = 1_000;
/** After an error of the database itself. */
const PAUSE_MS = 5_000;
/** Failures after which a worker tries, and so tells people what is wrong: a server that restarts is back by then. */
const FAILURES_TOLD = 3;
/** The longest wait between two looks that fail, in ms. */
const MAX_WAIT_MS = 3_600_000;
/** Who is refused is not asked again before a day has passed: a token that is tried on and on gets its account locked. */
const REFUSED_WAIT_MS = 24 * 3_600_000;

/** Looks that cannot be made, as their account is refused, are put off by this, in ms: the usual pace of looks … */
const PUT_OFF_MS = 300_000;
/** … and so often, in ms: until then each take passes those over that became due meanwhile. */
const PUT_OFF_INTERVAL_MS = 60_000;

/** A running poller. */
export interface Poller {
  /** Looks for due repositories now. */
  wake(): void;
  /** Begins no more looks and gives up those under way: they are due again. */
  stop(): Promise<void>;
}

/** Starts the poller of this process; any number of processes share the work. Without seconds it does nothing. */
export function startPoller(deps: PollDeps): Poller {
  if (deps.pollSeconds <= 0) return { wake: () => undefined, stop: () => Promise.resolve() };
  const loop = new PollerLoop(deps);
  const running = loop.run();
  return {
    wake: () => loop.wake(),
    stop: async () => {
      loop.stop();
      await running;
    },
  };
}

/** Looks at all repositories that are due, and waits for that. @returns how many that was */
export async function pollDue(deps: PollDeps): Promise<number> {
  const loop = new PollerLoop(deps);
  return loop.once();
}

class PollerLoop {
  readonly #deps: PollDeps;
  readonly #outage: OutageNotice;
  readonly #jobs = new Set<Promise<void>>();
  /** looks under way by server, "" for folders */
  readonly #hosts = new Map<string, number>();
  readonly #stopped = new AbortController();
  #woken = new AbortController();
  /** the servers beside which nothing else was due, and until when that is taken for true */
  #exhausted: { readonly beside: string; readonly until: number } = { beside: "", until: 0 };

  /** when looks that cannot be made are put off next, in ms, rising */
  #putOffAt = 0;

  constructor(deps: PollDeps) {
    this.#deps = deps;
    this.#outage = new OutageNotice(deps.log, {
      failing: "the poller cannot look for work; it tries again",
      over: "the poller looks for work again",
    });
  }

  wake(): void {
    this.#woken.abort();
  }

  stop(): void {
    this.#stopped.abort(new Error("the poller stops"));
    this.wake();
  }

  async run(): Promise<void> {
    let isPaced = false;
    while (!this.#stopped.signal.aborted) {
      let pauseMs = ASK_MS;
      const woken = new AbortController();
      this.#woken = woken;
      try {
        if (!isPaced) await this.#bringNearer();
        isPaced = true;
        await this.#takeDue();
        this.#outage.worked();
      } catch (error) {
        this.#outage.failed(error);
        pauseMs = PAUSE_MS;
      }
      if (!this.#stopped.signal.aborted)
        await wait(pauseMs, undefined, { signal: woken.signal }).catch(() => undefined);
    }
    await Promise.all(this.#jobs);
  }

  async once(): Promise<number> {
    let looks = 0;
    for (;;) {
      looks += await this.#takeDue();
      if (this.#jobs.size === 0) return looks;
      await Promise.race(this.#jobs);
    }
  }

  /** @returns how many looks it began */
  async #takeDue(): Promise<number> {
    if (performance.now() >= this.#putOffAt) await this.#putOff();
    for (let begun = 0; ; begun += 1) {
      if (this.#jobs.size >= MAX_POLLS || this.#stopped.signal.aborted) return begun;
      const now = (this.#deps.now ?? Date.now)();
      const busyHosts = [...this.#hosts].flatMap(([host, looks]) => (looks >= MAX_POLLS_OF_HOST ? [host] : []));
      const beside = busyHosts.toSorted().join(" ");
      if (beside !== "" && beside === this.#exhausted.beside && performance.now() < this.#exhausted.until) return begun;
      const taken = { until: new Date(now + TAKEN_MS), busyHosts };
      const due = await takeDuePoll(this.#deps.database.system, new Date(now), taken);
      if (due === null) {
        this.#exhausted = { beside, until: performance.now() + ASK_MS };
        return begun;
      }
      this.#start(due);
    }
  }

  /** What was set while the operator's period was a longer one would hold until then. */
  async #bringNearer(): Promise<void> {
    const now = new Date((this.#deps.now ?? Date.now)());
    await bringPollsNearer(this.#deps.database.system, now, pollPeriods(this.#deps.pollSeconds));
  }

  async #putOff(): Promise<void> {
    const now = (this.#deps.now ?? Date.now)();
    await putOffRefused(this.#deps.database.system, new Date(now), new Date(now + PUT_OFF_MS));
    this.#putOffAt = performance.now() + PUT_OFF_INTERVAL_MS;
  }

  #start(due: DuePoll): void {
    const host = due.host ?? "";
    this.#count(host, 1);
    const job = pollOne(this.#deps, due, this.#stopped.signal).finally(() => {
      this.#count(host, -1);
      this.#jobs.delete(job);
      this.wake();
    });
    this.#jobs.add(job);
  }

  #count(host: string, change: number): void {
    const looks = (this.#hosts.get(host) ?? 0) + change;
    if (looks === 0) this.#hosts.delete(host);
    else this.#hosts.set(host, looks);
  }
}

/** Looks at one repository; what goes wrong is stored, or in the log. */
async function pollOne(deps: PollDeps, due: DuePoll, stopped: AbortSignal): Promise<void> {
  const { log } = deps;
  try {
    const isNews = await pollRepository(deps, due, stopped);
    if ((due.pollFailures > 0 || due.isTrial) && due.kind === "remote")
      await hostAnswered(deps.database.system, due.address);
    if (isNews) log.debug({ repository: due.id }, "a look at a repository found something to bring in");
  } catch (error) {
    if (stopped.aborted) return;
    await settleFailure(deps, due, error, stopped).catch((cause: unknown) => {
      log.error({ err: cause, repository: due.id }, "what became of a look at a repository cannot be stored");
    });
  }
}

/** @param stopped aborted when the poller ends: then nothing is stored, and the look is due again */
async function settleFailure(deps: PollDeps, due: DuePoll, thrown: unknown, stopped: AbortSignal): Promise<void> {
  const { system, worker } = deps.database;
  const store = worker.in(due.organizationId);
  const error = due.kind === "remote" ? await limitBehind({ ...deps, signal: stopped }, store, due, thrown) : thrown;
  if (stopped.aborted) return;
  if (isTidemarkError(error, "provider-limited")) {
    // whoever was told so waits, with all repositories; this one is due again then
    const until = new Date(Date.now() + (await limitAsked({ ...deps, signal: stopped }, store, due, error)));
    if (stopped.aborted) return;
    const { accountId } = due;
    if (accountId === null) await hostLimited(system, due.address, until);
    else await store.write((tx) => setAccountLimit(tx, accountId, until));
    return;
  }
  if (!isTidemarkError(error)) deps.log.error({ err: error, repository: due.id }, "a look at a repository failed");
  const now = (deps.now ?? Date.now)();
  const failures = due.pollFailures + 1;
  const isRefused = isTidemarkError(error, "access-denied", "account-refused", "scope-missing");
  const usual = nextPollAt(deps, due, now) - now;
  const waitMs = isRefused ? REFUSED_WAIT_MS : Math.max(usual, Math.min(usual * 2 ** (failures - 1), MAX_WAIT_MS));
  const { problem } = outcomeOf(error, 0, due.synced);
  await store.write(async (tx) => {
    await recordPollFailure(tx, due, { at: new Date(now), nextAt: new Date(now + waitMs), problem });
    // a worker tries once more and tells people what it meets; a repository that has been given up is told of already
    const isTold = isRefused ? failures === 1 : failures === FAILURES_TOLD;
    if (isTold && due.state !== "failed") await insertPollEvent(tx, due.id, null, "look-failed");
  });
  const { isTrial } = due;
  if (due.kind !== "remote") return;
  if (isTrial && showsServer(error)) await hostAnswered(system, due.address);
  if (!isOfServer(error)) return;
  const share = jittered(1, (deps.random ?? Math.random)());
  // a repository counts once: what a worker met of it is counted already
  const isFirst = due.pollFailures === 0 && due.state !== "failed";
  await hostFailed(system, due.address, { isFirst, isTrial, share });
}
