// A person says what a column is: which way is better, its unit, what it is called.
import type { Archive } from "../archive/archive.ts";
import { noArchive } from "../archive/no-archive.ts";
import { bestOfPast } from "../archive/past-versions.ts";
import { StoredPast } from "../archive/stored-past.ts";
import { type ChoiceChange, settleChoice } from "../domain/column-choice.ts";
import { parseColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import { readHotFrom } from "../store/cold-commit.ts";
import { findBest } from "../store/column-best.ts";
import { unreachableCommits } from "../store/commit-line.ts";
import { type ColumnBest, lockCatalogue, readChosenColumn, saveChoice, tellCatalogue } from "../store/column-choice.ts";
import type { Database, OrganizationStore } from "../store/database.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** For what the archive is asked, in milliseconds: somebody waits for it. */
const ARCHIVE_MS = 30_000;
/** Times that the archive is asked again because the repository changed meanwhile. */
const MAX_TRIES = 4;

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

/** A best value, and what it is best of. */
interface BestBefore {
  readonly version: number;
  readonly goal: string | null;
  readonly best: ColumnBest | null;
}

/** What is best by the goal that a change asks for, found before anybody has to wait, and the version that it is of. */
async function bestBefore(
  store: OrganizationStore,
  archive: Archive,
  repository: RepositoryId,
  column: Column,
  change: ChoiceChange,
): Promise<BestBefore | null> {
  const asked = await store.read(async (reader) => {
    const known = await readVersion(reader, repository);
    const stored = await readChosenColumn(reader, repository, column);
    if (known === null || stored === null) return null;
    const { version } = known;
    const hotFrom = await readHotFrom(reader, repository);
    const { goal } = settleChoice(stored.facts, stored.choice, change).facts;
    const isSame = goal === null || goal === stored.facts.goal || stored.kind !== "number";
    if (isSame || hotFrom > 0) return { version, goal, isOpen: !isSame, best: null };
    return { version, goal, isOpen: false, best: await findBest(reader, repository, column, goal) };
  });
  if (asked === null || !asked.isOpen || asked.goal === null) return asked;
  // no transaction waits for the archive
  const past = await StoredPast.open(store, repository, archive, AbortSignal.timeout(ARCHIVE_MS));
  const unreached = new Set(await unreachableCommits(store, repository));
  return { ...asked, best: await bestOfPast(past, column, asked.goal, unreached) };
}

/** The repository changed between the look at the archive and the writing, several times. */
function changing(repository: RepositoryId): TidemarkError {
  const parts = { found: "a repository that changed each time", wanted: "another try in a moment" };
  return new TidemarkError("archive-engine-busy", {
    attempt: "find the best value in older commits of",
    value: repository,
    ...parts,
  });
}

/**
 * Changes what is chosen of a column. It counts at once, over what files and names tell, and stays over every import and
 * sync; the best value is found anew.
 * @param id `path:key`
 * @throws TidemarkError `repository-not-found`, `column-not-found`; where the best has to be looked for in the archive also
 *   those of it
 */
export async function chooseColumn(
  { database, archive = noArchive }: { readonly database: Pick<Database, "web">; readonly archive?: Archive },
  organizationId: OrganizationId,
  repository: RepositoryId,
  { id, change }: { readonly id: string; readonly change: ChoiceChange },
): Promise<void> {
  const store = database.web.in(organizationId);
  const column = columnOf(id);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await bestBefore(store, archive, repository, column, change);
    if (await chooseOnce(store, repository, { id, column, change, before })) return;
  }
  throw changing(repository);
}

/** @returns false where the best is another one by now and only the archive says which: nothing was changed */
async function chooseOnce(
  store: OrganizationStore,
  repository: RepositoryId,
  { id, column, change, before }: { id: string; column: Column; change: ChoiceChange; before: BestBefore | null },
): Promise<boolean> {
  return store.write(async (tx) => {
    const version = await lockCatalogue(tx, repository);
    if (version === null) throw repositoryNotFound("change the column of", repository);
    if (before !== null && before.version !== version && (await readHotFrom(tx, repository)) > 0) return false;
    const stored = await readChosenColumn(tx, repository, column);
    if (stored === null) throw notFound(id);
    const isKnown = (goal: string): boolean => before?.version === version && before.goal === goal;
    await saveChoice(tx, repository, stored, settleChoice(stored.facts, stored.choice, change), (_column, goal) =>
      isKnown(goal) ? (before?.best ?? null) : undefined,
    );
    await tellCatalogue(tx, repository);
    return true;
  });
}
