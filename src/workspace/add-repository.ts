// A person adds a repository: it is found, its address is checked, it is stored with the event that has its history
// imported.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { openLocal } from "../git/local.ts";
import type { Keyring } from "../keyring.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database, Transaction } from "../store/database.ts";
import { insertEvent } from "../store/event.ts";
import { setRepositoryAccount } from "../store/git-account.ts";
import { findRepositoryByAddress, insertRepository, repositoryNames } from "../store/repository.ts";
import { findByProviderId, setProviderFacts } from "../store/repository-provider.ts";
import type { AccountPerson, AccountsDeps } from "./account-person.ts";
import { findRepository, type FoundRepository } from "./find-repository.ts";
import { freeName, nameOfFolder, nameOfUrl } from "../domain/repository-name.ts";

/** People may add under one name at the same time: at each try one of them gets one, the others choose again. */
const MAX_NAME_RACES = 20;

/** What adding a repository needs. */
export interface AddRepositoryDeps {
  readonly database: Pick<Database, "web">;
  /** where Tidemark may connect to */
  readonly allow: EgressAllowance;
  /** opens accounts' tokens; needed where a person is named */
  readonly keyring?: Keyring;
  readonly now?: () => number;
  /** for tests; default: the real ones */
  readonly providerOf?: AccountsDeps["providerOf"];
}

/**
 * Where a repository is. A folder comes from the command line only, never over HTTP; its name may be given. With a person,
 * whatever she pasted is understood, and her accounts are asked; `account` is the one that she chose, or null.
 */
export type RepositoryAddress =
  | { readonly url: string; readonly by?: { readonly person: AccountPerson; readonly account: string | null } }
  | { readonly folder: string; readonly name?: string; readonly by?: { readonly person: AccountPerson } };

interface NewRepository extends FoundRepository {
  readonly kind: "remote" | "folder";
}

/**
 * Adds a repository. Its import begins as soon as a worker is free.
 * @returns its id
 * @throws TidemarkError those of `findRepository()`; `not-a-repository`, `access-denied` for a folder;
 *   `repository-exists`
 */
export async function addRepository(
  deps: AddRepositoryDeps,
  organizationId: OrganizationId,
  address: RepositoryAddress,
): Promise<RepositoryId> {
  const repository = "url" in address ? await remoteOf(deps, address) : await folderOf(address.folder, address.name);
  const store = deps.database.web.in(organizationId);
  for (let race = 0; race < MAX_NAME_RACES; race++) {
    const id = await store.write((tx) => insert(tx, repository, address.by?.person.userId ?? null));
    if (id !== null) return id;
  }
  throw new TidemarkError("database-busy", {
    attempt: "add the repository",
    value: repository.address,
    found: "that others took each name that was free",
    wanted: "another try",
  });
}

async function remoteOf(
  { database, allow, keyring, now = Date.now, providerOf }: AddRepositoryDeps,
  { url, by }: Extract<RepositoryAddress, { readonly url: string }>,
): Promise<NewRepository> {
  if (by === undefined || keyring === undefined) {
    const remote = await checkRemote(url, allow);
    return { kind: "remote", address: remote.url, name: nameOfUrl(remote.url), accountId: null, facts: null };
  }
  const deps = { database, allow, keyring, now, ...(providerOf === undefined ? {} : { providerOf }) };
  return { kind: "remote", ...(await findRepository(deps, by.person, url, by.account)) };
}

async function folderOf(folder: string, name?: string): Promise<NewRepository> {
  const repository = await openLocal(folder);
  const { gitDir: address } = repository;
  return { kind: "folder", address, name: name ?? nameOfFolder(address), accountId: null, facts: null };
}

/** @returns null when somebody took the name meanwhile */
async function insert(tx: Transaction, repository: NewRepository, user: string | null): Promise<RepositoryId | null> {
  const { kind, address, name, accountId, facts } = repository;
  const known = (await findRepositoryByAddress(tx, address)) ?? (await sameAtProvider(tx, repository));
  if (known !== null) throw alreadyThere(address, known.name);
  const id = await insertRepository(tx, {
    kind,
    address,
    name: freeName(name, new Set(await repositoryNames(tx, name))),
  });
  if (id === null) return null;
  if (accountId !== null) await setRepositoryAccount(tx, id, accountId);
  // its provider is asked at once all the same: for its number, and for a webhook
  if (facts !== null) await setProviderFacts(tx, id, facts, null);
  await insertEvent(tx, id, "import", "import", user);
  return id;
}

/** It may be followed from an address that it had before it was renamed. */
async function sameAtProvider(tx: Transaction, { address, facts }: NewRepository): Promise<{ name: string } | null> {
  if (facts === null || facts.providerId === null) return null;
  const { origin } = new URL(address);
  const known = await findByProviderId(tx, facts.provider, facts.providerId);
  return known.find((each) => new URL(each.address).origin === origin) ?? null;
}

function alreadyThere(address: string, name: string): TidemarkError {
  return new TidemarkError("repository-exists", {
    attempt: "add the repository",
    value: address.replace(/\/\.git$/, ""),
    found: `it here already, named ${JSON.stringify(name)}`,
    wanted: "an address that is not followed yet",
  });
}
