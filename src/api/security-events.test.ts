// T21: what concerns security is in the log once, with who, of which organisation, from where and what came of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startApi, type TestPerson } from "../../test/helpers/api-server.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { after } from "node:test";
import { TidemarkError } from "../errors.ts";
import { createLog } from "../log.ts";
import { PUBLIC_ONLY } from "../outbound.ts";
import { ensureLocalOrganization } from "../store/first-run.ts";
import { createOwnerLink } from "../store/owner-link.ts";
import { addRepository } from "../workspace/add-repository.ts";
import type { UseCases } from "./services.ts";

const lines: Record<string, unknown>[] = [];
const log = createLog({
  level: "info",
  destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
});
const db = await openTestDatabase();
const useCases = {
  addRepository: (person, address) =>
    addRepository({ database: db.database, allow: PUBLIC_ONLY }, person.organizationId, address),
} satisfies Partial<UseCases> as unknown as UseCases;
const server = await startApi(db, { log, useCases, config: { rateLimits: { writes: 4 } } });
after(async () => {
  await server.close();
  await db.close();
});
const owner = await ensureLocalOrganization(db.database);
const organization = owner.organizationId;
const ada = await server.signIn(organization);
const viewer = await server.signIn(organization, "viewer");
await fillHistory(db.database, organization, {
  name: "o/r",
  commits: [{ parents: [], files: { "m.json": { document: { x: 1 } } } }],
  branches: [{ name: "main", head: 0 }],
});

/** What was logged meanwhile, without times and ids. */
async function told(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  lines.length = 0;
  await work();
  return lines.map(({ time: _time, reqId: _reqId, ...fields }) => fields);
}

function asJson(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function by(person: TestPerson): Record<string, unknown> {
  return { organization, user: person.userId, client: "127.0.0.1" };
}

const REFUSED = { level: "warn", outcome: "refused", msg: "a request was refused" };

test("an address that must not be reached is told with whose request it was", async () => {
  const url = "https://10.0.0.1/canary\r\n\u001b[31mada@example.org";
  const [line, ...more] = await told(() =>
    ada.fetch("/api/v1/repositories", asJson("POST", { url: "https://10.0.0.1/o/n" })),
  );
  const route = { method: "POST", route: "/api/v1/repositories" };
  assert.deepEqual(line, { ...REFUSED, ...route, ...by(ada), code: "address-not-allowed", status: 422 });
  assert.deepEqual(more, []);
  assert.deepEqual(
    await told(() => ada.fetch("/api/v1/repositories", asJson("POST", { url }))),
    [],
    "bad, not refused",
  );
});

test("what somebody may not do is told with who she is", async () => {
  const [line, ...more] = await told(() =>
    viewer.fetch("/api/v1/repositories/o%2Fr", { method: "DELETE", ...asJson("DELETE", {}) }),
  );
  const route = { method: "DELETE", route: "/api/v1/repositories/:repository" };
  assert.deepEqual(line, { ...REFUSED, ...route, ...by(viewer), code: "not-allowed", status: 403 });
  assert.deepEqual(more, []);
});

test("a limit of rates is told with who met it", async () => {
  const sync = () => viewer.fetch("/api/v1/repositories/o%2Fr/files/rows", asJson("PUT", {}));
  const seen = await told(async () => {
    for (let asked = 0; asked < 6; asked += 1) await ada.fetch("/api/v1/repositories", asJson("POST", { url: "" }));
    await sync();
  });
  const limited = seen.filter(({ code }) => code === "too-many-requests");
  assert.ok(limited.length >= 2);
  const { method, route, code, status, ...who } = limited[0] ?? {};
  assert.deepEqual([method, route, code, status], ["POST", "/api/v1/repositories", "too-many-requests", 429]);
  assert.deepEqual(who, { ...REFUSED, ...by(ada) });
});

test("signing in, a link that is not valid, and signing out are told", async () => {
  const token = (await createOwnerLink(db.database, Date.now())).reveal();
  const headers = { "content-type": "application/json", origin: server.url };
  const ask = () => fetch(`${server.url}/api/v1/session`, { method: "POST", headers, body: JSON.stringify({ token }) });
  let cookie = "";
  const seen = await told(async () => {
    cookie = (await ask()).headers.getSetCookie()[0]?.split(";")[0] ?? "";
    await ask();
    await fetch(`${server.url}/api/v1/session`, { method: "DELETE", headers: { ...headers, cookie } });
  });
  const who = { organization, user: owner.userId, client: "127.0.0.1" };
  const at = { route: "/api/v1/session" };
  assert.deepEqual(seen, [
    { level: "info", ...who, ...at, method: "POST", status: 200, outcome: "done", msg: "a person signed in" },
    { ...REFUSED, ...at, client: "127.0.0.1", method: "POST", code: "link-not-valid", status: 403 },
    { level: "info", ...who, ...at, method: "DELETE", status: 204, outcome: "done", msg: "a person signed out" },
  ]);
  assert.ok(!JSON.stringify(seen).includes(token));
});

test("what is done with the webhooks of a team is told, and no secret of theirs", async () => {
  const eve = await server.signIn(organization); // ada has asked often enough
  let secret = "";
  const seen = await told(async () => {
    const answer = await eve.fetch("/api/v1/webhooks", asJson("POST", { kind: "github" }));
    const made = (await answer.json()) as { webhook: { id: string }; secret: string };
    secret = made.secret;
    const path = `/api/v1/webhooks/${made.webhook.id}`;
    assert.equal((await eve.fetch(path, asJson("POST", { rotate: false }))).status, 200);
    assert.equal((await eve.fetch(path, asJson("DELETE", {}))).status, 204);
  });
  const about = { level: "info", ...by(eve), outcome: "done" };
  const route = "/api/v1/webhooks/:webhook";
  assert.deepEqual(seen, [
    {
      ...about,
      method: "POST",
      route: "/api/v1/webhooks",
      status: 201,
      msg: "a webhook for all repositories was made",
    },
    {
      ...about,
      method: "POST",
      route,
      status: 200,
      msg: "the secret of a webhook for all repositories was shown or replaced",
    },
    { ...about, method: "DELETE", route, status: 204, msg: "a webhook for all repositories was removed" },
  ]);
  assert.ok(secret !== "" && !JSON.stringify(seen).includes(secret));
});

test("an export is told, a page that is read is not", async () => {
  const seen = await told(async () => {
    await (await ada.fetch("/api/v1/repositories/o%2Fr/export?format=csv")).text();
    await (await ada.fetch("/api/v1/repositories/o%2Fr/commits?where=x%3D1")).text();
  });
  assert.deepEqual(seen, [
    {
      level: "info",
      ...by(ada),
      method: "GET",
      route: "/api/v1/repositories/:repository/export",
      status: 200,
      outcome: "done",
      msg: "a history was exported",
    },
  ]);
});

test("an error of ours is told once, whatever names are in it", () => {
  const before = lines.length;
  const parts = { attempt: "a", value: 'b\r\n\u001b[31m{"level":"info"}', found: "c", wanted: "d" };
  log.warn({ err: new TidemarkError("not-allowed", parts) }, "x");
  assert.equal(lines.length, before + 1);
});
