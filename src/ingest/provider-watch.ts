// Asks providers about their repositories: new ones at once, all of them every day, and whenever somebody wants it.
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { askAboutHooksElsewhere, takeUnchecked } from "../store/repository-provider.ts";
import { removeLeftWebhooks } from "./left-webhooks.ts";
import { OutageNotice } from "./outage-notice.ts";
import { AGAIN_MS, askAgainAt, EVERY_MS, followProvider, type FollowProviderDeps } from "./follow-provider.ts";

/** How often it is looked which are to be asked about, in ms. */
const LOOK_MS = 2_000;
/** Repositories of one look: each costs a provider a few questions. */
const AT_ONCE = 4;

/** A running watch. */
export interface ProviderWatch {
  /** Looks now. */
  wake(): void;
  /** Ends after the questions that are under way. */
  stop(): Promise<void>;
}

/** Starts it; several processes share the work. It goes on whatever happens, until it is stopped. */
export function startProviderWatch(deps: FollowProviderDeps): ProviderWatch {
  const stopped = new AbortController();
  let woken = new AbortController();
  const call = { ...deps.call, signal: stopped.signal };
  let told: string | null = null;
  const outage = new OutageNotice(deps.log, {
    failing: "providers cannot be asked about repositories; it is tried again",
    over: "providers are asked about repositories again",
  });
  // its address may be another one than at the last start; a server knows its own only once it listens
  const tellAddress = async (): Promise<void> => {
    const origin = deps.originFor(null);
    if (origin === null || origin === told) return;
    await askAboutHooksElsewhere(deps.database.system, origin);
    told = origin;
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      woken = new AbortController();
      const found = await tellAddress()
        .then(() => askProviders({ ...deps, call }, stopped.signal))
        .then(
          (count) => {
            outage.worked();
            return count;
          },
          (error: unknown) => {
            outage.failed(error);
            return 0;
          },
        );
      if (found === 0)
        await wait(LOOK_MS, undefined, { signal: AbortSignal.any([stopped.signal, woken.signal]) }).catch(() => {});
    }
  };
  const running = run();
  return {
    wake: () => woken.abort(),
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

/** Asks about those that are due, a few at a time, and has webhooks removed that were left. @returns how many there were */
export async function askProviders(deps: FollowProviderDeps, signal?: AbortSignal): Promise<number> {
  const left = await removeLeftWebhooks(deps);
  const now = deps.call.now();
  const taken = await takeUnchecked(deps.database.system, {
    now: new Date(now),
    before: new Date(now - EVERY_MS),
    until: new Date(now - EVERY_MS + AGAIN_MS),
    limit: AT_ONCE,
  });
  await Promise.all(
    taken.map(async ({ organizationId, repositoryId }) => {
      try {
        await followProvider(deps, organizationId as OrganizationId, repositoryId);
      } catch (error) {
        if (signal?.aborted === true) return;
        // it is asked again soon, and where it wants to be left alone, then; what concerns an account is kept with it
        const retryAt = isTidemarkError(error) ? error.retryAt : null;
        const store = deps.database.worker.in(organizationId as OrganizationId);
        if (retryAt !== null) await askAgainAt(store, repositoryId, retryAt);
        const isRefused = isTidemarkError(error, "address-not-allowed");
        const level = isRefused ? "warn" : isTidemarkError(error) ? "debug" : "error";
        const whose = { organization: organizationId, repository: repositoryId };
        const outcome = isRefused ? "refused" : "failed";
        deps.log[level]({ err: error, ...whose, outcome }, "a provider could not be asked about a repository");
      }
    }),
  );
  return taken.length + left;
}
