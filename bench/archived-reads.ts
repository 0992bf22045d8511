// Questions over a million archived commits × 40 columns, as pages ask them, against the statements that somebody would write
// by hand for the same objects, on a DuckDB of the same settings in the same process.
import { join } from "node:path";
import { mkdirSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { openDuckDB } from "../src/archive/duckdb.ts";
import { parquetTable } from "../src/archive/parquet.ts";
import { addChunk } from "../src/archive/duckdb-columns.ts";
import type { AnswerType, AnswerValue, ObjectKind } from "../src/archive/query-engine.ts";
import { type ArchivedHistory, openArchivedHistory } from "./archived-history.ts";
import { keyOf, type NoisySize, PATH } from "./archived-objects.ts";
import { median, timed } from "./figure.ts";

/** What is asked; a smaller number while something is being tried. */
export const SIZE: NoisySize = { commits: Number(process.env["TIDEMARK_BENCH_COMMITS"] ?? 1_000_000), keys: 40 };
/** Ids of all columns. */
export const COLUMNS = Array.from({ length: SIZE.keys }, (_, index) => `${PATH}:${keyOf(index + 1)}`);
const RUNS = 7;

/** Statements by hand over the objects of a history. */
export interface ByHand {
  /** what stands after FROM */
  readonly table: (kind: ObjectKind) => string;
  /** @returns all rows */
  readonly ask: (sql: string) => Promise<readonly (readonly unknown[])[]>;
  /** reads all rows into plain columns, as fast as that is known to go */
  readonly read: (sql: string, types: readonly AnswerType[]) => Promise<void>;
}

/** What is measured, for a column by its number from 1 on. */
export interface ArchivedReads {
  readonly byHand: (hand: ByHand, column: number) => Promise<unknown>;
  readonly ours: (history: ArchivedHistory, column: number) => Promise<unknown>;
  /** asked besides, for the record */
  readonly also?: (hand: ByHand, column: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/** Measures both in turn, each for the same columns. @returns medians in ms */
export async function archivedReads({
  byHand,
  ours,
  also,
  say,
}: ArchivedReads): Promise<{ floor: number; figure: number }> {
  const history = await openArchivedHistory(SIZE, say);
  const spillFolder = join(history.installation.dataFolder, "by-hand");
  mkdirSync(spillFolder, { recursive: true });
  const room = { memoryBytes: 2 ** 30, threads: 2, spillFolder, spillBytes: 2 ** 32, folders: [history.folder] };
  const duckdb = await openDuckDB(room);
  const connection: DuckDBConnection = await duckdb.connect();
  const hand: ByHand = {
    table: (kind) => {
      const keys = history.objects.filter((object) => object.kind === kind).map(({ key }) => key);
      return parquetTable(
        kind,
        keys.map((key) => join(history.folder, key)),
      );
    },
    ask: async (sql) => (await connection.runAndReadAll(sql)).getRowsJS(),
    read: async (sql, types) => {
      const result = await connection.stream(sql);
      const columns: AnswerValue[][] = types.map(() => []);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        addChunk(columns, chunk, types);
      }
    },
  };
  try {
    const floors: number[] = [];
    const figures: number[] = [];
    for (let run = -1; run < RUNS; run++) {
      const column = ((run + SIZE.keys) % SIZE.keys) + 1;
      const floor = await timed(() => byHand(hand, column));
      await also?.(hand, column);
      const figure = await timed(() => ours(history, column));
      if (run < 0) continue; // the first one opens what stays open
      floors.push(floor);
      figures.push(figure);
      say(`column ${column}: by hand ${floor.toFixed(0)} ms, Tidemark ${figure.toFixed(0)} ms`);
    }
    return { floor: median(floors), figure: median(figures) };
  } finally {
    connection.closeSync();
    duckdb.close();
    await history.close();
  }
}
