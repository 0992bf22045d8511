// G3: every address that must not be used is refused by the API in plain words, hides logins, and leaves no row behind.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Problem } from "../src/api/contract/contract.ts";
import type { UseCases } from "../src/api/services.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { createLog } from "../src/log.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { startApi, type TestPerson, type TestServer } from "./helpers/api-server.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, type TestDatabase } from "./helpers/test-database.ts";

interface Refused {
  readonly text: string;
  readonly code: string;
  readonly hides?: string;
}

const { bad } = JSON.parse(readFileSync(join(import.meta.dirname, "../src/outbound.cases.json"), "utf8")) as {
  readonly bad: readonly Refused[];
};
/** What is refused only once its name was asked for: src/outbound.test.ts has a resolver for these, this test has none. */
const NEEDS_NAMES = /^https:\/\/(?:github\.com:\d|\/o)/;
/** What leads to a repository for a person who adds one, though Git could not be given it. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  "github.com/owner/name",
  "owner/name",
  "git@github.com:owner/name.git",
  "ssh://git@github.com/owner/name.git",
  "ssh://git@github.com:2222/owner/name.git",
  "git://github.com/owner/name.git",
  "https://github.com/o/n#fragment",
  "https://github.com/o/n?x=y",
]);
/** The same for every spelling of every address: nobody learns what is where. */
const NOT_PUBLIC =
  ": found an address that must not be reached from here, wanted a public https address, or one that the operator allows (TIDEMARK_EGRESS_ALLOW).";
/** The ways around a URL that git itself knows (G3), whatever else the list of cases holds. */
const MORE: readonly Refused[] = [
  { text: "git@127.0.0.1:o/n", code: "address-not-allowed" },
  { text: "ssh://git@169.254.169.254:2222/o/n", code: "address-not-allowed" },
  { text: "git://10.0.0.1/o/n", code: "address-not-allowed" },
  { text: "127.0.0.1/o/n", code: "address-not-allowed" },
  { text: "https://0x7f.1/o/n/tree/main?x=y#z", code: "address-not-allowed" },
  { text: "ext::sh -c touch% pwned", code: "bad-address" },
  { text: "fd::7", code: "bad-address" },
  { text: "file:///etc", code: "bad-address" },
  { text: "ssh://-oProxyCommand=touch%20pwned/x", code: "bad-address" },
  { text: "-u/bin/sh", code: "bad-address" },
  { text: "--upload-pack=touch pwned", code: "bad-address" },
  { text: "https://-oProxyCommand=x/o/n", code: "bad-address" },
  { text: "https://user:canary-37b1@example.org/o/n", code: "bad-address", hides: "canary-37b1" },
  { text: "https://canary-37b1@example.org/o/n", code: "bad-address", hides: "canary-37b1" },
  { text: "https://example.org/o/n%0aHost:%20x", code: "bad-address" },
  { text: "https://example.org/o\r\nn", code: "bad-address" },
  { text: "https://example.org/o\u202en", code: "bad-address" },
  { text: `https://example.org/${"a".repeat(3_000)}`, code: "bad-argument" },
];

const folder = temporaryFolder();
let db: TestDatabase;
let server: TestServer;
let person: TestPerson;

before(async () => {
  db = await openTestDatabase();
  const useCases = {
    addRepository: (asked, { url, account }) =>
      addRepository({ database: db.database, allow: PUBLIC_ONLY, keyring: testKeyring("test") }, asked.organizationId, {
        url,
        by: { person: asked, account },
      }),
  } satisfies Partial<UseCases> as unknown as UseCases;
  server = await startApi(db, { useCases });
  person = await server.signIn(await db.makeOrganization());
});
after(async () => {
  await server.close();
  await db.close();
});

for (const { text, code, hides } of [
  ...bad.filter(({ text: each }) => !NEEDS_NAMES.test(each) && !UNDERSTOOD.has(each)),
  ...MORE,
]) {
  test(`POST /api/v1/repositories refuses ${JSON.stringify(text.slice(0, 80))}`, async () => {
    const answer = await person.fetch("/api/v1/repositories", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: text }),
    });
    const problem = Problem.parse(await answer.json());
    // an empty one is refused before anybody looks at what it says
    assert.equal(problem.code, text.trim() === "" ? "bad-argument" : code);
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
    assert.match(problem.detail, /^Cannot (?:use|read) .+: found .+, wanted .+\.$/s);
    if (code === "address-not-allowed" && text.startsWith("https:")) assert.ok(problem.detail.endsWith(NOT_PUBLIC));
    assert.doesNotMatch(problem.detail, /\bat \w+ \(|node:|Zod|ECONN|\p{Cc}/u, "our words, and nothing of ours");
    if (hides !== undefined) assert.ok(!JSON.stringify(problem).includes(hides), "no login comes back");
    const rows = await db.database.owner.query("SELECT FROM git_repository UNION ALL SELECT FROM event");
    assert.equal(rows.length, 0, "nothing is stored");
  });
}

test("the worker tells once, with the organisation and the outcome, of an address that is allowed no more", async () => {
  const { database } = db;
  const organization = await db.makeOrganization();
  const allowed = { http: true, loopback: true, entries: [] };
  const repository = await addRepository({ database, allow: allowed }, organization, { url: "http://127.0.0.1:1/o/n" });
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLog({ level: "info", destination });
  const lease = await takeDueLease(database.system, "test");
  assert.ok(lease !== null);
  await answerEvents({ database, mirrors: folder, allow: PUBLIC_ONLY, log }, lease, new AbortController().signal);
  const told = lines.map(({ organization: whose, repository: which, outcome, err }) => {
    return [whose, which, outcome, (err as { code: string }).code];
  });
  assert.deepEqual(told, [[organization, repository, "refused", "address-not-allowed"]]);
});
