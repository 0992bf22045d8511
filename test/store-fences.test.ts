// No statement without an organisation (invariant I9): by reading every SQL text, and by trying every function of the store.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import type { OrganizationId, Sha } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import type { Transaction } from "../src/store/organization-store.ts";
import * as archive from "../src/store/schema-archive.ts";
import * as accounts from "../src/store/schema-accounts.ts";
import * as events from "../src/store/schema-events.ts";
import * as metrics from "../src/store/schema-metrics.ts";
import * as people from "../src/store/schema-people.ts";
import * as repositories from "../src/store/schema.ts";
import { fillHistory, shaOf } from "./helpers/filled-history.ts";
import { type CallTarget, STORE_CALLS } from "./helpers/store-calls.ts";
import { openTestDatabase } from "./helpers/test-database.ts";
import { withClient } from "./helpers/with-client.ts";

const folder = fileURLToPath(new URL("../src/store/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));

/** Every table whose rows belong to an organisation, and the view over two of them. */
const owned = [
  ...Object.values({ ...accounts, ...archive, ...events, ...metrics, ...people, ...repositories })
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table))
    .filter(({ columns }) => columns.some(({ name }) => name === "organization_id"))
    .map(({ name }) => name),
  "metric_document",
];

// The first half: what the texts say.

/** Statements over all organisations, each with its reason. */
const OVER_ALL: Readonly<Record<string, string>> = {
  "lease.ts HOLDERS": "which processes of this machine hold leases: names no rows of a team",
  "repository.ts ALL_IDS": "whose mirrors on this disk are kept: bare ids, never shown",
  "git-account.ts ANY_THAT_MAKES": "whether anybody has an account that makes webhooks: names no row of a team",
  "sealed-secret.ts COUNT_BY_KEY": "counts secrets by the key that seals them: names no row of a team",
  "lease.ts END_STRAY": "ends leases that a worker holds and does not work under, whoever's repositories they were for",
  "archive-manifest.ts NAMED": "which objects in the store are in use: gives back names that it was given",
  "lease.ts END_OF_HOLDER": "ends the leases of a dead process, whoever's repositories they were for",
};

interface SqlText {
  readonly label: string;
  readonly text: string;
}

