// The tables of Tidemark, told once. Migrations are generated from this file; the SQL of the store is written by hand.
//
// Every table of a team's data starts its keys with organization_id and references its parent by (organization_id, id):
// a row cannot hang under another team's repository. Numbers inside a repository (branch, file, shape) count from 1 and
// are given by the worker that holds the repository's lease, so that rows can be copied in without asking a sequence.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
const id = (name: string) => bigint(name, { mode: "bigint" });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
const now = sql`now()`;

// People and how they sign in: better-auth's four tables, in its own words.

export const user = pgTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text("image"),
  createdAt: at("created_at").notNull().default(now),
  updatedAt: at("updated_at").notNull().default(now),
});

export const session = pgTable("session", {
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
});

export const account = pgTable("account", {
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
});

/** Also holds the owner link: identifier "owner-link", value the SHA-256 of its token. */
export const verification = pgTable("verification", {
  id: text("id").primaryKey(),
  identifier: text("identifier").notNull(),
  value: text("value").notNull(),
  expiresAt: at("expires_at").notNull(),
  createdAt: at("created_at").notNull().default(now),
  updatedAt: at("updated_at").notNull().default(now),
});

// Teams.

export const organization = pgTable("organization", {
  id: id("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull(),
  createdAt: at("created_at").notNull().default(now),
});

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
    check("membership_role", sql`${t.role} IN ('owner', 'admin', 'member', 'viewer')`),
  ],
);

// Repositories.

export const gitRepository = pgTable(
  "git_repository",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    kind: text("kind").notNull(),
    /** clone URL without user info, or the absolute path of a folder that is read in place */
    address: text("address").notNull(),
    defaultBranch: text("default_branch"),
    state: text("state").notNull().default("waiting"),
    /** how far the running import is: the Progress of api/contract/repositories.ts */
    progress: jsonb("progress"),
    /** where an interrupted import goes on: pinned tips, whether the skeleton is copied, lowest written position */
    importState: jsonb("import_state"),
    problem: text("problem"),
    notices: jsonb("notices").notNull().default(sql`'[]'::jsonb`),
    /** rises with every change of the rows that people see */
    version: bigint("version", { mode: "number" }).notNull().default(0),
    /** during an import: the oldest position that can be read; null when complete */
    importedTo: bigint("imported_to", { mode: "number" }),
    leaseHolder: text("lease_holder"),
    leaseUntil: at("lease_until"),
    /** raised at each take-over: work done under an older token is rolled back */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    createdAt: at("created_at").notNull().default(now),
    syncedAt: at("synced_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique("git_repository_id").on(t.id),
    unique("git_repository_name").on(t.organizationId, t.name),
    unique("git_repository_address").on(t.organizationId, t.address),
    check("git_repository_kind", sql`${t.kind} IN ('remote', 'folder')`),
    check("git_repository_state", sql`${t.state} IN ('waiting', 'importing', 'syncing', 'ready', 'failed')`),
  ],
);

const repositoryColumns = () => ({
  organizationId: id("organization_id").notNull(),
  repositoryId: id("repository_id").notNull(),
});

const ofRepository = (
  name: string,
  t: { organizationId: ReturnType<typeof id>; repositoryId: ReturnType<typeof id> } | never,
) =>
  foreignKey({
    name,
    columns: [t.organizationId as never, t.repositoryId as never],
    foreignColumns: [gitRepository.organizationId, gitRepository.id],
  }).onDelete("cascade");

export const metricPath = pgTable(
  "metric_path",
  {
    ...repositoryColumns(),
    /** a glob, or a literal path when it holds none of the characters * ? [ */
    pattern: text("pattern").notNull(),
    source: text("source").notNull(),
    /** the fields that name the rows of each array: RowIdentities of domain/model.ts */
    identity: jsonb("identity"),
    enabled: boolean("enabled").notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.pattern] }),
    ofRepository("metric_path_repository", t as never),
    check("metric_path_source", sql`${t.source} IN ('built-in', 'dvc.yaml', 'dvc.lock', 'chosen')`),
  ],
);

export const gitBranch = pgTable(
  "git_branch",
  {
    ...repositoryColumns(),
    /** from 1, in the order in which branches were first seen */
    number: integer("number").notNull(),
    /** decoded with replacement; the bytes are what Git knows */
    name: text("name").notNull(),
    nameBytes: bytea("name_bytes").notNull(),
    head: bytea("head").notNull(),
    headPosition: bigint("head_position", { mode: "number" }).notNull(),
    /** the branch that owns the first commit below its own part, and that commit's ordinal */
    forkBranch: integer("fork_branch"),
    forkOrdinal: bigint("fork_ordinal", { mode: "number" }),
    state: text("state").notNull().default("live"),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("git_branch_name").on(t.organizationId, t.repositoryId, t.nameBytes),
    ofRepository("git_branch_repository", t as never),
    check("git_branch_state", sql`${t.state} IN ('live', 'deleted')`),
  ],
);

