// Rows that were brought, as parameters of a statement: one array a column, which Postgres reads several times as fast as JSON.
import type { ThawedCommit, ThawedFile, ThawedRows, ThawedShape } from "./thawed-rows.ts";

/** A column of a table: its name, the type of its elements, and what they become. */
interface Column<Row> {
  readonly name: string;
  /** null: an element is the value; else the text is cast to it, row by row */
  readonly type: "bigint" | "text" | "integer" | "timestamptz";
  readonly cast?: "bytea" | "bytea[]" | "bigint[]" | "jsonb" | "text[]";
  readonly of: (row: Row, index: number) => string | number | null;
}

const list = (numbers: readonly (number | null)[] | null): string | null =>
  numbers === null ? null : `{${numbers.map((number) => number ?? "NULL").join(",")}}`;
const json = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));

const COMMITS: readonly Column<ThawedCommit>[] = [
  { name: "position", type: "bigint", of: (row) => row.position },
  { name: "sha", type: "text", cast: "bytea", of: (row) => row.sha },
  {
    name: "parents",
    type: "text",
    cast: "bytea[]",
    of: (row) => `{${row.parents.map((sha) => `"\\${sha}"`).join(",")}}`,
  },
  { name: "first_parent", type: "bigint", of: (row) => row.first_parent },
  { name: "ordinal", type: "bigint", of: (row) => row.ordinal },
  { name: "line", type: "integer", of: (row) => row.line },
  { name: "author_name", type: "text", of: (row) => row.author_name },
  { name: "author_email", type: "text", of: (row) => row.author_email },
  { name: "authored", type: "text", of: (row) => row.authored },
  { name: "authored_at", type: "timestamptz", of: (row) => row.authored_at },
  { name: "committer_name", type: "text", of: (row) => row.committer_name },
  { name: "committed", type: "text", of: (row) => row.committed },
  { name: "committed_at", type: "timestamptz", of: (row) => row.committed_at },
  { name: "subject", type: "text", of: (row) => row.subject },
  { name: "metric_file", type: "text", cast: "bigint[]", of: (row) => list(row.metric_file) },
  { name: "baseline_file", type: "text", cast: "bigint[]", of: (row) => list(row.baseline_file) },
  { name: "baseline_position", type: "text", cast: "bigint[]", of: (row) => list(row.baseline_position) },
  { name: "returned_file", type: "text", cast: "bigint[]", of: (row) => list(row.returned_file) },
  { name: "unread_from", type: "text", of: (row) => row.unread_from },
  { name: "warned_file", type: "text", cast: "bigint[]", of: (row) => list(row.warned_file) },
  { name: "warnings", type: "text", cast: "jsonb", of: (row) => json(row.warnings) },
  { name: "unreachable_since", type: "timestamptz", of: (row) => row.unreachable_since },
];

type FileWithValues = ThawedFile & { readonly values: string | null };

const FILES: readonly Column<FileWithValues>[] = [
  { name: "number", type: "bigint", of: (row) => row.number },
  { name: "path", type: "text", of: (row) => row.path },
  { name: "version", type: "text", cast: "bytea", of: (row) => row.version },
  { name: "size", type: "bigint", of: (row) => row.size },
  { name: "adapter", type: "text", of: (row) => row.adapter },
  { name: "adapter_version", type: "integer", of: (row) => row.adapter_version },
  { name: "status", type: "text", of: (row) => row.status },
  { name: "problem", type: "text", cast: "jsonb", of: (row) => json(row.problem) },
  { name: "warnings", type: "text", cast: "jsonb", of: (row) => json(row.warnings) },
  { name: "shape", type: "bigint", of: (row) => row.shape },
  // as they are: numbers of many digits would be rounded on the way through JSON.parse()
  { name: "values", type: "text", cast: "jsonb", of: (row) => row.values },
];

const SHAPES: readonly Column<ThawedShape>[] = [
  { name: "number", type: "bigint", of: (row) => row.number },
  { name: "hash", type: "text", cast: "bytea", of: () => "\\x" },
  { name: "keys", type: "text", cast: "text[]", of: (row) => arrayText(row.keys) },
];

/** @returns a Postgres array of these elements, as text */
function arrayText(elements: readonly (string | number | null)[]): string {
  const parts = elements.map((element) => {
    if (element === null) return "NULL";
    return typeof element === "number" ? String(element) : `"${element.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return `{${parts.join(",")}}`;
}

/** A table that rows were brought of. */
export interface ThawedTable {
  readonly name: "git_commit" | "metric_file" | "metric_shape";
  /** beside the columns of `rowsText()` */
  readonly parameters: readonly string[];
}

const COLUMNS: Readonly<Record<ThawedTable["name"], readonly Pick<Column<never>, "name" | "type" | "cast">[]>> = {
  git_commit: COMMITS,
  metric_file: FILES,
  metric_shape: SHAPES,
};

/** @returns the columns of a table, whose rows they are first */
export function columnsText(table: ThawedTable["name"]): string {
  return ["organization_id", "repository_id", ...COLUMNS[table].map(({ name }) => `"${name}"`)].join(", ");
}

/** @returns a SELECT of the rows that the parameters from $`first` on hold, with the columns of `columnsText()` */
export function rowsText(table: ThawedTable["name"], first: number): string {
  const columns = COLUMNS[table];
  const arrays = columns.map(({ type }, index) => `$${first + index}::${type}[]`);
  const shown = columns.map(({ name, cast }) => (cast === undefined ? `b."${name}"` : `b."${name}"::${cast}`));
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  return `SELECT $1::bigint, $2::bigint, ${shown.join(", ")} FROM unnest(${arrays.join(", ")}) AS b(${names})`;
}

/** Makes the parameters of each table. */
export function thawedTables({ commits, files, values, shapes }: ThawedRows): ThawedTable[] {
  const arrays = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] =>
    columns.map(({ of }) => arrayText(rows.map(of)));
  const withValues = files.map((file, index) => ({ ...file, values: values[index] ?? null }));
  return [
    { name: "git_commit", parameters: arrays(COMMITS, commits) },
    { name: "metric_shape", parameters: arrays(SHAPES, shapes) },
    { name: "metric_file", parameters: arrays(FILES, withValues) },
  ];
}
