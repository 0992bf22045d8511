// Every published payload, and pushes of which each value is replaced, through the database: a worker reads them all, none
// is put aside as unreadable, and only what concerns branches, repositories and access asks for work.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import type { WebhookKind } from "../src/domain/webhook-kind.ts";
import { routeDeliveries } from "../src/ingest/route-delivery.ts";
import { insertDeliveries } from "../src/store/delivery.ts";
import { pathsOf, READ, REPLACEMENTS, replaced } from "./helpers/payload-mutations.ts";
import { PUSH_PAYLOADS } from "./helpers/push-payloads.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";
import { makeTestWebhook } from "./helpers/test-webhook.ts";
import { type ExamplePayload, folderExamples, githubExamples, webhookFolder } from "./helpers/webhook-payloads.ts";

/** Deliveries of one statement. */
const AT_ONCE = 200;

const db = await openTestDatabase();
after(() => db.close());
const { owner } = db.database;

/** A repository, and a webhook of it of every kind; or webhooks of a whole team. */
async function makeHooks(organization: OrganizationId, repository: RepositoryId | null) {
  const hooks = new Map<WebhookKind, string>();
  for (const kind of ["github", "gitlab", "gitea", "bitbucket", "standard", "signed"] as const)
    hooks.set(kind, (await makeTestWebhook(db.database, organization, { kind, repository })).id);
  return hooks;
}

async function makeRepository(organization: OrganizationId): Promise<RepositoryId> {
  const insert = `INSERT INTO git_repository (organization_id, name, kind, address, provider, provider_id)
    VALUES ($1, 'engine', 'remote', 'https://git.example.org/ada/engine', 'gitlab', '7') RETURNING id::text`;
  const [row] = await owner.query<{ id: RepositoryId }>(insert, [organization]);
  return row?.id ?? assert.fail("no repository");
}

interface Routed {
  readonly title: string;
  readonly name: string;
  readonly state: string;
}

/** Stores payloads as the receiver does, and has all of them read. @returns what became of each */
async function route(examples: readonly ExamplePayload[], ofTeam: boolean): Promise<Routed[]> {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization);
  const hooks = await makeHooks(organization, ofTeam ? null : repository);
  const deliveries = db.database.deliveries.in(organization);
  for (let at = 0; at < examples.length; at += AT_ONCE) {
    const batch = examples.slice(at, at + AT_ONCE).map(({ title, kind, eventName, payload }, index) => ({
      webhookId: hooks.get(kind ?? "signed") ?? assert.fail(String(kind)),
      repositoryId: ofTeam ? null : repository,
      deliveryId: `${at + index} ${title}`,
      eventName,
      contentType: "application/json",
      body: Buffer.from(JSON.stringify(payload) ?? ""),
    }));
    await insertDeliveries(deliveries, batch);
  }
  while (await routeDeliveries({ database: db.database, log: quietLog }));
  const rows = await owner.query<Routed>(
    `SELECT delivery_id AS title, event_name AS name, CASE WHEN named IS NULL THEN 'unread' ELSE state END AS state
     FROM event WHERE organization_id = $1`,
    [organization],
  );
  assert.equal(rows.length, examples.length);
  const lost = rows.filter(({ state }) => state === "dead" || state === "unread");
  assert.deepEqual(lost, [], "each is read");
  return rows;
}

/** What GitHub's events lead to; all others are put aside. */
const LEADS_TO: Readonly<Record<string, string>> = {
  push: "due",
  create: "due",
  delete: "due",
  repository: "due",
  public: "due",
  installation: "due",
  installation_repositories: "due",
  installation_target: "due",
};

test("of all published payloads those that concern branches, repositories and access ask for work, and none is lost", async () => {
  const github = await route(githubExamples(), false);
  for (const { title, name, state } of github) assert.equal(state, LEADS_TO[name] ?? "skipped", title);
  const folder = webhookFolder();
  const others = folder === null ? [] : folderExamples(folder);
  const foreign = new Set(others.filter(({ kind }) => kind === null).map(({ title }) => title));
  for (const { title, state } of await route(others, false)) {
    if (foreign.has(title.replace(/^\d+ /, ""))) assert.ok(["due", "skipped"].includes(state), title);
  }
  for (const { title, state } of await route(PUSH_PAYLOADS, false)) assert.equal(state, "due", title);
});

test("pushes of which each value is in turn each other one are read by the webhooks of a repository and of a team", async () => {
  const changed = PUSH_PAYLOADS.flatMap((each) =>
    pathsOf(each.payload)
      .filter((path) => READ.test(path.join(" ")))
      .flatMap((path) =>
        REPLACEMENTS.filter((by) => typeof by !== "string" || by.length < 1_000 || path.length < 2).map(
          (by, number) => ({
            ...each,
            title: `${path.join(".")} ${number}`,
            payload: replaced(each.payload, path, by),
          }),
        ),
      ),
  );
  assert.ok(changed.length > 100 * PUSH_PAYLOADS.length, `${changed.length} payloads`);
  const half = (of: number) => changed.filter((_, index) => index % 2 === of);
  for (const [of, ofTeam] of [
    [0, true],
    [1, false],
  ] as const) {
    const states = new Set((await route(half(of), ofTeam)).map(({ state }) => state));
    assert.deepEqual(states, new Set(["due", "skipped"]), ofTeam ? "a team's" : "a repository's");
  }
});
