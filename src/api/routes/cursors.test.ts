// Cursors of every list over HTTP (T36): one that was changed, or belongs elsewhere, is refused; none leads to a foreign row.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, type TestHistory } from "../../../test/helpers/filled-history.ts";
import { writeCursor } from "../../reads/page-cursor.ts";
import { Problem } from "../contract/contract.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);

/** Two repositories alike, but for the name that stands in each of their rows; and one of another team. */
const historyOf = (name: string): TestHistory => ({
  name,
  commits: Array.from({ length: 8 }, (_, n) => ({
    parents: n === 0 ? [] : [n - 1],
    files: { "m.json": { document: Object.fromEntries(["a", "b", "c"].map((key) => [`${key}-${name}`, n])) } },
    subject: `of ${name}`,
  })),
  branches: [
    { name: "main", head: 7 },
    { name: "dev", head: 6 },
  ],
});
const strangers = await db.makeOrganization("Strangers");
const eventsOf: Record<string, readonly string[]> = {};
for (const [team, name] of [
  [organization, "mine"],
  [organization, "other"],
  [strangers, "foreign"],
] as const) {
  const repository = await fillHistory(db.database, team, historyOf(name));
  const rows = await db.database.owner.query<{ id: string }>(
    `INSERT INTO event (organization_id, repository_id, source, state, error)
     SELECT $1, $2, 'person', 'dead', $3 FROM generate_series(1, 4) RETURNING id::text`,
    [team, repository, `of ${name}`],
  );
  eventsOf[name] = rows.map(({ id }) => id);
}

/** Each list of a repository, asked so that another page follows. */
const LISTS: Readonly<Record<string, string>> = {
  "commits as they stand": "commits?limit=1&columns=m.json:a-NAME",
  "commits of another branch": "commits?limit=1&columns=m.json:a-NAME&branch=dev",
  "commits with another column": "commits?limit=1&columns=m.json:b-NAME",
  "sorted commits": "commits?limit=1&columns=m.json:a-NAME&sort=m.json:a-NAME",
  "commits in another order": "commits?limit=1&columns=m.json:a-NAME&sort=m.json:a-NAME&order=asc",
  "commits of another sort": "commits?limit=1&columns=m.json:a-NAME&sort=m.json:b-NAME",
  "all commits": "commits?limit=1&columns=m.json:a-NAME&view=all",
  "filtered commits": "commits?limit=1&columns=m.json:a-NAME&where=a-NAME%20%3C%206",
  "commits of another filter": "commits?limit=1&columns=m.json:a-NAME&where=a-NAME%20%3C%205",
  "filtered and sorted commits": "commits?limit=1&columns=m.json:a-NAME&where=a-NAME%20%3C%206&sort=m.json:a-NAME",
  columns: "columns?limit=1",
  "columns by changes": "columns?limit=1&sort=changes",
  "columns of a search": "columns?limit=1&search=m.json",
  events: "events?limit=1",
  comparison: "compare?limit=1&commits=main&commits=dev",
  "comparison the other way": "compare?limit=1&commits=dev&commits=main",
  "comparison of all": "compare?limit=1&commits=main&commits=dev&changed=false",
  "changes of a column": "columns/m.json%3Aa-NAME/blame?limit=1",
  "changes of another column": "columns/m.json%3Ab-NAME/blame?limit=1",
};
const names = Object.keys(LISTS);

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(list: string, repository: string, cursor?: string): Promise<Answer> {
  const query = (LISTS[list] ?? "").replaceAll("NAME", repository);
  const tail = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
  const answer = await ada.fetch(`/api/v1/repositories/${repository}/${query}${tail}`);
  return { status: answer.status, text: await answer.text() };
}

