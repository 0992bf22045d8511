// A person says what a column is: which way is better, its unit, what it is called.
import { type ChoiceChange, settleChoice } from "../domain/column-choice.ts";
import { parseColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import { findBest } from "../store/column-best.ts";
import { type ColumnBest, lockCatalogue, readChosenColumn, saveChoice, tellCatalogue } from "../store/column-choice.ts";
import type { Database, OrganizationStore } from "../store/database.ts";
import { repositoryNotFound } from "./sync-repository.ts";

type Column = { readonly path: string; readonly key: string };

function notFound(id: string, found = "none of this id", wanted = "one of the repository's columns"): TidemarkError {
  return new TidemarkError("column-not-found", { attempt: "change the column", value: id, found, wanted });
}

/** @throws TidemarkError `column-not-found` for what is no id */
function columnOf(id: string): Column {
  // Postgres has no text with it
  if (id.includes("\0")) throw notFound(id);
  try {
    return parseColumnId(id);
  } catch (error) {
    throw isTidemarkError(error) ? notFound(id, error.parts.found, error.parts.wanted) : error;
  }
}

/** What is best by the goal that a change asks for, found before anybody has to wait, and the version that it is of. */
async function bestBefore(
  store: OrganizationStore,
  repository: RepositoryId,
  column: Column,
  change: ChoiceChange,
): Promise<{ readonly version: number; readonly goal: string | null; readonly best: ColumnBest | null } | null> {
  return store.read(async (reader) => {
    const known = await readVersion(reader, repository);
    const stored = await readChosenColumn(reader, repository, column);
    if (known === null || stored === null) return null;
    const { goal } = settleChoice(stored.facts, stored.choice, change).facts;
    const isSame = goal === null || goal === stored.facts.goal || stored.kind !== "number";
    return { version: known.version, goal, best: isSame ? null : await findBest(reader, repository, column, goal) };
  });
}

/**
 * Changes what is chosen of a column. It counts at once, over what files and names tell, and stays over every import and
 * sync; the best value is found anew.
 * @param id `path:key`
 * @throws TidemarkError `repository-not-found`, `column-not-found`
 */
export async function chooseColumn(
  { database }: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  repository: RepositoryId,
  { id, change }: { readonly id: string; readonly change: ChoiceChange },
): Promise<void> {
  const store = database.web.in(organizationId);
  const column = columnOf(id);
  const before = await bestBefore(store, repository, column, change);
  await store.write(async (tx) => {
    const version = await lockCatalogue(tx, repository);
    if (version === null) throw repositoryNotFound("change the column of", repository);
    const stored = await readChosenColumn(tx, repository, column);
    if (stored === null) throw notFound(id);
    const isKnown = (goal: string): boolean => before?.version === version && before.goal === goal;
    await saveChoice(tx, repository, stored, settleChoice(stored.facts, stored.choice, change), (_column, goal) =>
      isKnown(goal) ? (before?.best ?? null) : undefined,
    );
    await tellCatalogue(tx, repository);
  });
}
