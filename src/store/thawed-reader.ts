// A reader for which archived commits are where they were: its statements see the rows of Postgres and those that were
// brought from the archive as one table. So whatever is asked of old commits is asked by the same SQL as of new ones.
import type { OrganizationStore, PreparedStatement, Reader, SqlValue } from "./organization-store.ts";
import { columnsText, rowsText, type ThawedTable, thawedTables } from "./thawed-parameters.ts";
import type { Thawed, ThawedRows } from "./thawed-rows.ts";

const OF_REPOSITORY = "organization_id = $1 AND repository_id = $2";

/** The table with what was brought: a version may be used by a commit that is here and by one that was archived. */
function tableText({ name }: ThawedTable, first: number): string {
  const brought = rowsText(name, first);
  const isKept = `SELECT FROM public.metric_file kept
    WHERE kept.organization_id = $1 AND kept.repository_id = $2 AND kept.number = b.number`;
  return `${name} AS NOT MATERIALIZED (
  SELECT ${columnsText(name)} FROM public.${name} WHERE ${OF_REPOSITORY}
  UNION ALL
  ${brought}${name === "metric_file" ? ` WHERE NOT EXISTS (${isKept})` : ""}
)`;
}

/** A statement, and its values from $2 on. */
interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** @returns the statement with the tables that it names put before it, each with what was brought of it */
function withThawed({ text, values }: Statement, tables: readonly ThawedTable[]): Statement {
  const all = [...values];
  const before: string[] = [];
  for (const table of tables) {
    // a longer name that holds it does no harm: rows nobody asks about are brought along
    if (!text.includes(table.name)) continue;
    before.push(tableText(table, all.length + 2));
    all.push(...table.parameters);
  }
  if (before.length === 0) return { text, values };
  const match = /^\s*WITH(\s+RECURSIVE)?\s/i.exec(text);
  const rest = match === null ? `\n${text}` : `,\n${text.slice(match[0].length)}`;
  return { text: `WITH${match?.[1] ?? ""} ${before.join(",\n")}${rest}`, values: all };
}

const known = new WeakMap<ThawedRows, readonly ThawedTable[]>();

/**
 * Makes a reader that sees what was brought so far besides what is there. Every statement must be about this one
 * repository, with its id as $2.
 */
function thawedReader(reader: Reader, archived: Thawed): Reader {
  return {
    organizationId: reader.organizationId,
    ...(reader.gate === undefined ? {} : { gate: reader.gate }),
    archived,
    query<Row extends object>(statement: string | PreparedStatement, values: readonly SqlValue[] = []): Promise<Row[]> {
      const { rows } = archived;
      if (rows.commits.length + rows.files.length === 0) return reader.query<Row>(statement, values);
      const tables = known.get(rows) ?? thawedTables(rows);
      known.set(rows, tables);
      const seeing = withThawed({ text: typeof statement === "string" ? statement : statement.text, values }, tables);
      if (seeing.values === values) return reader.query<Row>(statement, values);
      return reader.query<Row>(seeing.text, seeing.values);
    },
  };
}

/** The handle of an organisation for questions about one repository, with what the archive has told of it. */
export function thawedStore(store: OrganizationStore, archived: Thawed): OrganizationStore {
  return {
    ...store,
    ...thawedReader(store, archived),
    read: (work) => store.read((reader) => work(thawedReader(reader, archived))),
  };
}
