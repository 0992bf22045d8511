// How many values went which way, in words; what did not happen is not said.
import { Fragment, type ReactNode } from "react";
import type { ComparedCounts } from "../comparison-rows.ts";

/** Draws them. `same` is said where the values that stayed are shown too. */
export function CountWords({ counts }: { counts: ComparedCounts & { readonly same?: number } }): ReactNode {
  const parts = [
    { number: counts.better, words: "better", className: "better" },
    { number: counts.worse, words: "worse", className: "worse" },
    { number: counts.other, words: "changed without a goal", className: "" },
    { number: counts.fresh, words: "new", className: "" },
    { number: counts.gone, words: "gone", className: "" },
    { number: counts.same ?? 0, words: "as before", className: "dim" },
  ].filter(({ number }) => number > 0);
  if (parts.length === 0) return "nothing changed";
  return parts.map(({ number, words, className }, index) => (
    <Fragment key={words}>
      {index === 0 ? "" : ", "}
      <span className={className}>
        {number.toLocaleString("en-US")} {words}
      </span>
    </Fragment>
  ));
}
