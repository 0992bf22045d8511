// When looks are due after the period was changed: at the start of a poller what lies too far away is brought nearer.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPoller } from "../src/ingest/poller.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { until } from "./helpers/until.ts";

const bench = await openIngestBench();
after(() => bench.close());
const { owner } = bench.database.database;

const NOW = Date.parse("2026-05-01T12:00:00Z");
const SOON = "2026-05-01 12:00:02Z";
const FAR = "2026-05-09 12:00:00Z";

const deps = (pollSeconds: number) => ({
  database: bench.database.database,
  allow: bench.deps.allow,
  log: bench.deps.log,
  now: () => NOW,
  pollSeconds,
});

/** @param facts SQL: what is known of it. @returns its name */
async function insert(name: string, { kind = "remote", ...facts }: Readonly<Record<string, string>>): Promise<string> {
  const columns = Object.keys(facts).map((each) => `, ${each}`);
  const values = Object.values(facts).map((each) => `, ${each}`);
  await owner.query(
    `INSERT INTO git_repository (organization_id, name, kind, address${columns.join("")})
     VALUES ($1, $2, $3, 'https://git.example.org/' || $2${values.join("")})`,
    [bench.organization, name, kind],
  );
  return name;
}

/** @returns seconds until each look is due */
async function dueIn(): Promise<Record<string, number>> {
  const rows = await owner.query<{ name: string; seconds: number }>(
    "SELECT name, extract(epoch FROM poll_due_at - $1::timestamptz)::float8 AS seconds FROM git_repository",
    [new Date(NOW).toISOString()],
  );
  return Object.fromEntries(rows.map(({ name, seconds }) => [name, seconds]));
}

async function startOnce(pollSeconds: number): Promise<void> {
  const poller = startPoller(deps(pollSeconds));
  await until("looks are brought nearer", async () => ((await dueIn())["usual-0"] ?? Infinity) <= pollSeconds);
  await poller.stop();
}

test("a shorter period holds from the start of a poller, for all but what is put off for another reason", async () => {
  const far = { poll_due_at: `'${FAR}'` };
  const user = "the-owner";
  await owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [user]);
  const [account] = await owner.query<{ id: string }>(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, name, login, token, state)
     VALUES ($1, $2, 'github', 'https://git.example.org', 'bot', 'bot', '', 'refused') RETURNING id::text`,
    [bench.organization, user],
  );
  const usual = await Promise.all(Array.from({ length: 20 }, (_, at) => insert(`usual-${at}`, far)));
  await insert("soon", { poll_due_at: `'${SOON}'` });
  await insert("folder", { ...far, kind: "folder" });
  await insert("told", { ...far, webhook_at: "'2026-05-01 11:00:00Z'" });
  await insert("told long ago", { ...far, webhook_at: "'2026-04-20 11:00:00Z'" });
  await insert("missed", { ...far, webhook_at: "'2026-05-01 11:00:00Z'", missed_at: "'2026-05-01 11:30:00Z'" });
  await insert("failing", { ...far, poll_failures: "2" });
  await insert("gone", { ...far, gone_at: "now()" });
  await insert("refused", { ...far, git_account_id: `${account?.id}` });
  await startOnce(300);
  const due = await dueIn();
  const within = (name: string, seconds: number): void =>
    assert.ok((due[name] ?? Infinity) <= seconds && (due[name] ?? 0) >= 0, `${name}: ${due[name]} s`);
  for (const name of [...usual, "told long ago", "missed"]) within(name, 300);
  within("folder", 60);
  within("told", 900);
  assert.equal(due["soon"], 2, "what is nearer stays");
  const days = (Date.parse(FAR) - NOW) / 1_000;
  assert.deepEqual([due["failing"], due["gone"], due["refused"]], [days, days, days]);
  const spread = usual.map((name) => due[name] ?? 0).toSorted((a, b) => a - b);
  assert.ok((spread.at(-1) ?? 0) - (spread[0] ?? 0) > 150, `they are spread over the period: ${spread.join(" ")}`);
});
