// Rows on their way into a table of DuckDB: gathered column by column, handed over a chunk at a time.
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";

type StagedValue = number | string | null;

/** DuckDB's own vectors have so many rows. */
const CHUNK_ROWS = 2_048;
/** After so many they are in the table, which counts as DuckDB's memory and can be put on the disk; before they do not. */
const FLUSHED_CHUNKS = 8;

/** An open staging table. */
export class StagedRows {
  readonly #appender: DuckDBAppender;
  /** one for all rows: each new one would be memory that is given back whenever garbage happens to be collected */
  readonly #chunk: DuckDBDataChunk;
  readonly #columns: StagedValue[][];
  #rows = 0;
  #chunks = 0;

  private constructor(appender: DuckDBAppender, chunk: DuckDBDataChunk) {
    this.#appender = appender;
    this.#chunk = chunk;
    this.#columns = Array.from({ length: chunk.columnCount }, () => []);
  }

  /**
   * Makes a table, in place of one of the same name.
   * @param columns as they stand in CREATE TABLE: of types INTEGER, DOUBLE and VARCHAR
   */
  static async open(connection: DuckDBConnection, table: string, columns: string): Promise<StagedRows> {
    const { DuckDBDataChunk: Chunk, INTEGER, DOUBLE, VARCHAR } = await import("@duckdb/node-api");
    await connection.run(`CREATE OR REPLACE TABLE ${table} (${columns})`);
    const known: Readonly<Record<string, DuckDBType>> = { INTEGER, DOUBLE, VARCHAR };
    const types = columns.split(",").map((column) => known[column.trim().split(" ")[1] ?? ""] ?? VARCHAR);
    return new StagedRows(await connection.createAppender(table), Chunk.create(types));
  }

  /** Adds a row; its values are in the order of the columns. */
  add(...values: readonly StagedValue[]): void {
    for (let index = 0; index < values.length; index++) this.#columns[index]?.push(values[index] as StagedValue);
    if (++this.#rows === CHUNK_ROWS) this.#flush();
  }

  /** Puts all rows into the table. Nothing can be added after it. */
  close(): void {
    if (this.#rows > 0) this.#flush();
    this.#appender.closeSync();
  }

  #flush(): void {
    this.#chunk.reset();
    this.#chunk.setColumns(this.#columns);
    this.#appender.appendDataChunk(this.#chunk);
    if (++this.#chunks % FLUSHED_CHUNKS === 0) this.#appender.flushSync();
    for (const column of this.#columns) column.length = 0;
    this.#rows = 0;
  }
}
