// All that people do with accounts at Git servers, bound to what it needs: one object for the server and the command line.
import type { AccountPerson, AccountsDeps } from "./account-person.ts";
import { type AccountChanges, changeAccount, connectAccount, type NewAccount } from "./connect-account.ts";
import {
  type AccountRepositoriesQuery,
  type AccountRepository,
  listAccountRepositories,
} from "./list-account-repositories.ts";
import { type AccountView, listAccounts } from "./list-accounts.ts";
import { removeAccount } from "./remove-account.ts";

/** What people do with accounts. */
export interface AccountCalls {
  list(person: AccountPerson): Promise<readonly AccountView[]>;
  /** @returns its id */
  connect(person: AccountPerson, account: NewAccount): Promise<string>;
  change(person: AccountPerson, id: string, changes: AccountChanges): Promise<void>;
  /** @returns the names of the repositories that were read with it */
  remove(person: AccountPerson, id: string, how?: { readonly leave?: boolean }): Promise<readonly string[]>;
  repositories(
    person: AccountPerson,
    ask: AccountRepositoriesQuery,
  ): Promise<{ readonly repositories: readonly AccountRepository[]; readonly next: string | null }>;
}

/** Binds the use cases of accounts. */
export function accountCalls(deps: AccountsDeps): AccountCalls {
  return {
    list: (person) => listAccounts(deps, person),
    connect: (person, account) => connectAccount(deps, person, account),
    change: (person, id, changes) => changeAccount(deps, person, id, changes),
    remove: (person, id, how) => removeAccount(deps, person, id, how),
    repositories: (person, ask) => listAccountRepositories(deps, person, ask),
  };
}
