// The table before its rows have come, in the table's own size.
import { type CSSProperties, type ReactNode, useEffect, useState } from "react";
import { FIRST_PAGE_COMMITS } from "../queries.ts";
import { commitColumnWidth, HEAD_HEIGHT, ROW_HEIGHT } from "../table-layout.ts";

const COLUMNS = [0, 1, 2, 3, 4, 5, 6, 7];
const ROWS = Array.from({ length: FIRST_PAGE_COMMITS }, (_, index) => index);
/** Lengths of subjects, in per cent: like real ones, always the same. */
const LENGTHS = [78, 52, 90, 64, 41, 85, 70];

/** @returns the width of the commit's column in this window */
export function useCommitColumnWidth(): number {
  const [width, setWidth] = useState(() => commitColumnWidth(window.innerWidth));
  useEffect(() => {
    const measure = (): void => setWidth(commitColumnWidth(window.innerWidth));
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  return width;
}

/** Draws the empty table. @param still it is not a short wait: shown at once */
export function TableSkeleton({ still = false }: { still?: boolean }): ReactNode {
  const first = useCommitColumnWidth();
  const style = { "--first": `${first}px` } as CSSProperties;
  return (
    <div className={still ? "bones" : "bones skeleton"} style={style} role="status" aria-label="Loading commits">
      <div className="bones-row" style={{ height: HEAD_HEIGHT }}>
        <span className="bones-commit" />
        {COLUMNS.map((column) => (
          <span key={column} className="bones-cell">
            <span className="bone" style={{ width: 64 }} />
          </span>
        ))}
      </div>
      {ROWS.map((row) => (
        <div key={row} className="bones-row" style={{ height: ROW_HEIGHT }}>
          <span className="bones-commit">
            <span className="bone" style={{ width: `${LENGTHS[row % LENGTHS.length]}%` }} />
          </span>
          {COLUMNS.map((column) => (
            <span key={column} className="bones-cell">
              <span className="bone" style={{ width: 44 }} />
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