/** The SQL texts of a file by the constant that holds them; fragments of the same file are put in where they are named. */
function sqlTexts(file: string): SqlText[] {
  const source = readFileSync(folder + file, "utf8");
  const constants = new Map<string, string>();
  for (const match of source.matchAll(
    /const (\w+)(?:: \w+)? = (?:\{\s*name: "\w+",\s*text:\s*)?(?:`([^`]*)`|"([^"\n]*)")/g,
  )) {
    constants.set(match[1] ?? "", match[2] ?? match[3] ?? "");
  }
  const whole = (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => whole(constants.get(name) ?? ""));
  const named = [...constants].map(([name, text]) => ({ label: `${file} ${name}`, text: whole(text) }));
  // and those that no constant holds
  const loose = [...source.matchAll(/`([^`]*)`|"([^"\n]*)"/g)]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((text) => ![...constants.values()].includes(text))
    .map((text) => ({ label: `${file} ${JSON.stringify(text.slice(0, 60))}`, text: whole(text) }));
  return [...named, ...loose];
}

const TABLES = `"?(?:${owned.join("|")})\\b`;
const NAMES_OWNED = new RegExp(
  `\\b(?:FROM|JOIN|INTO|UPDATE|USING)\\s+${TABLES}|,\\s+${TABLES}\\s+\\w+\\s+(?=WHERE|JOIN)`,
  "g",
);
const IS_SQL = /\b(?:SELECT|INSERT|UPDATE|DELETE)\b/;

/** Whether a text names a team's table more often than the column that says whose rows they are. */
function unfenced(text: string): boolean {
  const tables = [...text.matchAll(NAMES_OWNED)].length;
  return IS_SQL.test(text) && tables > [...text.matchAll(/\borganization_id\b/g)].length;
}

test("every SQL text names organization_id as often as it names a team's table", () => {
  const texts = files.flatMap(sqlTexts).filter(({ text }) => text.match(NAMES_OWNED) !== null && IS_SQL.test(text));
  assert.ok(texts.length > 60, `the texts are found: ${texts.length}`);
  const wrong = texts.filter(({ text }) => unfenced(text)).map(({ label }) => label);
  assert.deepEqual(wrong.sort(), Object.keys(OVER_ALL).sort());
});

test("the reading of SQL texts finds a join that forgets one of its tables", () => {
  assert.ok(unfenced("SELECT * FROM git_commit"));
  assert.ok(unfenced("SELECT * FROM git_commit c JOIN metric_file f ON f.number = 1 WHERE c.organization_id = $1"));
  assert.ok(!unfenced("DELETE FROM git_commit WHERE organization_id = $1"));
});

// The second half: what the functions do.

/** Files whose functions are no statements over a team's rows. */
const NO_STATEMENTS =
  /^(schema|embedded-postgres|database|role-pool|organization-store|connection|column-values|change-listener|catalogue|migrat|revision|owner-|postmaster-file|copy-rows|make-folder|first-run|sign-in|value-sql|filter-sql|full-disk|search-|embedded-standby|replica|primary-watch|rendezvous|version-gate|wal-clock|copy-cluster|best-digits|changed-commits|archived-sql|thawed-)/;
/** Functions beside those that are: each with its reason. */
const BESIDE: Readonly<Record<string, string>> = {
  anyMakesWebhooks: "what a worker process asks once when it starts: it gives yes or no",
  countWithoutKey: "which keys the processes of an installation have: gives nothing but a number",
  takeDueLease: "the worker's one question over all organisations: it gives nothing but a lease",
  findDueWork: "see takeDueLease: ids of what is due, and what for",
  takeDueWork: "see takeDueLease",
  takeExpiredLease: "see takeDueLease",
  takeIdleLease: "of a mirror on the disk nothing but its repository's id is known: it gives nothing but a lease",
  readByOthers: "what a worker asks once when it starts, over all organisations: ids and versions of readers",
  organizationsToRead: "whose deliveries wait to be read: bare ids of organisations, for a worker",
  expireEvents: "removes what ended long ago, whoever's it was: gives nothing but counts",
  findWebhook: "a delivery's address says only which webhook it is for, and that says whose it is",
  endOrphans: "of processes of the database itself: there are no rows in it",
  putOffRefused: "of looks over all organisations, as takeDuePoll: gives nothing",
  bringPollsNearer: "of looks over all organisations, as takeDuePoll: gives nothing",
  takeDuePoll: "the poller's one question over all organisations: it gives what a look at one repository needs",
  askAboutHooksElsewhere: "has providers asked, of all organisations: the server's address is the same for all",
  takeUnchecked: "see takeDueLease: it gives ids alone",
  takeLeftWebhooks: "see takeDueLease: it gives what removing a webhook at its provider needs",
  leaseHolders: "see HOLDERS above",
  endLeasesOf: "see END_OF_HOLDER above",
  endStrayLeases: "see END_STRAY above",
  takeArchiveLease: "see takeDueLease",
  takeRetiredObjects:
    "what the archive's store is rid of, whoever's it was: names of objects, which hold nothing any more",
  takeArchiveDue: "see takeDueLease",
  findLeftObjects: "see takeRetiredObjects: names of objects that runs did not come to publish",
  forgetLeftObjects: "see findLeftObjects",
  readArchiveFigures: "counts of the whole archive, for operators",
  readObjectsAfter: "for the operator, who verifies what is in the store: names, sizes and digests of objects",
  findStale: "see takeDueLease: ids of what is to be rewritten",
  findSmall: "see takeDueLease: ids of teams, and buckets",
  namedKeys: "which of some objects in the store are in use, whoever's they are: gives back names that it was given",
  runOvertaken: "makes an error",
  chunkOf: "counts positions",
  removedAmong: "puts together what it is given",
  commitIn: "takes a commit out of what was read",
  leaseOf: "makes a lease of a row",
  leaseLost: "makes an error",
  eventNotFound: "makes an error",
  strayNotFound: "makes an error",
  teamWebhookNotFound: "makes an error",
  hostFailed: "of a server, which is nobody's: how often it did not answer",
  hostLimited: "see hostFailed",
  hostAnswered: "see hostFailed",
  readSealedByOthers: "for the operator, who seals everything anew: sealed bytes, each with its organisation",
  replaceSealed: "see readSealedByOthers; what it writes opens in the same row only",
  countSealedByKey: "see COUNT_BY_KEY above",
  allRepositoryIds: "see ALL_IDS above",
  refreshStatistics: "lets Postgres count its tables: gives nothing",
  shapeHashOf: "counts nothing but what it is given",
  commitRows: "makes rows to copy, of the organisation that it is given; a stranger's are refused by the keys",
  fileRows: "see commitRows",
  shapeRows: "see commitRows",
};

test("every exported function of the store has a call that is walked, or a reason why not", async () => {
  const exported: string[] = [];
  for (const file of files.filter((name) => !NO_STATEMENTS.test(name))) {
    const module = (await import(`../src/store/${file}`)) as Record<string, unknown>;
    exported.push(...Object.keys(module).filter((name) => typeof module[name] === "function"));
  }
  assert.deepEqual(exported.sort(), [...Object.keys(STORE_CALLS), ...Object.keys(BESIDE)].sort());
});

const MARK = "their-secret";
const db = await openTestDatabase();
after(() => db.close());
const mine = await db.makeOrganization("Mine");
const theirs = await db.makeOrganization("Theirs");

async function asAdmin(sql: string): Promise<Record<string, unknown>[]> {
  return withClient(db.adminUrl, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
}

/** A repository of two commits whose every text holds `word`. */
async function fill(organization: OrganizationId, word: string): Promise<CallTarget> {
  const path = `${word}.json`;
  const key = `${word}.loss`;
  const problem = { reason: "too-large", message: `${word} is too large` } as const;
  const repository = await fillHistory(db.database, organization, {
    name: word,
    kind: "folder",
    commits: [
      { parents: [], subject: word, author: word, files: { [path]: { document: { [key]: `${word} value`, n: 1 } } } },
      { parents: [0], subject: word, author: word, files: { [path]: { problem } } },
    ],
    branches: [{ name: word, head: 1 }],
  });
  const owner = `organization_id = ${organization} AND`;
  await asAdmin(
    `UPDATE git_repository SET notices = '["${word}"]', lease_holder = '${word}', lease_until = now() + interval '1 hour'
       WHERE ${owner} id = ${repository};
     INSERT INTO metric_path (organization_id, repository_id, pattern, source)
       VALUES (${organization}, ${repository}, '${word}*.json', 'chosen');
     INSERT INTO import_commit SELECT organization_id, repository_id, position, sha, int4send(-1) FROM git_commit
       WHERE ${owner} repository_id = ${repository};`,
  );
  await asAdmin(
    `INSERT INTO git_tag (organization_id, repository_id, name, name_bytes, sha)
       SELECT organization_id, repository_id, '${word}', convert_to('${word}', 'UTF8'), sha FROM git_commit
       WHERE ${owner} repository_id = ${repository} AND position = 1`,
  );
  await asAdmin(
    `INSERT INTO archive_run (organization_id, repository_id, task, first_position, last_position, keys)
       VALUES (${organization}, ${repository}, 'archive', 0, 0, '{${word}}');
     INSERT INTO archive_column (organization_id, repository_id, number, path, key)
       VALUES (${organization}, ${repository}, 1, '${path}', '${key}');
     WITH object AS (
       INSERT INTO archive_object (organization_id, kind, bucket, key, bytes, sha256, rows)
         VALUES (${organization}, 'commits', 1, '${word}', 1, '\\x01', 1) RETURNING id)
     INSERT INTO archive_segment (organization_id, repository_id, kind, first_position, last_position, object_id, rows)
       SELECT ${organization}, ${repository}, 'commits', 0, 0, id, 1 FROM object;
     INSERT INTO archived_commit (organization_id, repository_id, position, shas, first_parents, ordinals, lines)
       SELECT organization_id, repository_id, 0, sha, int4send(-1), int4send(0), int4send(1) FROM git_commit
       WHERE ${owner} repository_id = ${repository} AND position = 0`,
  );
  const userId = `user-${word}`;
  await asAdmin(`INSERT INTO "user" (id, name, email) VALUES ('${userId}', '${word}', '${word}')`);
  const account = `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, subject, name, shared, token)
    VALUES (${organization}, '${userId}', 'plain', 'https://host', '${word}', '${word}', '${word}', true, '\\x01')`;
  const [{ id: accountId } = {}] = await asAdmin(`${account} RETURNING id::text`);
  const event = `INSERT INTO event (organization_id, repository_id, source, error, content_type, body)
    VALUES (${organization}, ${repository}, 'person', '${word}', '${word}', '\\x7b')`;
  const [row] = await asAdmin(`${event} RETURNING id::text`);
  const [hook] = await asAdmin(
    `INSERT INTO webhook (organization_id, repository_id, hook_id, kind, secret, problem)
     VALUES (${organization}, ${repository}, '${word}', 'signed', '${word}', '${word}') RETURNING id::text`,
  );
  const [teamHook] = await asAdmin(
    `INSERT INTO webhook (organization_id, hook_id, kind, secret) VALUES (${organization}, 'team ${word}', 'signed', '')
     RETURNING id::text`,
  );
  const [stray] = await asAdmin(
    `INSERT INTO event (organization_id, webhook_id, source, state, error, content_type, body, named)
     VALUES (${organization}, ${String(teamHook?.["id"])}, 'webhook', 'skipped', '${word}', '${word}', '\\x7b', '[]')
     RETURNING id::text`,
  );
  const sha = shaOf(word, 1) as Sha;
  const address = `/srv/${word}`;
  return {
    organizationId: organization,
    repository,
    name: word,
    address,
    path,
    key,
    sha,
    eventId: String(row?.["id"]),
    webhookId: String(hook?.["id"]),
    teamWebhookId: String(teamHook?.["id"]),
    strayId: String(stray?.["id"]),
    userId,
    accountId: String(accountId),
  };
}

const ours = await fill(mine, "our-word");
const foreign = await fill(theirs, MARK);

/** All rows of an organisation, as text. */
async function rowsOf(organization: OrganizationId): Promise<string[]> {
  const dumps = owned
    .filter((table) => table !== "metric_document")
    .map((table) => `SELECT '${table} ' || t::text AS row FROM ${table} t WHERE organization_id = ${organization}`);
  return (await asAdmin(`${dumps.join(" UNION ALL ")} ORDER BY 1`)).map(({ row }) => String(row));
}

/** Whether an answer holds a word, or a commit id of the repository that is called so, as text or as bytes. */
function shows(answer: unknown, word: string): boolean {
  const bytes = serialize(answer);
  const ids = [shaOf(word, 0), shaOf(word, 1)];
  return [word, ...ids, ...ids.map((id) => Buffer.from(id, "hex"))].some((piece) => bytes.includes(piece));
}

/** What a call is made with: the worker may nearly everything. */
function handleOf(name: string): (typeof db.database)["web" | "worker"] {
  return STORE_CALLS[name]?.isOfPage === true ? db.database.web : db.database.worker;
}

class RolledBack extends Error {}

/** @returns what a call answers under the handle of `organization`; whatever it wrote is taken back */
async function answerOf(organization: OrganizationId, name: string, target: CallTarget): Promise<unknown> {
  let answer: unknown;
  await handleOf(name)
    .in(organization)
    .write(async (tx: Transaction) => {
      answer = await STORE_CALLS[name]?.call(tx, target);
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  return answer;
}

/** A row of ours cannot hang under their repository; the lease of their repository is none of ours. */
function isRefusal(error: unknown): boolean {
  return isTidemarkError(error, "lease-lost") || (error instanceof Error && "code" in error && error.code === "23503");
}

for (const [name, { call, shows: hasWords }] of Object.entries(STORE_CALLS)) {
  test(`${name}() under our handle neither shows nor changes a row of another organisation`, async () => {
    const before = await rowsOf(theirs);
    assert.ok(before.length > 8, "there are rows to protect");
    // about their repository, committed: it must have done nothing to it
    try {
      const answer = await handleOf(name)
        .in(mine)
        .write((tx) => call(tx, foreign));
      assert.ok(!shows(answer, MARK), "about their repository");
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    assert.deepEqual(await rowsOf(theirs), before);
    // about ours, where both have the same numbers
    assert.ok(!shows(await answerOf(mine, name, ours), MARK), "about our repository");
    assert.deepEqual(await rowsOf(theirs), before);
    if (hasWords) assert.ok(shows(await answerOf(theirs, name, foreign), MARK), "their own handle shows it");
  });
}
