// The mark that says which way a column gets better.
import type { ReactNode } from "react";
import type { Goal } from "../../src/domain/model.ts";

/** Draws the mark, with words for people who do not see it; nothing where no way is better. */
export function GoalMark({ goal }: { goal: Goal }): ReactNode {
  if (goal === null) return null;
  return (
    <span className="goal" title={`${goal} is better`}>
      {" "}
      <span aria-hidden="true">{goal === "higher" ? "▲" : "▼"}</span>
      <span className="unseen">, {goal} is better</span>
    </span>
  );
}
