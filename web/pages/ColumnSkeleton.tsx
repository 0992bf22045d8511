// The page of columns before anything of it is known: its own shapes in its own sizes.
import type { ReactNode } from "react";
import { chartHeight } from "../charts/panel-layout.ts";

/** Draws it. @param still it stands for what an import will bring, and does not wait for an answer */
export function ColumnSkeleton({ still = false }: { still?: boolean }): ReactNode {
  return (
    <div
      className={still ? "column-page" : "column-page skeleton"}
      {...(still ? { "aria-hidden": true } : { role: "status", "aria-label": "Loading the chart" })}
    >
      <span className="bone" style={{ width: "28%", height: 16 }} />
      <p>
        <span className="bone" style={{ width: "44%" }} />
      </p>
      <div className="chart-bone" style={{ height: chartHeight(1) }} />
    </div>
  );
}
