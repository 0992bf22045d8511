// What can be taken away from a chart: its points, all its commits, its picture.
import type { ReactNode, RefObject } from "react";
import { chartCsv } from "../charts/chart-csv.ts";
import type { ChartChoice, ChartLine } from "../charts/chart-lines.ts";
import { chartSvg } from "../charts/chart-svg.ts";
import { pictureHead } from "../charts/picture-head.ts";
import type { ColumnView } from "../column-view.ts";
import { api } from "../paths.ts";
import { saveText } from "../save-text.ts";
import { Popover } from "../ui/Popover.tsx";

/** What the menu is made of. */
export interface ChartMenuProps {
  readonly name: string;
  readonly lines: readonly ChartLine[];
  readonly choice: ChartChoice;
  readonly view: ColumnView;
  /** ids of the columns that are drawn */
  readonly columns: readonly string[];
  readonly board: RefObject<HTMLElement | null>;
}

/** A name that every system takes for a file. */
function fileName(name: string, lines: readonly ChartLine[]): string {
  const key = new Set(lines.map(({ column }) => column.key)).size === 1 ? `-${lines[0]?.column.key ?? ""}` : "";
  return `${name}${key}`.replace(/[^\w.-]+/g, "-").slice(0, 80);
}

/** Draws the menu. */
export function ChartMenu({ name, lines, choice, view, columns, board }: ChartMenuProps): ReactNode {
  const file = fileName(name, lines);
  const branch = view.branch?.[0];
  return (
    <Popover label="Save the chart" panelClassName="menu" align="end" button="CSV · SVG">
      {(close) => (
        <>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              saveText(`${file}.csv`, "text/csv", chartCsv(lines));
              close();
            }}
          >
            CSV of the points drawn
          </button>
          <a
            className="button quiet"
            href={api.export(name, { columns, ...(branch === undefined ? {} : { branch }), format: "csv" })}
            download
            title="Its dates are the authors', as git log has them"
          >
            CSV of all commits
          </a>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              const { current } = board;
              const text =
                current === null ? null : chartSvg(current, (width) => pictureHead(lines, name, choice, width));
              if (text !== null) saveText(`${file}.svg`, "image/svg+xml", text);
              close();
            }}
          >
            SVG of the picture
          </button>
        </>
      )}
    </Popover>
  );
}
