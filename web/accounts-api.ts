// Calls of the API about accounts at Git servers.
import type {
  changeAccount,
  connectAccount,
  listAccountRepositories,
  listAccounts,
  removeAccount,
} from "../src/api/contract/accounts.ts";
import { type Answer, type Body, call, withSignal } from "./api.ts";
import { formatSearch } from "./search-part.ts";

const ACCOUNTS: typeof listAccounts.url = "/api/v1/accounts";
const ACCOUNT: typeof changeAccount.url = "/api/v1/accounts/:account";
const REPOSITORIES: typeof listAccountRepositories.url = "/api/v1/accounts/:account/repositories";

function fill(pattern: string, account: string): string {
  return pattern.replace(":account", () => encodeURIComponent(account));
}

/** The accounts that one may use, and the kinds of servers. */
export function fetchAccounts(signal?: AbortSignal): Promise<Answer<typeof listAccounts>> {
  return call<typeof listAccounts>("GET", ACCOUNTS, withSignal(signal));
}

/** Connects an account by a token. */
export function postAccount(account: Body<typeof connectAccount>): Promise<Answer<typeof connectAccount>> {
  return call<typeof connectAccount>("POST", ACCOUNTS, { body: account });
}

/** Shares an account, or gives it another token. */
export function patchAccount(
  account: string,
  changes: Body<typeof changeAccount>,
): Promise<Answer<typeof changeAccount>> {
  return call<typeof changeAccount>("PATCH", fill(ACCOUNT, account), { body: changes });
}

/** Removes an account. @param leaveWebhooks also where a webhook that it could remove stays at its server */
export function deleteAccount(account: string, leaveWebhooks: boolean): Promise<Answer<typeof removeAccount>> {
  const query = leaveWebhooks ? formatSearch({ leaveWebhooks: "true" }) : "";
  return call<typeof removeAccount>("DELETE", fill(ACCOUNT, account) + query);
}

/** Some of the repositories that an account may read. */
export function fetchAccountRepositories(
  account: string,
  { search, cursor }: { readonly search: string; readonly cursor: string | null },
  signal?: AbortSignal,
): Promise<Answer<typeof listAccountRepositories>> {
  const query = formatSearch({ search: search === "" ? null : search, cursor });
  return call<typeof listAccountRepositories>("GET", fill(REPOSITORIES, account) + query, withSignal(signal));
}