async function cursorOf(list: string, repository: string): Promise<string> {
  const { status, text } = await ask(list, repository);
  assert.equal(status, 200, `${list} of ${repository}: ${text}`);
  const { nextCursor } = JSON.parse(text) as { readonly nextCursor: string | null };
  assert.ok(
    nextCursor !== null && (await ask(list, repository, nextCursor)).status === 200,
    `${list} of ${repository}`,
  );
  return nextCursor;
}

function assertRefused({ status, text }: Answer, what: string): void {
  assert.equal(status, 400, `${what}: ${text}`);
  assert.equal(Problem.parse(JSON.parse(text)).code, "cursor-mismatch", what);
}

/** A row of another repository says so. */
function assertOwn({ status, text }: Answer, what: string): void {
  assert.ok(status === 200 || status === 400, `${what}: ${status} ${text}`);
  if (status === 400) assert.equal(Problem.parse(JSON.parse(text)).code, "cursor-mismatch", what);
  assert.doesNotMatch(text, /[ -](?:other|foreign)\b/, what);
}

/** One of each kind: what a cursor is for is read in one place. */
const KINDS = names.filter((name) => !/another|other way|of all|by changes|with another|of a search/.test(name));

for (const list of KINDS) {
  test(`a cursor of ${list} is refused when any of its characters is another or gone`, async () => {
    const cursor = await cursorOf(list, "mine");
    for (let at = 0; at < cursor.length; at++) {
      const [head, own, tail] = [cursor.slice(0, at), cursor.charAt(at), cursor.slice(at + 1)];
      // the character beside it differs in its last bit
      const near = String.fromCharCode(own.charCodeAt(0) ^ 1);
      const tried = [near, own === "A" ? "Q" : "A", ""].map((changed) => head + changed + tail);
      const answers = await Promise.all(tried.map((text) => ask(list, "mine", text)));
      for (const answer of answers) assertRefused(answer, `${list} at ${at}`);
    }
  });
}

test("a cursor is refused by every other list, and by the same list of another repository", async () => {
  for (const given of names) {
    const cursor = await cursorOf(given, "mine");
    for (const asked of names.filter((name) => name !== given)) {
      assertRefused(await ask(asked, "mine", cursor), `one of ${given} for ${asked}`);
    }
    for (const name of names) assertRefused(await ask(name, "other", cursor), `one of ${given} for ${name} of another`);
  }
});

test("a cursor that is made of another repository's places gives none of its rows", async () => {
  const marks = await Promise.all(
    names.map(
      async (list) =>
        Buffer.from(await cursorOf(list, "other"), "base64url")
          .toString()
          .split(".")[0] ?? "",
    ),
  );
  const events = Object.values(eventsOf).flat();
  const far = [
    "0",
    "2147483648",
    "9007199254740991",
    "9007199254740993",
    "9".repeat(18),
    "9".repeat(40),
    "0".repeat(32),
    "f".repeat(32),
    "z",
  ];
  for (const list of names) {
    const [place = "", scope = ""] = Buffer.from(await cursorOf(list, "mine"), "base64url")
      .toString()
      .split(".");
    const words = place.split(",").length;
    for (const other of new Set([...marks, ...events, ...far])) {
      const forged = writeCursor(scope, other.split(","));
      assertOwn(await ask(list, "mine", forged), `${list}: ${other}`);
      if (words === 1) continue;
      const filled = writeCursor(scope, Array<string>(words).fill(other.split(",")[0] ?? ""));
      assertOwn(await ask(list, "mine", filled), `${list}: ${other} ${words} times`);
    }
  }
});

test("what is no cursor is refused", async () => {
  const list = "commits as they stand";
  for (const text of ["", " ", "x", "=", "%00", "\u0000", "a".repeat(512), "…", "null", "[]"]) {
    assertRefused(await ask(list, "mine", text), JSON.stringify(text));
  }
  const { status, text } = await ask(list, "mine", "A".repeat(513));
  assert.deepEqual([status, Problem.parse(JSON.parse(text)).code], [400, "bad-argument"]);
});
