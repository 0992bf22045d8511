// Filters that are too much, wrong or full of wildcards, over HTTP (T35): refused at a character before anything is asked.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf } from "../../../test/helpers/filled-history.ts";
import { withStores } from "../../../test/helpers/only-primary.ts";
import { openTestDatabase } from "../../../test/helpers/test-database.ts";
import type { Database, OrganizationStore } from "../../store/database.ts";
import { CommitPage } from "../contract/commits.ts";
import { Problem } from "../contract/contract.ts";

const db = await openTestDatabase();
let asked = 0;

/** The database, with what pages ask it counted. */
function counting(database: Database): Database {
  const storeOf = (organization: Parameters<Database["web"]["in"]>[0]): OrganizationStore => {
    const store = database.web.in(organization);
    const query: OrganizationStore["query"] = (statement, values) => {
      asked += 1;
      return store.query(statement, values);
    };
    const read: OrganizationStore["read"] = (work) => {
      asked += 1;
      return store.read(work);
    };
    return { organizationId: organization, query, read, write: (work, options) => store.write(work, options) };
  };
  return withStores(database, storeOf);
}

// the repository's version is believed for good: on a busy machine it would be read again in between
const server = await startApi(db, { database: counting(db.database), now: () => 0 });
after(async () => {
  await server.close();
  await db.close();
});
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);

/** Texts that a pattern of SQL would take for each other. */
const TEXTS = ["100%", "1000", "a_b", "axb", "c\\d", "c\\\\d", "%_\\", "%%", "ab", "'; DROP TABLE git_commit; --"];
await fillHistory(db.database, organization, {
  name: "r",
  commits: TEXTS.map((text, n) => ({
    parents: n === 0 ? [] : [n - 1],
    files: { "m.json": { document: { n, text } } },
    subject: `S ${text}`,
    author: `A ${text}`,
  })),
  branches: [{ name: "main", head: TEXTS.length - 1 }],
});

const LISTS = ["commits?limit=100", "export?format=csv"];
const ask = (list: string, filter: string): Promise<Response> =>
  ada.fetch(`/api/v1/repositories/r/${list}&where=${encodeURIComponent(filter)}`);

const terms = (count: number): string => Array.from({ length: count }, () => "n > 1").join(" and ");
const nested = (depth: number): string => `${"(".repeat(depth)}n > 1${")".repeat(depth)}`;
const long = (bytes: number): string => `message ~ "${"x".repeat(200)}"`.padEnd(bytes, " ");

/** A filter, and the character at which it is refused. */
const REFUSED: Readonly<Record<string, readonly [string, number]>> = {
  "21 comparisons": [terms(21), 201],
  "21 functions": [Array.from({ length: 21 }, () => "missing(n)").join(" or "), 281],
  "depth 6": [nested(6), 6],
  "six times not": [`${"not (".repeat(6)}n > 1${")".repeat(6)}`, 30],
  "1,001 bytes": [long(1_001), 1_001],
  "1,001 bytes in 502 characters": [`${"\u00a0".repeat(499)}n<1`, 502],
  "a text of 201 bytes": [`n > 1 and message ~ "${"x".repeat(201)}"`, 21],
  "a word of 202 bytes": [`author = ${"é".repeat(101)}`, 10],
  "nothing on the right": ["n <", 4],
  "a text without its end": ['message ~ "a', 11],
  "a lone sign": ["n ! 1", 3],
  NUL: ["message ~ \0", 11],
  "a statement": ["n < 1; DROP TABLE git_commit", 8],
  "a function that is none": ["pg_sleep(9) > 1", 9],
};

for (const [name, [filter, character]] of Object.entries(REFUSED)) {
  test(`GET …/commits and …/export refuse ${name} at character ${character}, and ask nothing`, async () => {
    for (const list of LISTS) {
      await (await ask(list, "n > 1")).text();
      asked = 0;
      const problem = Problem.parse(await (await ask(list, filter)).json());
      assert.deepEqual([problem.status, problem.code], [400, "bad-filter"], `${list}: ${problem.detail}`);
      assert.match(problem.detail, new RegExp(` at character ${character}, wanted .+\\.$`), list);
      assert.equal(asked, 0, `${list}: statements`);
    }
  });
}

test("GET …/commits and …/export take what is just not too much, and ask", async () => {
  for (const list of LISTS) {
    for (const filter of [terms(20), nested(5), long(1_000)]) {
      asked = 0;
      const answer = await ask(list, filter);
      assert.equal(answer.status, 200, `${filter}: ${(await answer.text()).slice(0, 300)}`);
      assert.ok(asked > 0);
    }
  }
});

test("GET …/commits names the character of a column that is not there, and of a filter beyond any length", async () => {
  const detail = async (filter: string) => Problem.parse(await (await ask("commits?limit=1", filter)).json());
  const unknown = await detail("n > 1 and nowhere > 2");
  assert.deepEqual([unknown.status, unknown.code], [400, "bad-filter"]);
  assert.match(unknown.detail, /found no column of the name "nowhere" at character 11, wanted a column such as/);
  const endless = await detail("x".repeat(5_000));
  assert.deepEqual([endless.status, endless.code], [400, "bad-argument"]);
  assert.match(endless.detail, /wanted at most 2000 characters\.$/);
});

test("a text in a filter is looked for as it stands: %, _, \\ and quotes are no wildcards", async () => {
  const places = async (filter: string): Promise<number[]> => {
    const answer = await ask("commits?limit=100", filter);
    const text = await answer.text();
    assert.equal(answer.status, 200, `${filter}: ${text}`);
    return CommitPage.parse(JSON.parse(text)).commits.map(({ sha }) =>
      TEXTS.findIndex((_, n) => shaOf("r", n) === sha),
    );
  };
  const parts = [...TEXTS, "%", "_", "\\", "\\\\", "%_", "_\\", "'", "''", "--"];
  for (const part of parts) {
    const literal = JSON.stringify(part);
    const holding = TEXTS.flatMap((text, n) =>
      text.toLowerCase().includes(part.toLowerCase()) ? [n] : [],
    ).toReversed();
    const same = TEXTS.flatMap((text, n) => (text === part ? [n] : []));
    const name = JSON.stringify(`A ${part}`);
    for (const field of ["message", "author", "text"]) {
      assert.deepEqual(await places(`${field} ~ ${literal}`), holding, `${field} ~ ${literal}`);
    }
    assert.deepEqual(await places(`text = ${literal}`), same, `text = ${literal}`);
    assert.deepEqual(await places(`author = ${name}`), same, `author = ${name}`);
  }
});
