// Which line of a chart is which, and a way to be rid of it.
import type { ReactNode } from "react";
import { formatRelativeChange, formatValue } from "../../src/domain/format-value.ts";
import { relativeChange } from "../../src/domain/compare.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import type { ChartLine } from "../charts/chart-lines.ts";
import { lineClass } from "../charts/ChartPlot.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import type { ColumnViewActions } from "./use-column-view.ts";

/** What the legend is made of. */
export interface ChartLegendProps {
  readonly lines: readonly ChartLine[];
  /** beside the lines */
  readonly names: readonly string[];
  /** entries of the address: a line of a pattern is no entry of its own */
  readonly columns: readonly string[];
  readonly actions: ColumnViewActions;
}

/** Draws it. */
export function ChartLegend({ lines, names, columns, actions }: ChartLegendProps): ReactNode {
  const single = new Set(lines.map(({ branch }) => branch)).size === 1;
  return (
    <ul className="chart-legend">
      {lines.map((line, index) => (
        <li key={line.id}>
          <svg width="22" height="10" aria-hidden="true" className={lineClass(line.look)}>
            <line className="stroke" x1="1" x2="21" y1="5" y2="5" />
          </svg>
          <Untrusted text={names[index] ?? ""} />
          <LastValue line={line} />
          {single && columns.length > 1 && columns.includes(line.column.id) ? (
            <button
              type="button"
              className="quiet remove"
              aria-label={`Remove ${escapeControls(names[index] ?? "")}`}
              onClick={() => actions.chooseColumns(columns.filter((id) => id !== line.column.id))}
            >
              ×
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** The newest value of a line, and what became of its first one. */
function LastValue({ line }: { line: ChartLine }): ReactNode {
  const values = line.points.flatMap(({ value }) => (value === null ? [] : [value]));
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return <span className="dim">no number</span>;
  const part = relativeChange(last, first);
  return (
    <span className="dim">
      {formatValue(last, line.column.unit)}
      {part === null || part === 0 ? "" : ` (${formatRelativeChange(part)})`}
    </span>
  );
}
