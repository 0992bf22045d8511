// Who may do what with an account at a Git server: it belongs to a person, and to the team where she shares it.
import type { OrganizationId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { EgressAllowance } from "../outbound.ts";
import type { Keyring } from "../keyring.ts";
import type { Provider, ProviderKind } from "../providers/provider.ts";
import type { Database, Reader } from "../store/database.ts";
import { readAccount, type SealedAccount } from "../store/git-account.ts";

/** Who asks. */
export interface AccountPerson {
  readonly organizationId: OrganizationId;
  readonly userId: string;
  /** owners and admins */
  readonly isAdmin: boolean;
}

/** What the use cases of accounts need. */
export interface AccountsDeps {
  readonly database: Pick<Database, "web">;
  readonly keyring: Keyring;
  readonly allow: EgressAllowance;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** for tests; default: the real ones */
  readonly providerOf?: (kind: ProviderKind) => Provider;
}

/**
 * Finds an account that a person may use: her own, or one that is shared with her team.
 * @throws TidemarkError `account-not-found`
 */
export async function usableAccount(reader: Reader, person: AccountPerson, id: string): Promise<SealedAccount> {
  const account = /^[1-9]\d{0,17}$/.test(id) ? await readAccount(reader, id) : null;
  if (account !== null && (account.userId === person.userId || account.shared)) return account;
  const parts = { found: "none with this id", wanted: "one of your own, or one that is shared with the team" };
  throw new TidemarkError("account-not-found", { attempt: "find the account", value: id, ...parts });
}

/** @throws TidemarkError `not-allowed` for another person's account, but for admins where it is shared */
export function assertMayManage(person: AccountPerson, account: SealedAccount): void {
  if (account.userId === person.userId || (person.isAdmin && account.shared)) return;
  throw notAllowed("change the account", account.name, "another person's account", "your own");
}

/** @throws TidemarkError `not-allowed` for everybody but the person whose it is */
export function assertIsOwn(person: AccountPerson, account: SealedAccount): void {
  if (account.userId === person.userId) return;
  throw notAllowed("change the account", account.name, "another person's account", "your own");
}

/** @throws TidemarkError `not-allowed` for everybody but owners and admins */
export function assertMayShare(person: AccountPerson, name: string): void {
  if (person.isAdmin) return;
  throw notAllowed("share the account", name, "a role that may not let others use an account", "an owner or admin");
}

function notAllowed(attempt: string, value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("not-allowed", { attempt, value, found, wanted });
}
