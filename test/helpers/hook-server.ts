// A server that takes deliveries over real HTTP, with a database and a clock of its own.
import assert from "node:assert/strict";
import type { OrganizationId, RepositoryId } from "../../src/domain/model.ts";
import { DeliveryReceiver } from "../../src/ingest/receive-delivery.ts";
import { startApi, type TestServer } from "./api-server.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";
import { type TestWebhook, testKeyring } from "./test-webhook.ts";

/** What a delivery says where a test does not care. */
export const HOOK_BODY = '{"ref":"refs/heads/main","repository":{"id":7}}';

/** A stored delivery. */
export interface EventRow {
  readonly repository: string | null;
  readonly delivery: string | null;
  readonly name: string;
  readonly state: string;
  readonly body: Buffer;
}

/** It runs. */
export interface HookServer {
  readonly db: TestDatabase;
  readonly server: TestServer;
  readonly receiver: DeliveryReceiver;
  /** moved on by tests */
  readonly clock: { now: number };
  readonly organization: OrganizationId;
  readonly repository: RepositoryId;
  /** how often the worker was told of a delivery */
  woken(): number;
  readonly makeRepository: (owner: OrganizationId, name: string) => Promise<RepositoryId>;
  /** @returns the events of a webhook, the oldest first */
  readonly eventsOf: (webhook: TestWebhook) => Promise<EventRow[]>;
  /** @param at another server than this one */
  readonly post: (
    path: string,
    headers: Record<string, string>,
    body?: Uint8Array | string,
    at?: Pick<TestServer, "url">,
  ) => Promise<Response>;
  close(): Promise<void>;
}

/** Starts it. Call `close()` in `after()`. */
export async function openHookServer(): Promise<HookServer> {
  const db = await openTestDatabase();
  const clock = { now: Date.now() };
  let woken = 0;
  const wake = (): void => {
    woken += 1;
  };
  const receiver = new DeliveryReceiver({ database: db.database, keyring: testKeyring, now: () => clock.now, wake });
  const server = await startApi(db, { receiver });
  const makeRepository: HookServer["makeRepository"] = async (owner, name) => {
    const insert =
      "INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, 'remote', $2) RETURNING id::text";
    const [row] = await db.database.owner.query<{ id: RepositoryId }>(insert, [owner, name]);
    assert.ok(row !== undefined);
    return row.id;
  };
  const organization = await db.makeOrganization();
  return {
    db,
    server,
    receiver,
    clock,
    organization,
    repository: await makeRepository(organization, "one"),
    woken: () => woken,
    makeRepository,
    eventsOf: ({ id }) =>
      db.database.owner.query<EventRow>(
        `SELECT repository_id::text AS repository, delivery_id AS delivery, event_name AS name, state, body
         FROM event WHERE webhook_id = $1 ORDER BY id`,
        [id],
      ),
    post: (path, headers, body = HOOK_BODY, at = server) =>
      fetch(at.url + path, {
        method: "POST",
        headers,
        body: typeof body === "string" ? Buffer.from(body) : Buffer.from(body),
      }),
    close: async () => {
      await server.close();
      await db.close();
    },
  };
}
