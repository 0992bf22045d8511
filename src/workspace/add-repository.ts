// A person adds a repository: its address is checked, it is stored with the event that has its history imported.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { openLocal } from "../git/local.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database, Transaction } from "../store/database.ts";
import { insertEvent } from "../store/event.ts";
import { findRepositoryByAddress, insertRepository, repositoryNames } from "../store/repository.ts";
import { freeName, nameOfFolder, nameOfUrl } from "./repository-name.ts";

/** Two people may add under one name at the same time: the second one's name is chosen again. */
const MAX_NAME_RACES = 5;

/** What adding a repository needs. */
export interface AddRepositoryDeps {
  readonly database: Pick<Database, "web">;
  /** where Tidemark may connect to */
  readonly allow: EgressAllowance;
}

/** Where a repository is. A folder comes from the command line only, never over HTTP; its name may be given. */
export type RepositoryAddress = { readonly url: string } | { readonly folder: string; readonly name?: string };

interface NewRepository {
  readonly kind: "remote" | "folder";
  readonly address: string;
  readonly name: string;
}

/**
 * Adds a repository. Its import begins as soon as a worker is free.
 * @returns its id
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`; `not-a-repository`, `access-denied` for
 *   a folder; `repository-exists`
 */
export async function addRepository(
  deps: AddRepositoryDeps,
  organizationId: OrganizationId,
  address: RepositoryAddress,
): Promise<RepositoryId> {
  const repository =
    "url" in address ? await remoteOf(address.url, deps.allow) : await folderOf(address.folder, address.name);
  const store = deps.database.web.in(organizationId);
  for (let race = 0; race < MAX_NAME_RACES; race++) {
    const id = await store.write((tx) => insert(tx, repository));
    if (id !== null) return id;
  }
  throw new TidemarkError("database-busy", {
    attempt: "add the repository",
    value: repository.address,
    found: "that others took each name that was free",
    wanted: "another try",
  });
}

async function remoteOf(url: string, allow: EgressAllowance): Promise<NewRepository> {
  const remote = await checkRemote(url, allow);
  return { kind: "remote", address: remote.url, name: nameOfUrl(remote.url) };
}

async function folderOf(folder: string, name?: string): Promise<NewRepository> {
  const repository = await openLocal(folder);
  return { kind: "folder", address: repository.gitDir, name: name ?? nameOfFolder(repository.gitDir) };
}

/** @returns null when somebody took the name meanwhile */
async function insert(tx: Transaction, { kind, address, name }: NewRepository): Promise<RepositoryId | null> {
  const known = await findRepositoryByAddress(tx, address);
  if (known !== null) throw alreadyThere(address, known.name);
  const id = await insertRepository(tx, {
    kind,
    address,
    name: freeName(name, new Set(await repositoryNames(tx, name))),
  });
  if (id !== null) await insertEvent(tx, id, "import", "import");
  return id;
}

function alreadyThere(address: string, name: string): TidemarkError {
  return new TidemarkError("repository-exists", {
    attempt: "add the repository",
    value: address.replace(/\/\.git$/, ""),
    found: `it here already, named ${JSON.stringify(name)}`,
    wanted: "an address that is not followed yet",
  });
}