export const gitCommit = pgTable(
  "git_commit",
  {
    ...repositoryColumns(),
    position: bigint("position", { mode: "number" }).notNull(),
    sha: bytea("sha").notNull(),
    parents: bytea("parents").array().notNull(),
    /** the position of the first parent; null for a root */
    firstParent: bigint("first_parent", { mode: "number" }),
    ordinal: bigint("ordinal", { mode: "number" }).notNull(),
    /** the number of the branch whose line holds it */
    line: integer("line"),
    authorName: text("author_name").notNull(),
    authorEmail: text("author_email").notNull(),
    /** as written, "1700000000 +0100"; authored_at is the same, clamped */
    authored: text("authored").notNull(),
    authoredAt: at("authored_at").notNull(),
    committerName: text("committer_name").notNull(),
    committed: text("committed").notNull(),
    committedAt: at("committed_at").notNull(),
    subject: text("subject").notNull(),
    /** the versions of its metric files, in the order of their paths */
    metricFile: bigint("metric_file", { mode: "number" }).array().notNull(),
    /** beside each metric_file: the version that the nearest first-parent ancestor with a readable one has, or null */
    baselineFile: bigint("baseline_file", { mode: "number" }).array().notNull(),
    /** beside each baseline_file: that ancestor's position, or null */
    baselinePosition: bigint("baseline_position", { mode: "number" }).array().notNull(),
    /** versions that this commit brought in and that have a problem or a warning */
    warnedFile: bigint("warned_file", { mode: "number" }).array(),
    /** warnings on the commit as a whole: Warning[] of domain/model.ts */
    warnings: jsonb("warnings"),
    unreachableSince: at("unreachable_since"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    unique("git_commit_sha").on(t.organizationId, t.repositoryId, t.sha),
    index("git_commit_line").on(t.organizationId, t.repositoryId, t.line, t.ordinal.desc()),
    ofRepository("git_commit_repository", t as never),
  ],
);

/** The skeleton of a running import: every commit's number, so that a crash resumes where it was. Gone afterwards. */
export const importCommit = pgTable(
  "import_commit",
  {
    ...repositoryColumns(),
    position: bigint("position", { mode: "number" }).notNull(),
    sha: bytea("sha").notNull(),
    firstParent: bigint("first_parent", { mode: "number" }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    ofRepository("import_commit_repository", t as never),
  ],
);

export const metricShape = pgTable(
  "metric_shape",
  {
    ...repositoryColumns(),
    number: bigint("number", { mode: "number" }).notNull(),
    /** SHA-256 of the sorted keys */
    hash: bytea("hash").notNull(),
    /** sorted by code point */
    keys: text("keys").array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("metric_shape_hash").on(t.organizationId, t.repositoryId, t.hash),
    ofRepository("metric_shape_repository", t as never),
  ],
);

export const metricFile = pgTable(
  "metric_file",
  {
    ...repositoryColumns(),
    number: bigint("number", { mode: "number" }).notNull(),
    path: text("path").notNull(),
    /** the Git blob id; for a composite file the hash of its parts */
    version: bytea("version").notNull(),
    size: bigint("size", { mode: "number" }).notNull(),
    adapter: text("adapter").notNull(),
    adapterVersion: integer("adapter_version").notNull(),
    status: text("status").notNull(),
    /** a Warning of domain/model.ts: why there are no values */
    problem: jsonb("problem"),
    /** Warning[] of domain/model.ts: what was odd although there are values */
    warnings: jsonb("warnings"),
    shape: bigint("shape", { mode: "number" }),
    /** beside the shape's keys; special numbers are {"n":"NaN"} */
    values: jsonb("values"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("metric_file_version").on(t.organizationId, t.repositoryId, t.path, t.version),
    ofRepository("metric_file_repository", t as never),
    foreignKey({
      name: "metric_file_shape",
      columns: [t.organizationId, t.repositoryId, t.shape],
      foreignColumns: [metricShape.organizationId, metricShape.repositoryId, metricShape.number],
    }),
    check("metric_file_status", sql`${t.status} IN ('read', 'unreadable')`),
    check("metric_file_values", sql`(${t.status} = 'read') = (${t.shape} IS NOT NULL AND ${t.values} IS NOT NULL)`),
  ],
);

export const metricColumn = pgTable(
  "metric_column",
  {
    ...repositoryColumns(),
    path: text("path").notNull(),
    key: text("key").notNull(),
    kind: text("kind").notNull(),
    unit: text("unit"),
    goal: text("goal"),
    goalFrom: text("goal_from"),
    /** its rows could only be named by position */
    unstable: boolean("unstable").notNull().default(false),
    /** place in the newest version's written order, counted within its path */
    writtenOrder: integer("written_order").notNull(),
    firstPosition: bigint("first_position", { mode: "number" }).notNull(),
    lastPosition: bigint("last_position", { mode: "number" }).notNull(),
    lastChangedPosition: bigint("last_changed_position", { mode: "number" }),
    /** commits whose value differs from their baseline's: of all, and of the newest 200 */
    changes: integer("changes").notNull(),
    recentChanges: integer("recent_changes").notNull(),
    bestValue: doublePrecision("best_value"),
    /** the first commit that holds the best value */
    bestPosition: bigint("best_position", { mode: "number" }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.path, t.key] }),
    ofRepository("metric_column_repository", t as never),
    check("metric_column_kind", sql`${t.kind} IN ('number', 'text', 'boolean', 'mixed', 'empty')`),
    check("metric_column_goal", sql`${t.goal} IN ('higher', 'lower')`),
  ],
);

// What happened and what became of it.

export const event = pgTable(
  "event",
  {
    ...repositoryColumns(),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    source: text("source").notNull(),
    state: text("state").notNull().default("due"),
    attempts: integer("attempts").notNull().default(0),
    dueAt: at("due_at").notNull().default(now),
    createdAt: at("created_at").notNull().default(now),
    finishedAt: at("finished_at"),
    error: text("error"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index("event_due").on(t.dueAt, t.id).where(sql`state = 'due'`),
    ofRepository("event_repository", t as never),
    check("event_source", sql`${t.source} IN ('import', 'sync')`),
    check("event_state", sql`${t.state} IN ('due', 'done', 'dead')`),
  ],
);
