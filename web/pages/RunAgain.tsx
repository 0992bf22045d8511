// The button that has an event run again, or tried now.
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import { problemOf } from "../api.ts";
import { writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the button is made of. */
export interface RunAgainProps {
  readonly event: RepositoryEvent;
  /** what is run, in a word: a list of buttons is told apart by it */
  readonly what: string;
  readonly run: () => Promise<unknown>;
  /** called when it is asked for, or refused */
  readonly settled: () => Promise<unknown>;
}

/** Draws it: an event that a worker is about to answer cannot be run again; what is over can, in fewer words. */
export function RunAgain({ event, what, run, settled }: RunAgainProps): ReactNode {
  const { mutate, isPending, error } = useMutation({ mutationFn: run, onSettled: settled });
  const { state, createdAt } = event;
  if (state === "due" || state === "running") return null;
  const verb = state === "failed" ? "Try now" : "Run again";
  return (
    <span className="event-again">
      <button
        type="button"
        className={state === "dead" || state === "failed" ? "" : "quiet"}
        aria-label={`${verb}: ${what}, ${writtenTime(createdAt)}`}
        onClick={() => mutate()}
        disabled={isPending}
      >
        {verb}
      </button>
      {error === null ? null : (
        <span className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </span>
      )}
    </span>
  );
}
