// A team that follows a repository at one simulated provider by its API, and what answers its events.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RepositoryId } from "../../src/domain/model.ts";
import { answerEvents } from "../../src/ingest/answer-events.ts";
import { followProvider, type FollowProviderDeps } from "../../src/ingest/follow-provider.ts";
import type { IngestDeps } from "../../src/ingest/git-source.ts";
import type { EgressAllowance } from "../../src/outbound.ts";
import { Secret } from "../../src/secrets.ts";
import type { OrganizationStore } from "../../src/store/database.ts";
import { takeDueLease } from "../../src/store/due-work.ts";
import { type ProvidedRepository, readProvided } from "../../src/store/repository-provider.ts";
import { readWebhookOf, type StoredWebhook } from "../../src/store/webhook.ts";
import { accountCalls } from "../../src/workspace/account-calls.ts";
import type { AccountPerson } from "../../src/workspace/account-person.ts";
import { addRepository } from "../../src/workspace/add-repository.ts";
import { testKeyring } from "./fake-provider.ts";
import { ProviderSimulator } from "./provider-simulator/simulator.ts";
import type { SimulatedToken } from "./provider-simulator/world.ts";
import { quietLog, type TestDatabase } from "./test-database.ts";

const LOOPBACK: EgressAllowance = { http: true, loopback: true, entries: [] };

/** What a team is made with. */
interface TeamSettings {
  readonly db: TestDatabase;
  /** where the provider's repositories are */
  readonly folder: string;
  readonly kind: "github" | "gitlab" | "gitea" | "bitbucket";
  /** the time that it begins at, in ms since 1970 */
  readonly now: number;
  /** of the token; default: all that Tidemark asks for */
  readonly scopes?: readonly string[] | undefined;
}

/** One team with an account at one simulated provider, and a repository that it follows there. */
export interface FollowedTeam {
  readonly provider: ProviderSimulator;
  readonly token: SimulatedToken;
  readonly deps: FollowProviderDeps;
  readonly person: AccountPerson;
  readonly store: OrganizationStore;
  readonly id: RepositoryId;
  origin: string | null;
  now: number;
  follow(): Promise<ProvidedRepository>;
  webhook(): Promise<StoredWebhook | null>;
  add(name: string): Promise<RepositoryId>;
}

/** Makes one: Ada connects an account with a token, and adds a private repository of hers. */
export async function followTeam(
  t: TestContext,
  { db, folder, kind, now, scopes }: TeamSettings,
): Promise<FollowedTeam> {
  const root = await mkdtemp(join(folder, `${kind}-`));
  const state = { origin: "https://tidemark.example.org" as string | null, now };
  const provider = await ProviderSimulator.start({ kind, root, now: () => state.now });
  t.after(() => provider.close());
  const ada = provider.addAccount("ada");
  const token = provider.addToken(ada, scopes === undefined ? {} : { scopes });
  provider.addRepository("ada/engine", { isPrivate: true });
  provider.push("ada/engine", { files: { "metrics.json": '{"loss": 0.5}' } });
  const organizationId = await db.makeOrganization();
  const userId = randomUUID();
  await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
  const person = { organizationId, userId, isAdmin: true };
  const keyring = testKeyring();
  const deps: FollowProviderDeps = {
    database: db.database,
    log: quietLog,
    keyring,
    call: { allow: LOOPBACK, now: () => state.now, pause: () => Promise.resolve() },
    originFor: () => state.origin,
  };
  const accounts = accountCalls({ database: db.database, keyring, allow: LOOPBACK, now: () => state.now });
  const { login } = provider.accessOf(token);
  await accounts.connect(person, { kind, server: provider.url, login, token: Secret.of(token.text) });
  const add = (name: string): Promise<RepositoryId> =>
    addRepository({ database: db.database, allow: LOOPBACK, keyring, now: () => state.now }, organizationId, {
      url: `${provider.url}/${name}`,
      by: { person, account: null },
    });
  const id = await add("ada/engine");
  const store = db.database.worker.in(organizationId);
  return Object.assign(state, {
    provider,
    token,
    deps,
    person,
    store,
    id,
    follow: async () => {
      await followProvider(deps, organizationId, id);
      return (await readProvided(store, id)) ?? assert.fail("it is gone");
    },
    webhook: () => readWebhookOf(store, id),
    add,
  });
}

/** What answers a team's events with the provider at hand. */
export interface TeamWorker {
  readonly deps: IngestDeps;
  /** answers all that is due */
  readonly work: () => Promise<void>;
}

/** @param folder where its mirrors are */
export function workerOf(team: FollowedTeam, folder: string): TeamWorker {
  const deps: IngestDeps = {
    ...team.deps,
    mirrors: join(folder, `mirrors-${team.id}`),
    allow: LOOPBACK,
    now: () => team.now,
    askProvider: (organization, repository, how) => followProvider(team.deps, organization, repository, how),
  };
  return {
    deps,
    work: async () => {
      for (;;) {
        const lease = await takeDueLease(team.deps.database.system, "test");
        if (lease === null) return;
        await answerEvents(deps, lease, new AbortController().signal);
      }
    },
  };
}
