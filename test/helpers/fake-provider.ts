// A Git server's API as plain objects: tokens and what they are answered with, repositories, and what it was asked.
import { randomBytes } from "node:crypto";
import { TidemarkError } from "../../src/errors.ts";
import { Keyring } from "../../src/keyring.ts";
import type {
  AccountFacts,
  Provider,
  ProviderAccess,
  ProviderKind,
  ProviderRepository,
} from "../../src/providers/provider.ts";
import { providerOf } from "../../src/providers/registry.ts";

/** What the fake servers know, and what they were asked. */
export interface FakeServers {
  /** by token: whose it is, or what it is refused with. A token that is not here is refused. */
  readonly tokens: Map<string, Partial<AccountFacts> | TidemarkError>;
  readonly repositories: ProviderRepository[];
  /** names that anybody may see, but no token: tokens may be of one repository alone */
  readonly open: string[];
  readonly asked: { readonly what: string; readonly access: ProviderAccess }[];
  readonly providerOf: (kind: ProviderKind) => Provider;
}

/** Where a fake server stands: an address of the outside that is never connected to. */
export const FAKE_SERVER = "https://192.0.43.8";

const ADA: AccountFacts = {
  login: "ada",
  subject: "17",
  name: "Ada Lovelace",
  scopes: ["repo"],
  missing: [],
  expiresAt: null,
};

/** @returns an error as a provider throws it */
export function refusedToken(): TidemarkError {
  const parts = { found: "a token that is not taken by GitHub", wanted: "one that is valid and not expired" };
  return new TidemarkError("account-refused", { attempt: "read the account at", value: "github.com", ...parts });
}

/** @returns an error as a provider throws it when it wants to be left alone */
export function limitedUntil(retryAt: number): TidemarkError {
  const parts = { attempt: "list the repositories of", value: "ada", found: "a limit", wanted: "another try later" };
  return new TidemarkError("provider-limited", parts, { retryAt });
}

/** Makes fake servers of every kind; a plain one is the real one, whose repositories anybody may read. */
export function fakeServers(): FakeServers {
  const servers: Omit<FakeServers, "providerOf"> = { tokens: new Map(), repositories: [], open: [], asked: [] };
  const answerOf = (what: string, access: ProviderAccess): AccountFacts => {
    servers.asked.push({ what, access });
    const answer = servers.tokens.get(access.token.reveal()) ?? refusedToken();
    if (answer instanceof TidemarkError) throw answer;
    return { ...ADA, ...answer };
  };
  const fakeOf = (kind: ProviderKind): Provider => ({
    ...providerOf(kind),
    accounts: { check: async (_call, access) => answerOf("check", access) },
    repositories: {
      list: async (_call, access, { search, cursor }) => {
        answerOf(`list ${search}`, access);
        const from = Number(cursor ?? 0);
        const found = servers.repositories.filter(({ name }) => name.includes(search));
        const next = from + 2 < found.length ? String(from + 2) : null;
        return { repositories: found.slice(from, from + 2), next };
      },
      find: async (_call, access, which) =>
        (!("token" in access) && "name" in which && servers.open.includes(which.name)
          ? fakeRepository(which.name)
          : null) ??
        servers.repositories.find(({ id, name }) => ("id" in which ? which.id === id : which.name === name)) ??
        null,
    },
  });
  return {
    ...servers,
    providerOf: (kind) => (kind === "plain" ? { ...providerOf(kind), trial: async () => "open" } : fakeOf(kind)),
  };
}

/** @returns a repository as an API tells of it */
export function fakeRepository(name: string, changes: Partial<ProviderRepository> = {}): ProviderRepository {
  const webUrl = `https://github.com/${name}`;
  const rest = { defaultBranch: "main", visibility: "private", archived: false, permission: "admin" } as const;
  return { id: `id of ${name}`, name, cloneUrl: `${webUrl}.git`, webUrl, ...rest, ...changes };
}

/** @returns a keyring with keys of these names, new each time */
export function testKeyring(...ids: readonly string[]): Keyring {
  return new Keyring((ids.length === 0 ? ["test"] : ids).map((id) => ({ id, bytes: randomBytes(32) })));
}
