// Pages from memory over real HTTP: what is asked of Postgres, and what is never shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openApi, startApi, type TestPerson } from "../../test/helpers/api-server.ts";
import { fillHistory, type TestHistory } from "../../test/helpers/filled-history.ts";
import { withStores } from "../../test/helpers/only-primary.ts";

const PATH = "/api/v1/repositories/nova/commits?limit=5";
/** far more than Postgres needs to tell of a change */
const PATIENCE_MS = 20_000;

function historyOf(acc: number, name = "nova"): TestHistory {
  return {
    name,
    commits: [{ parents: [], files: { "m.json": { document: { acc } } } }],
    branches: [{ name: "main", head: 0 }],
  };
}

const { db } = await openApi();
let statements = 0;
/** counts what is asked as the web role */
const counted = withStores(db.database, (organization) => {
  const store = db.database.web.in(organization);
  const count = <T>(result: T): T => {
    statements += 1;
    return result;
  };
  return { ...store, query: (...asked) => count(store.query(...asked)), read: (work) => count(store.read(work)) };
});

/** What a request was answered, and how many statements it took. */
async function ask(person: TestPerson, path = PATH, headers: Record<string, string> = {}) {
  const before = statements;
  const answer = await person.fetch(path, { headers });
  return {
    status: answer.status,
    etag: answer.headers.get("etag") ?? "",
    text: await answer.text(),
    asked: statements - before,
  };
}

/** @returns the first answer that is another one than `text` */
async function untilOther(person: TestPerson, text: string) {
  const limit = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(person);
    if (answer.text !== text) return answer;
    assert.ok(performance.now() < limit, "the old page is shown for good");
    await wait(5);
  }
}

/** A server of a filled history. By default versions are believed for good: on a busy machine they would be read again. */
async function served({ pageCacheBytes, now = () => 0 }: { pageCacheBytes?: number; now?: () => number } = {}) {
  const organization = await db.makeOrganization();
  await fillHistory(db.database, organization, historyOf(0.5));
  const server = await startApi(db, { database: counted, config: { pageCacheBytes }, now });
  const ada = await server.signIn(organization);
  await ask(ada); // her session is known
  return { organization, server, ada };
}

test("a page that is kept, and a 304, ask Postgres nothing", async (t) => {
  const { ada, server } = await served();
  t.after(() => server.close());
  const first = await ask(ada);
  assert.deepEqual([first.status, first.asked], [200, 0]);
  assert.match(first.etag, /^"[\w-]{22}"$/, "a strong name");
  const again = await ask(ada, PATH, { "if-none-match": first.etag });
  assert.deepEqual([again.status, again.text, again.etag, again.asked], [304, "", first.etag, 0]);
  const other = await ask(ada, `${PATH}0`, { "if-none-match": first.etag });
  assert.equal(other.status, 200, "another question");
});

test("a page that is kept is shown to nobody else", async (t) => {
  const { ada, server } = await served();
  t.after(() => server.close());
  const { etag } = await ask(ada);
  const eve = await server.signIn(await db.makeOrganization());
  const id = ((await (await ada.fetch("/api/v1/repositories/nova")).json()) as { id: string }).id;
  for (const path of [PATH, PATH.replace("nova", id)])
    assert.equal((await ask(eve, path, { "if-none-match": etag })).status, 404);
  assert.equal((await fetch(server.url + PATH, { headers: { "if-none-match": etag } })).status, 401);
});

test("what is not there has no name, and is said again whatever name it is asked with", async (t) => {
  const { ada, server } = await served();
  t.after(() => server.close());
  const path = `${PATH}&columns=none.json:none`;
  const { status, etag } = await ask(ada, path);
  assert.deepEqual([status, etag], [404, ""]);
});

test("two processes give a page of one version the same name and the same bytes", async (t) => {
  const { ada, server, organization } = await served();
  const other = await startApi(db);
  t.after(() => Promise.all([server.close(), other.close()]));
  const [here, there] = [await ask(ada), await ask(await other.signIn(organization))];
  assert.deepEqual([there.etag, there.text], [here.etag, here.text]);
});

test("a new version of a repository is shown once Postgres has told of it, and its pages are made once", async (t) => {
  const { ada, server, organization } = await served();
  t.after(() => server.close());
  const old = await ask(ada);
  await fillHistory(db.database, organization, historyOf(0.75));
  const now = await untilOther(ada, old.text);
  assert.match(now.text, /0\.75/);
  assert.notEqual(now.etag, old.etag);
  assert.equal((await ask(ada)).asked, 0);
  assert.equal((await ask(ada, PATH, { "if-none-match": old.etag })).status, 200);
});

test("who has changed a repository sees it in the next answer", async (t) => {
  const { ada, server } = await served();
  t.after(() => server.close());
  for (const goal of ["higher", "lower", "higher"] as const) {
    await ask(ada);
    const patched = await ada.fetch("/api/v1/repositories/nova/columns/m.json%3Aacc", {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ goal }),
    });
    assert.equal(patched.status, 200);
    assert.match((await ask(ada)).text, new RegExp(`"goal":"${goal}"`));
  }
});

test("a name that another repository has now shows that one's page, and the first one's id its own", async (t) => {
  const { ada, server, organization } = await served({ now: () => performance.now() });
  t.after(() => server.close());
  const first = await ask(ada);
  const { id } = (await (await ada.fetch("/api/v1/repositories/nova")).json()) as { id: string };
  const rename = "UPDATE git_repository SET name = 'old', address = 'https://example.org/old', version = version + 1";
  await db.database.owner.query(`${rename} WHERE id = $1`, [id]);
  await fillHistory(db.database, organization, historyOf(0.25));
  const renamed = await untilOther(ada, first.text);
  assert.match(renamed.text, /0\.25/);
  assert.match((await ask(ada, PATH.replace("nova", id))).text, /0\.5/);
});

test("nothing is kept where the operator wants none, and the answers are the same", async (t) => {
  const { ada, server } = await served({ pageCacheBytes: 0 });
  t.after(() => server.close());
  const first = await ask(ada);
  const again = await ask(ada);
  assert.ok(again.asked > 0);
  assert.deepEqual([again.text, again.etag], [first.text, first.etag]);
});
