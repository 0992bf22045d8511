// What people chose of columns, and how the catalogue is made to follow it.
import { type ColumnChoice, NO_CHOICE, settleChoice } from "../domain/column-choice.ts";
import type { ColumnFacts, ColumnKind, Goal, GoalSource, RepositoryId } from "../domain/model.ts";
import { digitsOf } from "./best-digits.ts";
import { findBest } from "./column-best.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** A best value and the lowest position that has it. */
export interface ColumnBest {
  readonly value: number | bigint;
  readonly position: number;
}

/** Says what is best of a column for a goal: null, nothing is; undefined, it is not known. */
export type BestOf = (
  column: { readonly path: string; readonly key: string },
  goal: "higher" | "lower",
) => ColumnBest | null | undefined;

/** A column with what is chosen of it. */
export interface ChosenColumn {
  readonly path: string;
  readonly key: string;
  readonly kind: ColumnKind;
  readonly facts: ColumnFacts;
  readonly choice: ColumnChoice;
}

const LOCK = `SELECT version FROM git_repository WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE`;

/**
 * Makes others wait that would change the catalogue too. Who writes the catalogue locks first: what was chosen meanwhile
 * is seen then.
 * @returns the version of the repository's rows, or null when it is gone
 */
export async function lockCatalogue(tx: Transaction, repository: RepositoryId): Promise<number | null> {
  const [row] = await tx.query<{ version: number }>(LOCK, [repository]);
  return row?.version ?? null;
}

interface ChoiceRow {
  readonly path: string;
  readonly key: string;
  readonly kind: ColumnKind;
  readonly catalogueUnit: string | null;
  readonly catalogueGoal: Goal;
  readonly catalogueGoalFrom: GoalSource;
  /** null where nothing was ever chosen */
  readonly goalChosen: boolean | null;
  readonly goal: Goal;
  readonly unitChosen: boolean | null;
  readonly unit: string | null;
  readonly alias: string | null;
  readonly toldGoal: Goal;
  readonly toldGoalFrom: GoalSource;
  readonly toldUnit: string | null;
}

const ROW = `
  m.path, m.key, m.kind, m.unit AS "catalogueUnit", m.goal AS "catalogueGoal", m.goal_from AS "catalogueGoalFrom",
  c.goal_chosen AS "goalChosen", c.goal, c.unit_chosen AS "unitChosen", c.unit, c.alias, c.told_goal AS "toldGoal",
  c.told_goal_from AS "toldGoalFrom", c.told_unit AS "toldUnit"`;
const JOINED = `
  c.organization_id = $1 AND c.repository_id = $2 AND c.path = m.path AND c.key = m.key`;

function chosenColumn({
  path,
  key,
  kind,
  catalogueUnit,
  catalogueGoal,
  catalogueGoalFrom,
  ...row
}: ChoiceRow): ChosenColumn {
  const facts = { unit: catalogueUnit, goal: catalogueGoal, goalFrom: catalogueGoalFrom };
  const { goalChosen, unitChosen, ...rest } = row;
  const choice = goalChosen === null || unitChosen === null ? NO_CHOICE : { ...rest, goalChosen, unitChosen };
  return { path, key, kind, facts, choice };
}

const ONE = `
  SELECT ${ROW} FROM metric_column m LEFT JOIN column_choice c ON ${JOINED}
  WHERE m.organization_id = $1 AND m.repository_id = $2 AND m.path = $3 AND m.key = $4`;

/** @returns a column of the catalogue with what is chosen of it, or null when there is none of that name */
export async function readChosenColumn(
  reader: Reader,
  repository: RepositoryId,
  { path, key }: { readonly path: string; readonly key: string },
): Promise<ChosenColumn | null> {
  const [row] = await reader.query<ChoiceRow>(ONE, [repository, path, key]);
  return row === undefined ? null : chosenColumn(row);
}

