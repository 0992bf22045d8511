// A person changes a repository's settings: its name, the column of its small picture, the branches that are followed.
import { type BranchChoice, checkNames, isSameChoice } from "../domain/branch-choice.ts";
import { parseColumnId } from "../domain/key.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isAtServer } from "../domain/provider-address.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { readColumnHeads } from "../store/column-page.ts";
import type { Database, Reader, Transaction } from "../store/database.ts";
import { insertEvent } from "../store/event.ts";
import { setRepositoryAccount } from "../store/git-account.ts";
import { readRepository } from "../store/repository.ts";
import { setProviderChecked } from "../store/repository-provider.ts";
import { isNameTaken, lockSettings, saveSettings } from "../store/repository-settings.ts";
import { type AccountPerson, usableAccount } from "./account-person.ts";
import { assertName } from "../domain/repository-name.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** What is to be changed; what is left out stays. */
export interface RepositoryChanges {
  readonly name?: string | undefined;
  /** id of a column; null leaves the choice to Tidemark again */
  readonly sparkColumn?: string | null | undefined;
  /** the account that it is read with, which the person may use; null: as anybody may */
  readonly account?: { readonly id: string | null; readonly person: AccountPerson } | undefined;
  /** of it too, what is left out stays */
  readonly branches?: { readonly [Part in keyof BranchChoice]?: BranchChoice[Part] | undefined } | undefined;
}

/**
 * Changes settings, all or none. Another choice of branches asks for a sync, which follows them.
 * @param user the person; null: nobody who is known by name
 * @returns whether anything is another now
 * @throws TidemarkError `repository-not-found`, `repository-exists` for a name in use, `column-not-found`;
 *   `account-not-found`,
 *   `bad-argument` for a name that none may have, a column without numbers, or a name that no branch can have
 */
export async function changeRepository(
  { database }: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  repository: RepositoryId,
  changes: RepositoryChanges,
  user: string | null = null,
): Promise<boolean> {
  if (changes.name !== undefined) assertName(changes.name);
  return database.web.in(organizationId).write(async (tx) => {
    const before = await lockSettings(tx, repository);
    if (before === null) throw repositoryNotFound("change", repository);
    const { name = before.name, sparkColumn = before.sparkColumn } = changes;
    const branches = changedBranches(before.branches, changes.branches ?? {});
    const areSame = isSameChoice(branches, before.branches);
    const isOtherAccount = await changeAccount(tx, repository, changes.account);
    if (isOtherAccount) await insertEvent(tx, repository, "sync", "person", user);
    if (name === before.name && sparkColumn === before.sparkColumn && areSame) return isOtherAccount;
    if (name !== before.name && (await isNameTaken(tx, name))) throw nameTaken(name);
    if (sparkColumn !== null && sparkColumn !== before.sparkColumn) await assertDrawable(tx, repository, sparkColumn);
    if (!(await saveSettings(tx, repository, { name, sparkColumn, branches }))) throw nameTaken(name);
    if (!areSame) await insertEvent(tx, repository, "sync", "person", user);
    return true;
  });
}

/** @returns whether it is read with another one now. @throws TidemarkError `account-not-found` */
async function changeAccount(
  tx: Transaction,
  repository: RepositoryId,
  account: RepositoryChanges["account"],
): Promise<boolean> {
  if (account === undefined) return false;
  const chosen = account.id === null ? null : await usableAccount(tx, account.person, account.id);
  const before = await readRepository(tx, repository);
  // its token goes to its own server only
  if (chosen !== null && before !== null && !isAtServer(before.address, chosen.baseUrl)) {
    const parts = { found: `an account at ${chosen.baseUrl}`, wanted: "one at the repository's own server" };
    throw new TidemarkError("bad-argument", { attempt: "read the repository with", value: chosen.name, ...parts });
  }
  if (before?.accountId === account.id) return false;
  await setRepositoryAccount(tx, repository, account.id);
  // what it may see of the provider, and a webhook, are another account's matter now
  await setProviderChecked(tx, repository, null);
  return true;
}

/** @throws TidemarkError `bad-argument` */
function changedBranches(
  before: BranchChoice,
  { days = before.days, also, never }: NonNullable<RepositoryChanges["branches"]>,
): BranchChoice {
  return {
    days,
    also: also === undefined ? before.also : storedNames(also, "follow the branch"),
    never: never === undefined ? before.never : storedNames(never, "leave out the branch"),
  };
}

function storedNames(typed: readonly string[], attempt: string): readonly string[] {
  const checked = checkNames(typed);
  if (checked.problem !== null) throw new TidemarkError("bad-argument", { attempt, ...checked.problem });
  return checked.names;
}

function nameTaken(name: string): TidemarkError {
  const parts = { found: "a repository of this name", wanted: "a name that no other has" };
  return new TidemarkError("repository-exists", { attempt: "name the repository", value: name, ...parts });
}

/** @throws TidemarkError `column-not-found`, `bad-argument` */
async function assertDrawable(reader: Reader, repository: RepositoryId, id: string): Promise<void> {
  const attempt = "draw the column";
  const notFound = (found: string, wanted: string): TidemarkError =>
    new TidemarkError("column-not-found", { attempt, value: id, found, wanted });
  let column: { path: string; key: string };
  try {
    column = parseColumnId(id);
  } catch (error) {
    throw isTidemarkError(error) ? notFound(error.parts.found, error.parts.wanted) : error;
  }
  // Postgres has no text with it
  const [head] = id.includes("\0") ? [] : await readColumnHeads(reader, repository, [column]);
  if (head === undefined) throw notFound("none of this id", "one of the repository's columns");
  if (head.kind === "number" || head.kind === "mixed") return;
  const parts = { found: `a column of ${head.kind} values`, wanted: "a column of numbers" };
  throw new TidemarkError("bad-argument", { attempt, value: id, ...parts });
}
