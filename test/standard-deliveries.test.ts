// Deliveries by Standard Webhooks that are about any repository of a team: where their bodies name it, in which form.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { routeDeliveries } from "../src/ingest/route-delivery.ts";
import { insertDeliveries } from "../src/store/delivery.ts";
import { webhookCalls } from "../src/workspace/webhook-calls.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";
import { makeTestWebhook, testKeyring } from "./helpers/test-webhook.ts";

const db = await openTestDatabase();
after(() => db.close());
const { owner } = db.database;

const ADDRESS = "https://git.example.org/ada/engine";
const COMMIT = "a".repeat(40);
const organization = await db.makeOrganization();
await owner.query(
  `INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, 'engine', 'remote', $2)`,
  [organization, ADDRESS],
);
const webhook = await makeTestWebhook(db.database, organization, { kind: "standard" });
let delivered = 0;

async function route(
  body: string,
  contentType: string,
): Promise<{ state: string; named: unknown; error: string | null }> {
  delivered += 1;
  const sent = { webhookId: webhook.id, repositoryId: null, deliveryId: `msg_${delivered}`, eventName: "" };
  await insertDeliveries(db.database.deliveries.in(organization), [{ ...sent, contentType, body: Buffer.from(body) }]);
  await routeDeliveries({ database: db.database, log: quietLog });
  const [row] = await owner.query<{ state: string; named: unknown; error: string | null }>(
    "SELECT state, named, error FROM event WHERE delivery_id = $1",
    [sent.deliveryId],
  );
  return row ?? assert.fail("no event");
}

test("a body leads to the repository that it names, at its top level or in its data, as a text or an object", async () => {
  const push = { ref: "refs/heads/main", after: COMMIT };
  const named = [{ ref: "refs/heads/main", before: null, after: COMMIT }];
  const bodies = [`${ADDRESS}.git`, "ada/engine", { clone_url: `${ADDRESS}.git` }, { url: ADDRESS }].flatMap(
    (repository) => [
      { ...push, repository },
      { type: "push", data: { ...push, repository } },
      { ...push, data: { repository } },
    ],
  );
  for (const body of bodies)
    for (const type of ["application/json", "application/x-www-form-urlencoded", ""])
      assert.deepEqual(
        await route(JSON.stringify(body), type),
        { state: "due", named, error: null },
        `${type} ${JSON.stringify(body)}`,
      );
});

test("a body that names none, or is none, says so, whatever its sender calls it", async () => {
  const form = "application/x-www-form-urlencoded";
  const { state, error } = await route('{"ref":"refs/heads/main"}', form);
  assert.deepEqual([state, error], ["skipped", "It does not say which repository it is about."]);
  assert.match((await route("a=b", form)).error ?? "", /^Its body is no JSON object/);
});

test("the steps of a webhook for all repositories say that a body has to name the repository", async () => {
  const call = { allow: { http: false, loopback: false, entries: [] }, now: () => 0 };
  const calls = webhookCalls({ keyring: testKeyring, call, originFor: () => null, database: db.database });
  const { webhook: team } = await calls.team.make(organization, "standard");
  assert.match(team.setUp.steps.join(" "), /has to name the repository/);
  assert.doesNotMatch(team.setUp.steps.join(" "), /"repository": …\} says more/);
});
