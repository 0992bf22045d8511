// Which paths of a repository are metric files, and which fields name the rows in them.
import { isLiteral } from "../domain/metric-paths.ts";
import type { MetricPath, RepositoryId, RowIdentities } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** What is stored about metric paths: the rules, and the identities that were chosen for single paths. */
export interface StoredPaths {
  readonly rules: readonly MetricPath[];
  /** by path; an empty object is a choice too: there is nothing to name */
  readonly identities: ReadonlyMap<string, RowIdentities>;
}

const ALL = `
  SELECT pattern, source, identity, enabled FROM metric_path
  WHERE organization_id = $1 AND repository_id = $2 ORDER BY pattern COLLATE "C"`;

/** @returns the rules and identities of a repository; both empty before its first import */
export async function readMetricPaths(reader: Reader, repository: RepositoryId): Promise<StoredPaths> {
  const rows = await reader.query<MetricPath>(ALL, [repository]);
  const identities = new Map<string, RowIdentities>();
  for (const row of rows) {
    const path = pathOf(row.pattern);
    if (row.identity !== null && path !== null) identities.set(path, row.identity);
  }
  return { rules: rows.filter((row) => !holdsIdentityOnly(row)), identities };
}

const PUT_RULE = `
  INSERT INTO metric_path (organization_id, repository_id, pattern, source, identity, enabled)
  SELECT $1, $2, r.pattern, r.source, r.identity, r.enabled
  FROM jsonb_to_recordset($3::jsonb) AS r(pattern text, source text, identity jsonb, enabled boolean)
  ON CONFLICT (organization_id, repository_id, pattern) DO UPDATE
  SET source = CASE WHEN metric_path.source = 'chosen' THEN metric_path.source ELSE excluded.source END`;

/** Adds rules; what people chose for a pattern stays. */
export async function putRules(tx: Transaction, repository: RepositoryId, rules: readonly MetricPath[]): Promise<void> {
  if (rules.length > 0) await tx.query(PUT_RULE, [repository, JSON.stringify(rules)]);
}

const PUT_IDENTITY = `
  INSERT INTO metric_path (organization_id, repository_id, pattern, source, identity)
  SELECT $1, $2, i.pattern, 'built-in', i.identity
  FROM jsonb_to_recordset($3::jsonb) AS i(pattern text, identity jsonb)
  ON CONFLICT (organization_id, repository_id, pattern) DO UPDATE SET identity = excluded.identity
  WHERE metric_path.source <> 'chosen' OR metric_path.identity IS NULL`;

/** Stores the identities that were chosen for paths. */
export async function putIdentities(
  tx: Transaction,
  repository: RepositoryId,
  identities: ReadonlyMap<string, RowIdentities>,
): Promise<void> {
  if (identities.size === 0) return;
  const rows = [...identities].map(([path, identity]) => ({ pattern: patternOf(path), identity }));
  await tx.query(PUT_IDENTITY, [repository, JSON.stringify(rows)]);
}

const FORGET = `
  DELETE FROM metric_path WHERE organization_id = $1 AND repository_id = $2 AND source <> 'chosen'`;

/** Removes what was found by itself: an import starts anew. */
export async function deleteFoundPaths(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(FORGET, [repository]);
}

/** A built-in rule is always a glob: a built-in path on its own only says how its rows are named. */
function holdsIdentityOnly(row: MetricPath): boolean {
  return row.source === "built-in" && pathOf(row.pattern) !== null;
}

/** The pattern that matches this path only: each `*`, `?` and `[` of it in brackets. */
function patternOf(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

/** The one path that a pattern of `patternOf()` matches; null for any other glob. */
function pathOf(pattern: string): string | null {
  const path = pattern.replace(/\[([*?[])\]/g, "$1");
  return isLiteral(pattern) || patternOf(path) === pattern ? path : null;
}
