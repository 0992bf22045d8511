// The tables of what happens: webhooks that tell of it, and events with what became of them.
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { gitRepository, ofRepository, repositoryColumns } from "./schema.ts";
import { gitAccount } from "./schema-accounts.ts";
import { at, bytea, count, id, now } from "./schema-columns.ts";
import { organization } from "./schema-people.ts";

/** Addresses that Git servers call, each with its secrets. */
export const webhook = pgTable(
  "webhook",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    /** 128 random bits in hex: names it in its address, and proves nothing */
    hookId: text("hook_id").notNull(),
    /** who signs how: the WebhookKind of providers/webhook-source.ts */
    kind: text("kind").notNull(),
    /** null: it serves many, and a worker finds out which one a delivery is about */
    repositoryId: id("repository_id"),
    /** by whose access it was made at the provider; null: by hand */
    gitAccountId: id("git_account_id"),
    /** sealed by keyring.ts for this row */
    secret: bytea("secret").notNull(),
    /** the one before, taken until previous_until: senders are told of the new one in between */
    previousSecret: bytea("previous_secret"),
    previousUntil: at("previous_until"),
    /** the provider's own number for it */
    providerHookId: text("provider_hook_id"),
    /** the address that the provider was told */
    url: text("url"),
    state: text("state").notNull().default("waiting"),
    /** why it is not working, in words for people */
    problem: text("problem"),
    /** when the provider was last asked whether it is still there */
    checkedAt: at("checked_at"),
    /** what could not be delivered before then has been sent again where it was not too old; null: nothing yet */
    resentUntil: at("resent_until"),
    receivedAt: at("received_at"),
    createdAt: at("created_at").notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique("webhook_hook_id").on(t.hookId),
    index("webhook_repository").on(t.organizationId, t.repositoryId),
    ofRepository("webhook_of_repository", t),
    // the account's removal takes it from its webhooks first
    foreignKey({
      name: "webhook_account",
      columns: [t.organizationId, t.gitAccountId],
      foreignColumns: [gitAccount.organizationId, gitAccount.id],
    }),
    check("webhook_kind", sql`${t.kind} IN ('github', 'gitlab', 'gitea', 'bitbucket', 'standard', 'signed')`),
    check("webhook_state", sql`${t.state} IN ('waiting', 'active', 'missing', 'refused')`),
  ],
);

/** Webhooks that are removed here and still stand at their provider, which could not be asked: it is tried again. */
export const leftWebhook = pgTable(
  "left_webhook",
  {
    organizationId: id("organization_id").notNull(),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    /** by whose access it was made, and is removed */
    gitAccountId: id("git_account_id").notNull(),
    /** the provider's own numbers for its repository and for it, and what the repository was called */
    providerId: text("provider_id").notNull(),
    providerName: text("provider_name").notNull(),
    providerHookId: text("provider_hook_id").notNull(),
    dueAt: at("due_at").notNull(),
    createdAt: at("created_at").notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index("left_webhook_due").on(t.dueAt),
    // without the account nobody can remove it
    foreignKey({
      name: "left_webhook_account",
      columns: [t.organizationId, t.gitAccountId],
      foreignColumns: [gitAccount.organizationId, gitAccount.id],
    }).onDelete("cascade"),
  ],
);

/** What happened to a repository, why, and what became of it: the worker's work list. */
export const event = pgTable(
  "event",
  {
    organizationId: repositoryColumns().organizationId,
    /** null until a worker has found out which one a delivery is about; such a row waits like any other */
    repositoryId: id("repository_id"),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    source: text("source").notNull(),
    /** why nobody else asked for it: an EventReason of domain/event-reason.ts; null: its source says it */
    reason: text("reason"),
    /** the person who asked for it, or had it run again; no reference: people may be removed, and what happened stays */
    userId: text("user_id"),
    /** what is asked for: the new commits, or the whole history */
    task: text("task").notNull().default("sync"),
    state: text("state").notNull().default("due"),
    attempts: integer("attempts").notNull().default(0),
    dueAt: at("due_at").notNull().default(now),
    createdAt: at("created_at").notNull().default(now),
    /** when it was asked for once more after it came: a person had it run again, or its sender sent it again */
    revivedAt: at("revived_at"),
    finishedAt: at("finished_at"),
    error: text("error"),
    /**
     * of a delivery: by which webhook it came, the sender's id of it, its word for the event, and the body as it came. No
     * reference: webhooks are removed, and what they brought stays
     */
    webhookId: id("webhook_id"),
    /** who signed it */
    webhookKind: text("webhook_kind"),
    deliveryId: text("delivery_id"),
    eventName: text("event_name"),
    contentType: text("content_type"),
    body: bytea("body"),
    /** refs that a delivery names, with what it says of them: the NamedRef[] of store/event.ts; null: nobody has read it yet */
    named: jsonb("named"),
    /** of a delivery: it tells of the repository itself (renamed, moved, deleted), which its provider is asked about */
    aboutRepository: boolean("about_repository").notNull().default(false),
    /** of a change that polling found: no webhook has told of it, although one is set up */
    missed: boolean("missed").notNull().default(false),
    /** branches that the run which answered it moved: the MovedHead[] of store/event.ts */
    heads: jsonb("heads"),
    /** commits, file versions and warnings that the run which answered it brought in */
    commits: count("commits"),
    files: count("files"),
    warnings: count("warnings"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    // a delivery is stored once, however often it is sent
    unique("event_delivery").on(t.organizationId, t.webhookId, t.deliveryId),
    // which repositories have something due, without looking at all their events; see store/due-work.ts
    index("event_waiting")
      .on(t.organizationId, t.repositoryId, t.task, t.dueAt)
      .where(
        sql`state IN ('due', 'running', 'failed') AND repository_id IS NOT NULL AND (source <> 'webhook' OR named IS NOT NULL)`,
      ),
    // deliveries that nobody has read yet, of each organisation in the order in which they came
    index("event_unrouted")
      .on(t.organizationId, t.id)
      .where(sql`source = 'webhook' AND named IS NULL AND state IN ('due', 'running', 'failed')`),
    index("event_of_repository").on(t.organizationId, t.repositoryId, t.id),
    // deliveries of a webhook for all repositories that led to none
    index("event_of_webhook").on(t.organizationId, t.webhookId, t.id).where(sql`repository_id IS NULL`),
    // whether a delivery has told of a change; see store/missed-change.ts
    index("event_told").on(t.organizationId, t.repositoryId, t.createdAt).where(sql`source = 'webhook'`),
    // bodies and rows that were kept long enough: only those that go, so that each look begins at the first of them
    index("event_body").on(t.finishedAt).where(sql`state IN ('done', 'skipped') AND body IS NOT NULL`),
    index("event_finished").on(t.finishedAt).where(sql`state IN ('done', 'skipped')`),
    foreignKey({
      name: "event_repository",
      columns: [t.organizationId, t.repositoryId],
      foreignColumns: [gitRepository.organizationId, gitRepository.id],
    }).onDelete("cascade"),
    check("event_source", sql`${t.source} IN ('webhook', 'poll', 'person', 'import', 'schedule')`),
    check("event_task", sql`${t.task} IN ('sync', 'import')`),
    check("event_state", sql`${t.state} IN ('due', 'running', 'done', 'skipped', 'failed', 'dead')`),
  ],
);
