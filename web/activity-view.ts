// What the address of the page of activity holds: which events are listed.
import type { RepositoryEvent } from "../src/api/contract/events.ts";

/** States as people choose among them, with what of the API's each stands for. */
export const ACTIVITY_STATES = {
  waiting: { label: "Waiting", states: ["due", "running", "failed"] },
  done: { label: "Done", states: ["done"] },
  skipped: { label: "Nothing to do", states: ["skipped"] },
  dead: { label: "Given up", states: ["dead"] },
} as const satisfies Readonly<Record<string, { label: string; states: readonly RepositoryEvent["state"][] }>>;

/** Sources as people choose among them. */
export const ACTIVITY_SOURCES: Readonly<Record<RepositoryEvent["source"], string>> = {
  webhook: "Webhooks",
  poll: "Polling",
  person: "People",
  import: "Added here",
  schedule: "Tidemark itself",
};

/** Which events are listed; what is absent leaves none out. */
export interface ActivityView {
  readonly state?: keyof typeof ACTIVITY_STATES;
  readonly source?: RepositoryEvent["source"];
}

/** Reads the view from the parsed search part; what is not understood is left out. */
export function readActivityView({ state, source }: Readonly<Record<string, unknown>>): ActivityView {
  return {
    ...(typeof state === "string" && Object.hasOwn(ACTIVITY_STATES, state)
      ? { state: state as keyof typeof ACTIVITY_STATES }
      : {}),
    ...(typeof source === "string" && Object.hasOwn(ACTIVITY_SOURCES, source)
      ? { source: source as RepositoryEvent["source"] }
      : {}),
  };
}

/** @returns the view as the API is asked for it */
export function activityQuery({ state, source }: ActivityView): {
  readonly state?: readonly string[];
  readonly source?: readonly string[];
} {
  return {
    ...(state === undefined ? {} : { state: ACTIVITY_STATES[state].states }),
    ...(source === undefined ? {} : { source: [source] }),
  };
}
