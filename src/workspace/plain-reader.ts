// Who reads a repository at a server where nothing but Git can be asked: a login that it takes, else nobody where all may.
import { withAccount } from "../account-access.ts";
import { isTidemarkError } from "../errors.ts";
import { askLikeGit, isGits } from "../providers/git-question.ts";
import { providerOf } from "../providers/registry.ts";
import { basicAuthorization } from "../secrets.ts";
import type { ListedAccount } from "../store/git-account.ts";
import type { AccountPerson, AccountsDeps } from "./account-person.ts";

/** Logins that are tried at one repository: a server locks who tries too often, and a person waits. */
const MAX_TRIED = 3;
const ATTEMPT = "look for the repository";

/**
 * Chooses among accounts at plain servers: one that was let in before and is let in here, else nobody where anybody may
 * read the repository, else one that nobody has tried, which Git then tries.
 * @param accounts those at the repository's server, the one that is meant first
 * @returns null: nobody's
 */
export async function plainReader(
  deps: AccountsDeps,
  person: AccountPerson,
  accounts: readonly ListedAccount[],
  url: string,
): Promise<ListedAccount | null> {
  const proved = accounts.filter(({ checkedAt }) => checkedAt !== null);
  for (const account of proved.slice(0, MAX_TRIED)) {
    if (await isLetIn(deps, person, account, url)) return account;
  }
  if (await isOpen(deps, url)) return null;
  return accounts.find(({ checkedAt }) => checkedAt === null) ?? proved[0] ?? null;
}

async function isLetIn(
  deps: AccountsDeps,
  person: AccountPerson,
  account: ListedAccount,
  url: string,
): Promise<boolean> {
  const { database, keyring, allow, now } = deps;
  const use = { keyring, call: { allow, now }, providerOf: deps.providerOf ?? providerOf };
  const store = database.web.in(person.organizationId);
  return orFalse(async () => {
    const answer = await withAccount(store, use, account.id, ({ provider, access }) => {
      const authorization = basicAuthorization(provider.gitLogin(access.login), access.token);
      return askLikeGit({ address: url, authorization, allow, attempt: ATTEMPT });
    });
    return answer !== null && isGits(answer);
  });
}

function isOpen({ allow }: AccountsDeps, url: string): Promise<boolean> {
  return orFalse(async () => {
    const answer = await askLikeGit({ address: url, authorization: null, allow, attempt: ATTEMPT });
    return answer !== null && isGits(answer);
  });
}

/** Whatever goes wrong with asking, Git will meet and say. */
async function orFalse(ask: () => Promise<boolean>): Promise<boolean> {
  return ask().catch((error: unknown) => {
    if (isTidemarkError(error)) return false;
    throw error;
  });
}
