// What reading deliveries costs others: how often a team's repositories are read, and that workers do not wait in a circle.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { createLog } from "../src/log.ts";
import { routeDeliveries } from "../src/ingest/route-delivery.ts";
import type { Database } from "../src/store/database.ts";
import { insertDeliveries } from "../src/store/delivery.ts";
import { openTestDatabase, quietLog, type TestDatabase } from "./helpers/test-database.ts";
import { makeTestWebhook, type TestWebhook } from "./helpers/test-webhook.ts";
import { until } from "./helpers/until.ts";

let db: TestDatabase;
before(async () => {
  db = await openTestDatabase();
});
after(() => db.close());

const run = <Row extends object>(text: string, ...values: readonly string[]): Promise<Row[]> =>
  db.database.owner.query<Row>(text, values);

async function makeRepository(organization: OrganizationId, name: string, number = ""): Promise<RepositoryId> {
  const [row] = await run<{ id: RepositoryId }>(
    `INSERT INTO git_repository (organization_id, name, kind, address, provider, provider_id)
     VALUES ($1, $2, 'remote', $3, 'github', nullif($4, '')) RETURNING id::text`,
    organization,
    name,
    `https://github.com/ada/${name}`,
    number,
  );
  return row?.id ?? assert.fail();
}

async function deliver(webhook: TestWebhook, name: string, number: number | null, own: RepositoryId | null = null) {
  const repository = { id: number, full_name: `ada/${name}`, clone_url: `https://github.com/ada/${name}.git` };
  const body = Buffer.from(JSON.stringify({ ref: "refs/heads/main", after: "a".repeat(40), repository }));
  const sent = { deliveryId: null, eventName: "push", contentType: "application/json", body };
  const deliveries = db.database.deliveries.in(webhook.organizationId);
  await insertDeliveries(deliveries, [{ webhookId: webhook.id, repositoryId: own, ...sent }]);
}

/** The database, and a list of what is read of an organisation outside of any transaction. */
function watched(): { readonly database: Pick<Database, "system" | "worker">; readonly statements: string[] } {
  const statements: string[] = [];
  const worker: Database["worker"] = {
    in: (organization) => {
      const store = db.database.worker.in(organization);
      return {
        ...store,
        write: store.write.bind(store),
        query: (statement, values) => {
          statements.push(typeof statement === "string" ? statement : statement.text);
          return store.query(statement, values);
        },
      };
    },
  };
  return { database: { system: db.database.system, worker }, statements };
}

const repositoriesOf = async (organization: OrganizationId) =>
  (
    await run<{ repository: string | null }>(
      "SELECT repository_id::text AS repository FROM event WHERE organization_id = $1 ORDER BY id",
      organization,
    )
  ).map(({ repository }) => repository);

test("where a delivery says the provider's number, the team's other repositories are not read", async () => {
  const organization = await db.makeOrganization();
  const numbered = await makeRepository(organization, "numbered", "7");
  const addressed = await makeRepository(organization, "addressed");
  const webhook = await makeTestWebhook(db.database, organization);
  await deliver(webhook, "numbered", 7);
  const first = watched();
  await routeDeliveries({ database: first.database, log: quietLog });
  assert.deepEqual(first.statements, []);

  const some = watched();
  for (let count = 0; count < 250; count += 1) await deliver(webhook, "nobodys", 70);
  await deliver(webhook, "addressed", 8);
  await routeDeliveries({ database: some.database, log: quietLog });
  assert.equal(some.statements.length, 1, "once for all that had come by then");
  const led = await repositoriesOf(organization);
  assert.deepEqual([led[0], led.at(-1)], [numbered, addressed]);
});

test("a repository that was added since the others were read is found", async () => {
  const organization = await db.makeOrganization();
  const webhook = await makeTestWebhook(db.database, organization);
  for (let count = 0; count < 200; count += 1) await deliver(webhook, "late", 9);
  let late: RepositoryId | null = null;
  const notes: (() => Promise<void>)[] = [];
  const { database, statements } = watched();
  // between the first part and the next
  const add = async (): Promise<void> => {
    late = await makeRepository(organization, "late");
    await deliver(webhook, "late", 9);
  };
  let isAdded: Promise<void> | null = null;
  const worker: Database["worker"] = {
    in: (of) => {
      const store = database.worker.in(of);
      return {
        ...store,
        write: async (work, options) => {
          if (notes.length === 1) await (isAdded ??= add());
          return store.write(work, options);
        },
      };
    },
  };
  const deps = {
    database: { ...database, worker },
    log: quietLog,
    later: (note: () => Promise<void>) => void notes.push(note),
  };
  await routeDeliveries(deps);
  assert.equal(statements.length, 2);
  const led = await repositoriesOf(organization);
  assert.deepEqual([led[0], led.at(-1)], [null, late]);
});

test("workers that note at once what deliveries told of do not wait for each other in a circle", async () => {
  const organization = await db.makeOrganization();
  const ids = [await makeRepository(organization, "one"), await makeRepository(organization, "two")] as const;
  const notes: (() => Promise<void>)[] = [];
  const lines: string[] = [];
  const log = createLog({ level: "warn", destination: { write: (line) => lines.push(line) } });
  for (const order of [ids, ids.toReversed()]) {
    const webhook = await makeTestWebhook(db.database, organization);
    for (const id of order) await deliver(webhook, "x", null, id);
    await routeDeliveries({ database: db.database, log, later: (note) => void notes.push(note) });
  }
  // the first repository's row is held until both wait
  const noted = await db.database.owner.write(async (tx) => {
    await tx.query("SELECT FROM git_repository WHERE id = $1 FOR UPDATE", [ids[0]]);
    const waiting = async (count: number): Promise<void> =>
      until(`${count} wait`, async () => {
        const held = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        return (await db.database.system.query(held)).length === count;
      });
    const one = notes[0]?.();
    await waiting(1);
    const other = notes[1]?.();
    await waiting(2);
    return { all: Promise.allSettled([one, other]) };
  });
  const outcomes = await noted.all;
  assert.deepEqual(lines, []);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "fulfilled"],
  );
  const [row] = await run<{ told: number }>(
    "SELECT count(*)::int AS told FROM git_repository WHERE organization_id = $1 AND webhook_at IS NOT NULL",
    organization,
  );
  assert.equal(row?.told, 2);
});
