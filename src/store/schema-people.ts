// The tables of people, how they sign in, and teams.
import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at, id, now } from "./schema-columns.ts";

// better-auth's four tables, in its own words.

/** People. */
export const user = pgTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text("image"),
  createdAt: at("created_at").notNull().default(now),
  updatedAt: at("updated_at").notNull().default(now),
});

/** Who is signed in; the token is useless without the signing key. */
export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    token: text("token").notNull().unique(),
    expiresAt: at("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: at("created_at").notNull().default(now),
    updatedAt: at("updated_at").notNull().default(now),
  },
  (t) => [index("session_user").on(t.userId)],
);

/** A person's ways to sign in. */
export const account = pgTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: at("access_token_expires_at"),
    refreshTokenExpiresAt: at("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: at("created_at").notNull().default(now),
    updatedAt: at("updated_at").notNull().default(now),
  },
  (t) => [index("account_user").on(t.userId)],
);

/** One-time proofs. Also holds the owner link: identifier "owner-link", value the SHA-256 of its token. */
export const verification = pgTable(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: at("expires_at").notNull(),
    createdAt: at("created_at").notNull().default(now),
    updatedAt: at("updated_at").notNull().default(now),
  },
  (t) => [index("verification_identifier").on(t.identifier)],
);

/** Teams. */
export const organization = pgTable("organization", {
  id: id("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull(),
  createdAt: at("created_at").notNull().default(now),
});

/** Who belongs to a team, and as what. */
export const membership = pgTable(
  "membership",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    role: text("role").notNull(),
    createdAt: at("created_at").notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId] }),
    index("membership_user").on(t.userId),
    check("membership_role", sql`${t.role} IN ('owner', 'admin', 'member', 'viewer')`),
  ],
);
