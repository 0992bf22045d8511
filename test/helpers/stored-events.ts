// Events as deliveries and the worker leave them, stored without either.
import type { TestDatabase } from "./test-database.ts";

/**
 * Stores events of every kind.
 * @param name of the repository; `shas` some of its commits, the newest first
 */
export async function storeEvents({ database }: TestDatabase, name: string, shas: readonly string[]): Promise<void> {
  const { owner } = database;
  const [at] = await owner.query<{ organization: string; repository: string }>(
    "SELECT organization_id::text AS organization, id::text AS repository FROM git_repository WHERE name = $1",
    [name],
  );
  const ids = [at?.organization ?? "", at?.repository ?? ""];
  const [hook] = await owner.query<{ id: string }>(
    "INSERT INTO webhook (organization_id, repository_id, hook_id, kind, secret) VALUES ($1, $2, 'hook', 'github', '') RETURNING id::text",
    ids,
  );
  const insert = `INSERT INTO event (organization_id, repository_id, source, reason, state, attempts, due_at, finished_at, error, webhook_id,
      delivery_id, event_name, content_type, body, named, heads, commits, files, warnings)
    VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 hour', CASE WHEN $5 IN ('done', 'skipped', 'dead') THEN now() END, $8,
      $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`;
  const nothing = {
    reason: null,
    attempts: 0,
    hours: 0,
    error: null,
    delivery: null,
    name: null,
    type: null,
    body: null,
  };
  const store = (event: Partial<Record<string, unknown>> & { source: string; state: string }): Promise<unknown> => {
    const all: Record<string, unknown> = { ...nothing, ...event };
    const values = ["source", "reason", "state", "attempts", "hours", "error"].map((key) => all[key]);
    const delivered = [
      all["source"] === "webhook" ? hook?.id : null,
      all["delivery"],
      all["name"],
      all["type"],
      all["body"],
    ];
    const json = [all["named"], all["heads"]].map((each) => (each === undefined ? null : JSON.stringify(each)));
    const counts = ["commits", "files", "warnings"].map((key) => all[key] ?? null);
    return owner.query(insert, [...ids, ...values, ...delivered, ...json, ...counts] as string[]);
  };
  const [now = "", , old = ""] = shas;
  await store({
    source: "webhook",
    state: "done",
    delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    name: "push",
    type: "application/json",
    body: Buffer.from('{"ref":"refs/heads/main","id":12345678901234567890}'),
    named: [{ ref: "refs/heads/main", before: old, after: now }],
    heads: [
      { branch: "main", old, new: now },
      { branch: "gone", old, new: null },
      { branch: "begun", old: null, new: now },
      { branch: "forced", old, new: now, replaced: 2 },
    ],
    commits: 2,
    files: 3,
    warnings: 1,
  });
  await store({
    source: "webhook",
    state: "skipped",
    name: "ping",
    error: "GitHub tries whether we answer.",
    body: Buffer.from([0, 1, 255]),
  });
  await store({ source: "webhook", state: "done", name: "old", type: "application/json" });
  await store({
    source: "webhook",
    state: "done",
    name: "hostile <b>\u202e",
    type: "text/html",
    delivery: "<script>",
    body: Buffer.from("<img src=x onerror=alert(1)>\u202e\u0007\n".repeat(200)),
    named: [{ ref: "refs/heads/<i>\u202e", before: null, after: null }],
  });
  await store({ source: "poll", state: "failed", attempts: 2, hours: 1, error: "Cannot fetch: found no answer." });
  const reason = "readers-changed";
  await store({ source: "schedule", reason, state: "dead", attempts: 8, error: "Cannot fetch: found nothing." });
}
