// The mark of a commit that no branch has any more.
import type { ReactNode } from "react";
import { unreachableWords } from "../branch-places.ts";

/** Draws it. @param since when that was found, ISO 8601 */
export function NoBranch({ since }: { since: string }): ReactNode {
  return (
    <span className="no-branch" title={unreachableWords(since)}>
      on no branch
    </span>
  );
}
