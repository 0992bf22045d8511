// The repositories that an account may read, as its server lists them, and which of them are followed already.
import { withAccount } from "../account-access.ts";
import { TidemarkError } from "../errors.ts";
import type { ProviderRepository } from "../providers/provider.ts";
import { followedAddresses } from "../store/repository.ts";
import { type AccountPerson, type AccountsDeps, usableAccount } from "./account-person.ts";

/** A repository to choose. */
export interface AccountRepository extends ProviderRepository {
  /** the name under which it is followed already, or null */
  readonly followedAs: string | null;
}

/** What is asked. */
export interface AccountRepositoriesQuery {
  readonly account: string;
  /** a part of its name; "" for all */
  readonly search: string;
  /** the `next` of the page before; null for the first */
  readonly cursor: string | null;
}

/**
 * Lists repositories that an account may read.
 * @throws TidemarkError `account-not-found`; `bad-argument` where the server cannot be asked; `account-refused`,
 *   `provider-limited`, `provider-failed`, `scope-missing`, `secret-not-opened`
 */
export async function listAccountRepositories(
  { database, keyring, allow, now, providerOf }: AccountsDeps,
  person: AccountPerson,
  { account, search, cursor }: AccountRepositoriesQuery,
): Promise<{ readonly repositories: readonly AccountRepository[]; readonly next: string | null }> {
  const store = database.web.in(person.organizationId);
  const { name } = await usableAccount(store, person, account);
  const deps = { keyring, call: { allow, now }, ...(providerOf === undefined ? {} : { providerOf }) };
  const page = await withAccount(store, deps, account, ({ provider, call, access }) => {
    if (provider.repositories !== null) return provider.repositories.list(call, access, { search, cursor });
    const parts = { found: "a server that has no list of them", wanted: "the address of the repository itself" };
    throw new TidemarkError("bad-argument", { attempt: "list the repositories of", value: name, ...parts });
  });
  const { repositories = [], next = null } = page ?? {};
  const followed = await followedAddresses(store, repositories.flatMap(addressesOf));
  return {
    repositories: repositories.map((repository) => ({
      ...repository,
      followedAs: addressesOf(repository).flatMap((address) => followed.get(address) ?? [])[0] ?? null,
    })),
    next,
  };
}

/** The forms in which people add a repository. */
function addressesOf({ cloneUrl, webUrl }: ProviderRepository): string[] {
  const clone = cloneUrl.replace(/\.git$/, "");
  return [...new Set([cloneUrl, clone, `${clone}.git`, webUrl])];
}
