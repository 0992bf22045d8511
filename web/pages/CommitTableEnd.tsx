// The last row of the table while older commits are still to come.
import type { ReactNode } from "react";

/** How older rows come. */
export interface MoreRows {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
  readonly load: () => void;
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
    <div role="row" className="grid-row end" aria-rowindex={index + 3} style={{ top }}>
      <div role="gridcell" className="commit dim" aria-colindex={1}>
        {more.failed ? (
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
