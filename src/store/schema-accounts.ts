// The tables of access to Git servers: whose, and how the servers are doing.
import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { at, bytea, id, now } from "./schema-columns.ts";
import { organization, user } from "./schema-people.ts";

/** One person's access to a Git server, usable by her, or by the whole team when she shares it. */
export const gitAccount = pgTable(
  "git_account",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    userId: text("user_id").notNull(),
    shared: boolean("shared").notNull().default(false),
    /** the ProviderKind of providers/provider.ts */
    kind: text("kind").notNull(),
    /** origin of the server, and the path that it is served below, if any */
    baseUrl: text("base_url").notNull(),
    login: text("login").notNull(),
    /** the server's own number for the person; null where it cannot be asked */
    subject: text("subject"),
    /** what the person calls it */
    name: text("name").notNull(),
    /** sealed by keyring.ts for this row */
    token: bytea("token").notNull(),
    scopes: text("scopes").array().notNull().default(sql`'{}'`),
    /** what the token may not and Tidemark would use */
    missingScopes: text("missing_scopes").array().notNull().default(sql`'{}'`),
    state: text("state").notNull().default("active"),
    /** why the server refuses it, in words for people */
    problem: text("problem"),
    /** the server asked to be left alone until then */
    limitedUntil: at("limited_until"),
    expiresAt: at("expires_at"),
    checkedAt: at("checked_at"),
    createdAt: at("created_at").notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique("git_account_id").on(t.id),
    unique("git_account_login").on(t.organizationId, t.userId, t.baseUrl, t.login),
    foreignKey({ name: "git_account_user", columns: [t.userId], foreignColumns: [user.id] }).onDelete("cascade"),
    check("git_account_kind", sql`${t.kind} IN ('github', 'gitlab', 'gitea', 'bitbucket', 'plain')`),
    check("git_account_state", sql`${t.state} IN ('active', 'refused', 'expired')`),
  ],
);

/** Git servers that did not answer: all their repositories wait together. An address only, of no team. */
export const gitHost = pgTable("git_host", {
  /** host, and port where it is not the scheme's own */
  host: text("host").primaryKey(),
  /** repositories that failed, then trials that did; 0: it asked for its pause */
  failures: integer("failures").notNull().default(0),
  pausedUntil: at("paused_until"),
  /** when its pause began, or the last trial */
  triedAt: at("tried_at"),
});
