// Which events are listed: of which state, and for which reason they came. The choice is in the address.
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ACTIVITY_SOURCES, ACTIVITY_STATES, type ActivityView, readActivityView } from "../activity-view.ts";
import { activityPage } from "../paths.ts";

/** Draws the two choices. */
export function EventFilter({ name, view }: { name: string; view: ActivityView }): ReactNode {
  const { history } = useRouter();
  const choose = (change: { readonly state?: string; readonly source?: string }): void =>
    history.push(activityPage(name, readActivityView({ ...view, ...change })));
  return (
    <div className="event-filter">
      <label>
        <span className="dim">State</span>{" "}
        <select value={view.state ?? ""} onChange={(event) => choose({ state: event.target.value })}>
          <option value="">Every</option>
          {Object.entries(ACTIVITY_STATES).map(([state, { label }]) => (
            <option key={state} value={state}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className="dim">Because of</span>{" "}
        <select value={view.source ?? ""} onChange={(event) => choose({ source: event.target.value })}>
          <option value="">Anything</option>
          {Object.entries(ACTIVITY_SOURCES).map(([source, label]) => (
            <option key={source} value={source}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
