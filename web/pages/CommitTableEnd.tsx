// The last row of the table while older commits are still to come.
import type { ReactNode } from "react";

/** How older rows come. */
export interface MoreRows {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
  /** why there are no older rows for now, where the archive has them; they are not asked for by themselves then */
  readonly missing: string | null;
  /** why rows are missing all over a sorted list */
  readonly part: string | null;
  readonly load: () => void;
  /** asks once more for what is missing */
  readonly again: () => void;
}

/** What the end is made of. */
export interface CommitTableEndProps {
  readonly top: number;
  readonly index: number;
  readonly more: MoreRows;
  /** older commits are being imported and cannot be asked for yet */
  readonly importing: boolean;
}

/** Draws the row. */
export function CommitTableEnd({ top, index, more, importing }: CommitTableEndProps): ReactNode {
  return (
    <div
      role="row"
      className={more.missing === null ? "grid-row end" : "grid-row end missing"}
      aria-rowindex={index + 3}
      style={{ top }}
    >
      <div role="gridcell" className={more.missing === null ? "commit dim" : "missing-rows"} aria-colindex={1}>
        {more.missing !== null && !more.loading ? (
          <span role="status">
            {more.missing}{" "}
            <button type="button" className="link" onClick={more.again}>
              Try again
            </button>
          </span>
        ) : more.failed && !more.loading ? (
          <>
            Older commits did not load.{" "}
            <button type="button" className="link" onClick={more.load}>
              Try again
            </button>
          </>
        ) : more.hasMore || more.loading ? (
          <span className="skeleton">Loading older commits …</span>
        ) : importing ? (
          "Older commits are being imported …"
        ) : null}
      </div>
    </div>
  );
}