const SAVE = `
  INSERT INTO column_choice (organization_id, repository_id, path, key, goal_chosen, goal, unit_chosen, unit, alias,
    told_goal, told_goal_from, told_unit)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (organization_id, repository_id, path, key) DO UPDATE SET goal_chosen = excluded.goal_chosen,
    goal = excluded.goal, unit_chosen = excluded.unit_chosen, unit = excluded.unit, alias = excluded.alias,
    told_goal = excluded.told_goal, told_goal_from = excluded.told_goal_from, told_unit = excluded.told_unit`;
const KEEP_TOLD = `
  UPDATE column_choice SET told_goal = $5, told_goal_from = $6, told_unit = $7
  WHERE organization_id = $1 AND repository_id = $2 AND path = $3 AND key = $4`;
const SET_FACTS = `
  UPDATE metric_column SET unit = $5, goal = $6, goal_from = $7
  WHERE organization_id = $1 AND repository_id = $2 AND path = $3 AND key = $4`;
const SET_BEST = `
  UPDATE metric_column SET best_value = $5, best_position = $6, best_digits = $7
  WHERE organization_id = $1 AND repository_id = $2 AND path = $3 AND key = $4`;

/** Writes what follows from a choice into the catalogue; the best is another one when the goal is. */
async function setFacts(
  tx: Transaction,
  repository: RepositoryId,
  { path, key, kind, facts: before }: ChosenColumn,
  { unit, goal, goalFrom }: ColumnFacts,
  bestOf: BestOf,
): Promise<void> {
  await tx.query(SET_FACTS, [repository, path, key, unit, goal, goalFrom]);
  if (goal === before.goal) return;
  const told = goal === null || kind !== "number" ? null : bestOf({ path, key }, goal);
  const best = told === undefined && goal !== null ? await findBest(tx, repository, { path, key }, goal) : told;
  await tx.query(SET_BEST, [
    repository,
    path,
    key,
    best === null || best === undefined ? null : Number(best.value),
    best?.position ?? null,
    digitsOf(best?.value ?? null),
  ]);
}

/** Writes a choice and what follows from it. The catalogue is locked. */
export async function saveChoice(
  tx: Transaction,
  repository: RepositoryId,
  column: ChosenColumn,
  settled: { readonly choice: ColumnChoice; readonly facts: ColumnFacts },
  bestOf: BestOf,
): Promise<void> {
  const { goalChosen, goal, unitChosen, unit, alias, toldGoal, toldGoalFrom, toldUnit } = settled.choice;
  const chosen = [goalChosen, goal, unitChosen, unit, alias];
  await tx.query(SAVE, [repository, column.path, column.key, ...chosen, toldGoal, toldGoalFrom, toldUnit]);
  await setFacts(tx, repository, column, settled.facts, bestOf);
}

const OVERRULED = `
  SELECT ${ROW} FROM column_choice c
  JOIN metric_column m ON m.organization_id = $1 AND m.repository_id = $2 AND m.path = c.path AND m.key = c.key
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND (
    (m.goal_from IS NOT DISTINCT FROM 'confirmed') <> c.goal_chosen
    OR (c.goal_chosen AND m.goal IS DISTINCT FROM c.goal) OR (c.unit_chosen AND m.unit IS DISTINCT FROM c.unit))`;

/**
 * Overrules a catalogue that was just written by what people chose. It was locked before it was written.
 * @param bestOf what the writer knows; else it is looked for in what is stored
 */
export async function keepChoices(tx: Transaction, repository: RepositoryId, bestOf: BestOf): Promise<void> {
  for (const row of await tx.query<ChoiceRow>(OVERRULED, [repository])) {
    const column = chosenColumn(row);
    const { choice, facts } = settleChoice(column.facts, column.choice);
    const { toldGoal, toldGoalFrom, toldUnit } = choice;
    await tx.query(KEEP_TOLD, [repository, column.path, column.key, toldGoal, toldGoalFrom, toldUnit]);
    await setFacts(tx, repository, column, facts, bestOf);
  }
}

const TELL = `
  WITH changed AS (
    UPDATE git_repository SET version = version + 1 WHERE organization_id = $1 AND id = $2 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Raises the repository's version, and tells open pages: what they show of the column is another now. */
export async function tellCatalogue(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(TELL, [repository]);
}
