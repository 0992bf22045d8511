// A person removes an account: its token is gone; repositories that were read with it stay, read as anybody may.
import { deleteAccount } from "../store/git-account.ts";
import { type AccountPerson, type AccountsDeps, assertMayManage, usableAccount } from "./account-person.ts";

/**
 * Removes an account. Its repositories are followed on by polling without it: public ones as before, others stay as they
 * were read last and say that access is missing. Their webhooks are no longer looked after.
 * @returns the names of these repositories
 * @throws TidemarkError `account-not-found`, `not-allowed`
 */
export async function removeAccount(
  { database }: Pick<AccountsDeps, "database">,
  person: AccountPerson,
  id: string,
): Promise<readonly string[]> {
  const store = database.web.in(person.organizationId);
  assertMayManage(person, await usableAccount(store, person, id));
  return store.write((tx) => deleteAccount(tx, id));
}
