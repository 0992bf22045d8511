// The names of files that are read without being told; loaded when a page has nothing else to show.
import type { ReactNode } from "react";
import { BUILT_IN_PATHS } from "../../src/domain/metric-paths.ts";

/** Draws the names. */
export function MetricFileNames(): ReactNode {
  return (
    <ul className="file-names">
      {BUILT_IN_PATHS.map(({ pattern }) => (
        <li key={pattern}>
          <code>{pattern.replace(/^\*\*\//, "")}</code>
        </li>
      ))}
    </ul>
  );
}
