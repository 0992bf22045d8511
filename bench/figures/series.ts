// series: one column over a million archived commits × 40 columns, down to 2,000 points with their commits, nothing kept but
// where commits stand, against the statement that gives the column's values by hand and makes nothing shorter.
import { readColumnSeries } from "../../src/reads/column-series.ts";
import { archivedReads, COLUMNS } from "../archived-reads.ts";
import { type Benchmark, figureOf } from "../figure.ts";

const POINTS = 2_000;
const GOAL = 1.3;

/** Goal: at most 1.3 times what the bare query takes. */
export const benchmark: Benchmark = {
  name: "series",
  run: async (say) => {
    say(
      "floor: SELECT position, num FROM values WHERE column_id = … ORDER BY position, all rows read into plain columns of the process",
    );
    const { floor, figure } = await archivedReads({
      byHand: (hand, column) =>
        hand.read(
          `SELECT position, num FROM ${hand.table("values")} WHERE repository_id = 1 AND column_id = ${column} ORDER BY position`,
          ["integer", "double"],
        ),
      ours: async ({ reads, organization, repository }, column) => {
        const query = { columns: [COLUMNS[column - 1] ?? ""], branch: [], points: POINTS };
        const { lines } = await readColumnSeries(reads, organization, repository, query);
        if ((lines[0]?.points.length ?? 0) < POINTS / 4) throw new Error("the chart has too few points");
      },
      say,
    });
    return figureOf({ floor, figure, unit: "ms", goal: `≤ ${GOAL} × floor`, met: figure <= GOAL * floor });
  },
};
