// Tests of tables on a terminal: what they look like, and that no line is ever wider than the terminal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { pick, seededRandom } from "../../test/helpers/seeded-random.ts";
import { paintFor } from "./paint.ts";
import {
  type Cell,
  drawRows,
  drawTransposed,
  fitsTransposed,
  fittingColumns,
  type TableColumn,
  type TableRow,
} from "./table.ts";
import { widthOf } from "./text-width.ts";

const paint = paintFor(false);

const cell = (value: string, change = "", tone: Cell["tone"] = "none", isBest = false): Cell => ({
  value,
  change,
  tone,
  isBest,
});
const column = (
  path: string,
  label: string,
  cells: readonly Cell[],
  goal: TableColumn["goal"] = null,
): TableColumn => ({
  path,
  label,
  goal,
  isText: false,
  cells,
});

const ROWS: readonly TableRow[] = [
  { sha: "ab12cd3456", date: "2026-11-24", subject: "Tune the learning rate of the second layer", isMarked: false },
  { sha: "0123456789", date: "2026-11-23", subject: "Begin", isMarked: true },
];
const COLUMNS = [
  column("metrics.json", "accuracy", [cell("0.91", "+0.01", "better", true), cell("0.90")], "higher"),
  column("metrics.json", "loss", [cell("0.1250", "+0.0250", "worse"), cell("0.1000", "", "none", true)], "lower"),
  column("params.yaml", "lr", [cell("0.5", "+0.4", "other"), cell("0.1")]),
];

test("drawRows() puts commits below each other, newest first, and columns beside them under their files", () => {
  assert.deepEqual(drawRows({ rows: ROWS, columns: COLUMNS, width: 120, paint }), [
    "                                                                  metrics.json                  params.yaml",
    "commit    date        subject                                      accuracy ▲           loss ▼        lr",
    "ab12cd3   2026-11-24  Tune the learning rate of the second layer  0.91★ +0.01  0.1250  +0.0250  0.5 +0.4",
    "0123456!  2026-11-23  Begin                                       0.90         0.1000★          0.1",
  ]);
});

test("drawTransposed() turns the table around, in as many blocks as it takes", () => {
  assert.deepEqual(drawTransposed({ rows: ROWS, columns: COLUMNS, width: 32, paint }), [
    "commit                ab12cd3",
    "date               2026-11-24",
    "subject       Tune the learn…",
    "metrics.json",
    "  accuracy ▲      0.91★ +0.01",
    "  loss ▼      0.1250  +0.0250",
    "params.yaml",
    "  lr                 0.5 +0.4",
    "",
    "commit               0123456!",
    "date               2026-11-23",
    "subject                 Begin",
    "metrics.json",
    "  accuracy ▲      0.90",
    "  loss ▼      0.1000★",
    "params.yaml",
    "  lr                 0.1",
  ]);
});

test("fittingColumns() passes over what is too wide and takes what comes after it", () => {
  const wide = column("a", "wide", [cell("x".repeat(24), "+".repeat(24))]);
  const narrow = column("a", "n", [cell("1")]);
  assert.deepEqual(fittingColumns([narrow, wide, narrow], 60), [narrow, narrow]);
  assert.deepEqual(fittingColumns([wide], 30), []);
});

test("fitsTransposed() asks whether all commits stand beside each other", () => {
  assert.equal(fitsTransposed({ rows: ROWS, columns: COLUMNS, width: 60, paint }), true);
  assert.equal(fitsTransposed({ rows: ROWS, columns: COLUMNS, width: 40, paint }), false);
});

/** Texts of every length, with wide characters among them. */
const TEXTS = ["", "a", "0.5", "−1,234.5678", "日本語の指標", "a.very[name=long key].with.many.parts", "👩‍💻"];

test("drawRows() and drawTransposed() never draw a line wider than the terminal", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 300; round++) {
    const width = 40 + random(100);
    const rows = Array.from({ length: 1 + random(9) }, () => ({
      sha: "ab12cd3456",
      date: pick(random, ["2026-11-24", "1970-01-01"]),
      subject: pick(random, TEXTS).repeat(random(4)),
      isMarked: random(2) === 0,
    }));
    const columns = Array.from({ length: 1 + random(12) }, () => ({
      ...column(
        pick(random, TEXTS),
        pick(random, TEXTS),
        rows.map(() => cell(pick(random, TEXTS), pick(random, TEXTS), "other", random(3) === 0)),
      ),
      isText: random(2) === 0,
      goal: pick(random, ["higher", "lower", null] as const),
    }));
    const table = { rows, columns: fittingColumns(columns, width), width, paint };
    const transposed = { rows, columns, width, paint };
    for (const line of [...drawRows(table), ...drawTransposed(transposed)]) {
      assert.ok(widthOf(line) <= width, `${widthOf(line)} > ${width} in round ${round}:\n${line}`);
    }
  }
});

test("drawRows() colours a change by what it means, and nothing without colours", () => {
  const painted = drawRows({ rows: ROWS, columns: COLUMNS, width: 100, paint: paintFor(true) }).join("\n");
  assert.ok(painted.includes("\u001b[32m +0.01\u001b[0m"));
  assert.ok(painted.includes("\u001b[31m +0.0250\u001b[0m"));
  assert.ok(painted.includes("\u001b[33mab12cd3\u001b[0m"));
  const lines = stripVTControlCharacters(painted).split("\n");
  const plain = drawRows({ rows: ROWS, columns: COLUMNS, width: 100, paint });
  assert.deepEqual(
    lines.map((line) => line.trimEnd()),
    plain,
  );
});
