// A server of the API on a free port of loopback, over a test's own database, with people who are signed in.
import { randomUUID } from "node:crypto";
import { after } from "node:test";
import { createClient, type Client } from "../../src/api/client.ts";
import { createServer, listen, type ServerConfig, type ServerDependencies } from "../../src/api/server.ts";
import { openSignIn } from "../../src/api/sign-in.ts";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { PUBLIC_ONLY } from "../../src/outbound.ts";
import { Secret } from "../../src/secrets.ts";
import { accountCalls } from "../../src/workspace/account-calls.ts";
import { webhookCalls } from "../../src/workspace/webhook-calls.ts";
import { changeRepository } from "../../src/workspace/change-repository.ts";
import { chooseColumn } from "../../src/workspace/choose-column.ts";
import { changeMetricFiles, chooseIdentity } from "../../src/workspace/choose-files.ts";
import { retryEvent, retryStrayDelivery } from "../../src/workspace/retry-event.ts";
import { testKeyring } from "./fake-provider.ts";
import { assertStrict } from "./strict-answers.ts";
import { openTestDatabase, quietLog, type TestDatabase } from "./test-database.ts";

/** Signs the cookies of test servers. */
const SIGN_IN_SECRET = Secret.of("only for tests, and long enough for its work: 8f4c2a");

/** A person who is signed in. */
export interface TestPerson {
  readonly userId: string;
  /** as a browser sends it */
  readonly cookie: string;
  readonly client: Client;
  /** A request with her cookie, as her browser makes it from one of our pages; the answer is held against its contract. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** A server that answers. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** what its use cases were asked */
  readonly asked: string[];
  /** Makes a person with a role in an organisation, and signs her in. */
  signIn(organization: OrganizationId, role?: string): Promise<TestPerson>;
  close(): Promise<void>;
}

/** What a test wants otherwise. */
export type TestServerChanges = Partial<Omit<ServerDependencies, "config">> & {
  readonly config?: Partial<ServerConfig>;
};

/** Starts a server over a database of its own; both are gone after the tests of the file that called this. */
export async function openApi(changes: TestServerChanges = {}): Promise<{ db: TestDatabase; server: TestServer }> {
  const db = await openTestDatabase();
  const server = await startApi(db, changes);
  after(async () => {
    await server.close();
    await db.close();
  });
  return { db, server };
}

/** Starts a server. Limits of rates are lifted unless a test asks for them. */
export async function startApi(db: TestDatabase, changes: TestServerChanges = {}): Promise<TestServer> {
  const asked: string[] = [];
  const config = {
    publicUrl: null,
    webFolder: null,
    signInSecret: SIGN_IN_SECRET,
    version: "1.2.3",
    rateLimits: {
      reads: 1e6,
      writes: 1e6,
      exports: 1e6,
      strangers: 1e6,
      files: 1e6,
      signIns: 1e6,
      hooks: 1e6,
      hook: 1e6,
    },
    ...changes.config,
  };
  const app = await createServer({
    database: db.database,
    log: quietLog,
    useCases: {
      addRepository: async ({ organizationId }, { url }) => {
        asked.push(`add ${url}`);
        const insert =
          "INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, 'remote', $3) RETURNING id::text";
        const [row] = await db.database.owner.query<{ id: RepositoryId }>(insert, [
          organizationId,
          new URL(url).pathname.slice(1),
          url,
        ]);
        return row?.id ?? ("0" as RepositoryId);
      },
      requestSync: async (_organization, repository) => {
        asked.push(`sync ${repository}`);
        return "77";
      },
      removeRepository: async (_organization, repository) => {
        asked.push(`remove ${repository}`);
        return null;
      },
      chooseColumn: (organization, repository, choice) => chooseColumn(db, organization, repository, choice),
      changeRepository: (organization, repository, settings, user) =>
        changeRepository(db, organization, repository, settings, user),
      retryEvent: (organization, repository, event, user) => retryEvent(db, organization, repository, event, user),
      retryStrayDelivery: (organization, which, user) => retryStrayDelivery(db, organization, which, user),
      changeMetricFiles: (organization, repository, change, user) =>
        changeMetricFiles(db, organization, repository, change, user),
      chooseIdentity: (organization, repository, choice, user) =>
        chooseIdentity(db, organization, repository, choice, user),
      previewPattern: async (_organization, { pattern }) => ({ pattern, total: 0, versions: 0, paths: [] }),
      readRows: async (_organization, { path, naming }) => ({
        path,
        arrays: [],
        names: naming && { names: naming.fields, rows: 1, unnamed: 0, repeated: 0 },
      }),
    },
    accounts: accountCalls({
      database: db.database,
      keyring: testKeyring(),
      allow: PUBLIC_ONLY,
      now: () => Date.now(),
    }),
    webhooks: webhookCalls({
      database: db.database,
      keyring: testKeyring(),
      call: { allow: PUBLIC_ONLY, now: () => Date.now() },
      originFor: () => "https://tidemark.example.org",
    }),
    receiver: null,
    readRawFile: async ({ sha, path }) => Buffer.from(`${path} at ${sha}`),
    ...changes,
    config,
  });
  const { url, port } = await listen(app, { port: 0 });
  const origin = config.publicUrl ?? url;
  return {
    url,
    port,
    asked,
    signIn: async (organization, role = "owner") => {
      const userId = randomUUID();
      await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
      const member = "INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, $3)";
      await db.database.owner.query(member, [organization, userId, role]);
      const sessions = await openSignIn(db.database, { origin, secret: SIGN_IN_SECRET, log: quietLog });
      const begun = await sessions.begin(userId, { cookie: "", address: "127.0.0.1", agent: "test" });
      const cookie = begun?.cookies[0]?.split(";")[0] ?? "";
      const fetchAs = async (path: string, init: RequestInit = {}): Promise<Response> => {
        const address = path.startsWith("http") ? path : url + path;
        const headers = { cookie, origin, ...(init.headers as Record<string, string>) };
        const answer = await fetch(address, { ...init, headers });
        await assertStrict(init.method ?? "GET", address, answer);
        return answer;
      };
      const client = createClient({ baseUrl: url, fetch: (input, init) => fetchAs(input as string, init) });
      return { userId, cookie, client, fetch: fetchAs };
    },
    close: () => app.close(),
  };
}
