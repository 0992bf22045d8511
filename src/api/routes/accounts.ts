// Routes of accounts at Git servers.
import { Secret } from "../../secrets.ts";
import type { AccountPerson } from "../../workspace/account-person.ts";
import { connectableProviders } from "../../workspace/list-accounts.ts";
import type { Caller } from "../caller.ts";
import * as contract from "../contract/accounts.ts";
import { NOT_KEPT } from "../headers.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of accounts. Their answers are never kept by a browser. */
export function accountRoutes({ accounts }: Services): Route[] {
  const view = async (person: AccountPerson, id: string): Promise<contract.Account> => {
    const found = (await accounts.list(person)).find((account) => account.id === id);
    if (found === undefined) throw new RangeError("an account that was just there is gone");
    return found as contract.Account;
  };
  return [
    route(contract.listAccounts, "use-accounts", async ({ caller, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return { accounts: await accounts.list(personOf(caller)), providers: connectableProviders() };
    }),
    route(contract.connectAccount, "use-accounts", async ({ caller, body }) => {
      const { kind, server = "", login = "", token, shared } = body;
      const id = await accounts.connect(personOf(caller), { kind, server, login, token: Secret.of(token), shared });
      return view(personOf(caller), id);
    }),
    route(contract.changeAccount, "use-accounts", async ({ caller, params, body: { shared, token } }) => {
      const changes = { shared, token: token === undefined ? undefined : Secret.of(token) };
      await accounts.change(personOf(caller), params.account, changes);
      return view(personOf(caller), params.account);
    }),
    route(contract.removeAccount, "use-accounts", async ({ caller, params, query }) => ({
      repositories: await accounts.remove(personOf(caller), params.account, { leave: query.leaveWebhooks }),
    })),
    route(contract.listAccountRepositories, "use-accounts", async ({ caller, params, query, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      const ask = { account: params.account, search: query.search, cursor: query.cursor ?? null };
      const { repositories, next } = await accounts.repositories(personOf(caller), ask);
      return { repositories, nextCursor: next };
    }),
  ];
}

/** @returns who asks, as the use cases of accounts know people */
export function personOf({ organizationId, userId, role }: Caller): AccountPerson {
  return { organizationId, userId, isAdmin: role === "owner" || role === "admin" };
}
