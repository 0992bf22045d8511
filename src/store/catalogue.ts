// What a database really contains, one line a thing, to be compared with what our migrations make.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { MIGRATIONS_FOLDER } from "./migrations.ts";

/** The list that a database at the newest migration equals. */
const LIST = "catalogue.txt";

// Everything in schema public that a migration can make. Owners are left out: with a DATABASE_URL it is another account.
// What only newer versions list (NOT NULL as a constraint, from 18 on) is left out too: the column's line has it.
// What an extension brought is its own business.
const READ = `
  WITH ours AS (
    SELECT * FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (
      SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'))
  SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity default' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
  FROM pg_attribute a
  JOIN ours c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm')
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
  SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
UNION ALL
  SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
  SELECT 'options ' || relname || ' ' || option
  FROM ours, unnest(reloptions) AS option
UNION ALL
  SELECT 'view ' || c.relname || ' reads ' || string_agg(DISTINCT t.relname || '.' || a.attname, ', ')
  FROM ours c
  JOIN pg_rewrite r ON r.ev_class = c.oid
  JOIN pg_depend p ON p.classid = 'pg_rewrite'::regclass AND p.objid = r.oid AND p.refobjsubid > 0
  JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
  JOIN pg_class t ON t.oid = p.refobjid AND t.oid <> c.oid
  WHERE c.relkind IN ('v', 'm') GROUP BY c.relname
UNION ALL
  SELECT 'sequence ' || sequencename || ' ' || data_type::text FROM pg_sequences WHERE schemaname = 'public'
UNION ALL
  SELECT 'right ' || c.relname || ' ' || pg_get_userbyid(g.grantee) || ' '
         || string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
  FROM ours c, aclexplode(c.relacl) AS g
  WHERE g.grantee <> c.relowner
  GROUP BY c.relname, g.grantee
UNION ALL
  SELECT 'function ' || p.oid::regprocedure::text FROM pg_proc p
  WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
UNION ALL
  SELECT 'trigger ' || tgrelid::regclass::text || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
  SELECT 'policy ' || tablename || ' ' || policyname FROM pg_policies WHERE schemaname = 'public'
UNION ALL
  SELECT 'type ' || typname FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e', 'r', 'm')`;

/** @returns what the database contains, sorted */
export async function readCatalogue(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(READ);
  return rows.map(({ line }) => line).sort();
}

/** @returns what a database at the newest migration contains */
export async function storedCatalogue(folder: string = MIGRATIONS_FOLDER): Promise<string[]> {
  return (await readFile(join(folder, LIST), "utf8")).split("\n").filter((line) => line !== "");
}

/** Keeps what a database contains as what it should. */
export async function storeCatalogue(lines: readonly string[], folder: string = MIGRATIONS_FOLDER): Promise<void> {
  await writeFile(join(folder, LIST), `${lines.join("\n")}\n`);
}

/** @returns one line a difference: "+ …" what is there and should not be, "- …" what is missing */
export function drift(found: readonly string[], wanted: readonly string[]): string[] {
  const [there, should] = [new Set(found), new Set(wanted)];
  return [
    ...wanted.filter((line) => !there.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !should.has(line)).map((line) => `+ ${line}`),
  ];
}
