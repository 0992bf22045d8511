// Which paths of a repository are metric files, and which fields name the rows in them.
import { pathOfPattern, patternOfPath } from "../domain/metric-paths.ts";
import type { MetricPath, RepositoryId, RowIdentities } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** What is stored about metric paths: the rules, and the identities that were inferred for single paths. */
export interface StoredPaths {
  /** the identity of a rule is what a person chose */
  readonly rules: readonly MetricPath[];
  /** by path; an empty object is a choice too: there is nothing to name */
  readonly identities: ReadonlyMap<string, RowIdentities>;
}

interface PathRow extends MetricPath {
  readonly inferred: RowIdentities | null;
}

const ALL = `
  SELECT pattern, source, chosen_identity AS identity, identity AS inferred, enabled FROM metric_path
  WHERE organization_id = $1 AND repository_id = $2 ORDER BY pattern COLLATE "C"`;

/** @returns the rules and identities of a repository; both empty before its first import */
export async function readMetricPaths(reader: Reader, repository: RepositoryId): Promise<StoredPaths> {
  const rows = await reader.query<PathRow>(ALL, [repository]);
  const identities = new Map<string, RowIdentities>();
  for (const { pattern, inferred } of rows) {
    const path = pathOfPattern(pattern);
    if (inferred !== null && path !== null) identities.set(path, inferred);
  }
  const rules = rows
    .filter((row) => !holdsIdentityOnly(row))
    .map(({ pattern, source, identity, enabled }) => ({ pattern, source, identity, enabled }));
  return { rules, identities };
}

// What people chose is not put back from what a run read before they changed it.
const PUT_RULE = `
  INSERT INTO metric_path (organization_id, repository_id, pattern, source, enabled)
  SELECT $1, $2, r.pattern, r.source, r.enabled
  FROM jsonb_to_recordset($3::jsonb) AS r(pattern text, source text, enabled boolean)
  WHERE r.source <> 'chosen'
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
  ON CONFLICT (organization_id, repository_id, pattern) DO UPDATE SET identity = excluded.identity`;

/** Stores the identities that were inferred for paths. */
export async function putIdentities(
  tx: Transaction,
  repository: RepositoryId,
  identities: ReadonlyMap<string, RowIdentities>,
): Promise<void> {
  if (identities.size === 0) return;
  const rows = [...identities].map(([path, identity]) => ({ pattern: patternOfPath(path), identity }));
  await tx.query(PUT_IDENTITY, [repository, JSON.stringify(rows)]);
}

const FORGET = `
  DELETE FROM metric_path
  WHERE organization_id = $1 AND repository_id = $2 AND source <> 'chosen' AND enabled AND chosen_identity IS NULL`;

const FORGET_IDENTITIES = `
  UPDATE metric_path SET identity = NULL
  WHERE organization_id = $1 AND repository_id = $2 AND identity IS NOT NULL`;

/** Removes what was found by itself and what nobody changed: an import starts anew. */
export async function deleteFoundPaths(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(FORGET, [repository]);
  await tx.query(FORGET_IDENTITIES, [repository]);
}

const SAVE_RULES = `
  INSERT INTO metric_path (organization_id, repository_id, pattern, source, enabled)
  SELECT $1, $2, r.pattern, r.source, r.enabled
  FROM jsonb_to_recordset($3::jsonb) AS r(pattern text, source text, enabled boolean)
  ON CONFLICT (organization_id, repository_id, pattern) DO UPDATE
  SET source = excluded.source, enabled = excluded.enabled`;

const DELETE_RULES = `
  DELETE FROM metric_path WHERE organization_id = $1 AND repository_id = $2 AND pattern = ANY($3::text[])`;

/** Writes what a person changed of the rules. */
export async function saveRules(
  tx: Transaction,
  repository: RepositoryId,
  { put, removed }: { readonly put: readonly MetricPath[]; readonly removed: readonly string[] },
): Promise<void> {
  if (put.length > 0) await tx.query(SAVE_RULES, [repository, JSON.stringify(put)]);
  if (removed.length > 0) await tx.query(DELETE_RULES, [repository, removed]);
}

// A row that only held what was inferred becomes a rule: people see what they chose among the rules.
const SAVE_IDENTITY = `
  INSERT INTO metric_path (organization_id, repository_id, pattern, source, chosen_identity)
  VALUES ($1, $2, $3, 'chosen', $4)
  ON CONFLICT (organization_id, repository_id, pattern) DO UPDATE
  SET chosen_identity = excluded.chosen_identity,
    source = CASE WHEN metric_path.source = 'built-in' THEN 'chosen' ELSE metric_path.source END`;

/** Writes the fields that a person chose to name the rows of one path's arrays; null leaves it to Tidemark. */
export async function saveChosenIdentity(
  tx: Transaction,
  repository: RepositoryId,
  path: string,
  identity: RowIdentities | null,
): Promise<void> {
  const text = identity === null ? null : JSON.stringify(identity);
  await tx.query(SAVE_IDENTITY, [repository, patternOfPath(path), text]);
}

/** A built-in rule is always a glob: a built-in path on its own only says how its rows are named. */
function holdsIdentityOnly(row: MetricPath): boolean {
  return row.source === "built-in" && pathOfPattern(row.pattern) !== null;
}
