// The tables of repositories and their commits, told once with the other files schema-*.ts. Migrations are
// generated from these files; the SQL of the store is written by hand.
//
// Every table of a team's data starts its keys with organization_id and references its parent by (organization_id, id):
// a row cannot hang under another team's repository. Numbers inside a repository (branch, file, shape) count from 1 and
// are given by the worker that holds the repository's lease, so that rows can be copied in without asking a sequence.
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
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
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { gitAccount } from "./schema-accounts.ts";
import { at, bytea, count, id, now } from "./schema-columns.ts";
import { organization } from "./schema-people.ts";

// Repositories.

/** Repositories: where they are, how far their import is, and who works on them (the lease). */
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
    /** where an interrupted import goes on: the ImportState of ingest/import-state.ts */
    importState: jsonb("import_state"),
    /** what its history was read with: the HistoryReader of store/history-reader.ts; null before the first import */
    readWith: jsonb("read_with"),
    /** raised with each change that people make to its metric paths */
    pathsVersion: count("paths_version").notNull().default(0),
    /** files that may be metric files and that no rule names: the StoredCandidates of store/candidate-file.ts */
    candidates: jsonb("candidates"),
    problem: text("problem"),
    notices: jsonb("notices").notNull().default(sql`'[]'::jsonb`),
    /** rises with every change of the rows that people see */
    version: count("version").notNull().default(0),
    /** during an import: the oldest position that can be read; null when complete */
    importedTo: count("imported_to"),
    /** the highest position that is safe in the archive, with all below it; null: nothing is */
    archivedTo: count("archived_to"),
    /** the lowest position whose commit is still in git_commit: what is below is read from the archive */
    hotFrom: count("hot_from").notNull().default(0),
    /** the highest number that a file version in the archive has: none is given twice */
    archivedFile: count("archived_file").notNull().default(0),
    /** when it is worth a look whether there is something to archive */
    archiveDueAt: at("archive_due_at").notNull().default(now),
    /** the id of the column that the list of repositories draws; null: the one that Tidemark finds */
    sparkColumn: text("spark_column"),
    /** a branch with a commit in so many days is followed; null: however old its newest commit is */
    branchDays: integer("branch_days").default(90),
    /** names, with a star for any text, of branches that are followed whatever their age */
    branchAlso: text("branch_also").array().notNull().default(sql`'{}'`),
    /** likewise of branches that are never followed, but the default one */
    branchNever: text("branch_never").array().notNull().default(sql`'{}'`),
    /** what was not followed when the branches were last looked at: the BranchLook of domain/branch-choice.ts */
    branchLook: jsonb("branch_look"),
    leaseHolder: text("lease_holder"),
    leaseUntil: at("lease_until"),
    /** what the lease is for: 'sync', 'import', or null for order and room */
    leaseTask: text("lease_task"),
    /** raised at each take-over: work done under an older token is rolled back */
    leaseToken: count("lease_token").notNull().default(0),
    createdAt: at("created_at").notNull().default(now),
    syncedAt: at("synced_at"),
    /** when a worker began with it the last time: organisations are served in turn */
    leasedAt: at("leased_at"),
    /** by whose access it is read; null: as anybody may */
    gitAccountId: id("git_account_id"),
    /** whose server it lies on, as far as that is known: the ProviderKind of providers/provider.ts */
    provider: text("provider"),
    /** the provider's own number for it: its identity, whatever it is called */
    providerId: text("provider_id"),
    /** the provider's own name for it, owner/name */
    providerName: text("provider_name"),
    webUrl: text("web_url"),
    /** since when the provider has it no more: it is read no more, and its address is free for another */
    goneAt: at("gone_at"),
    visibility: text("visibility"),
    archived: boolean("archived").notNull().default(false),
    /** when the provider was last asked about it and its webhook */
    providerCheckedAt: at("provider_checked_at"),
    /** when its refs were looked at last, and when that is due again */
    polledAt: at("polled_at"),
    pollDueAt: at("poll_due_at").notNull().default(now),
    /** when all its refs were compared with the stored branches last */
    comparedAt: at("compared_at"),
    /** what the provider's API gave beside the last look, for a conditional one */
    pollEtag: text("poll_etag"),
    /** digest of all refs at the last look */
    polledRefs: bytea("polled_refs"),
    /** when a delivery of a webhook for it arrived last; null: none since its own was made */
    webhookAt: at("webhook_at"),
    /** whether somebody removed its webhook: then none is made by itself */
    webhookUnwanted: boolean("webhook_unwanted").notNull().default(false),
    /** changes that polling found and no webhook had told of, since the webhook was set up, and the last one's time */
    missed: integer("missed").notNull().default(0),
    missedAt: at("missed_at"),
    /** looks at its refs that failed one after the other, since when, and what the last one met, in words for people */
    pollFailures: integer("poll_failures").notNull().default(0),
    pollFailingSince: at("poll_failing_since"),
    pollProblem: text("poll_problem"),
    /** size of its mirror when it was brought up to date last; null for a folder */
    mirrorBytes: count("mirror_bytes"),
    /** attempts that failed one after the other */
    failures: integer("failures").notNull().default(0),
    /** after a failure: nothing but a person's wish is answered before */
    retryAt: at("retry_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique("git_repository_id").on(t.id),
    unique("git_repository_name").on(t.organizationId, t.name),
    uniqueIndex("git_repository_address").on(t.organizationId, t.address).where(sql`gone_at IS NULL`),
    // the account's removal takes it from its repositories first
    foreignKey({
      name: "git_repository_account",
      columns: [t.organizationId, t.gitAccountId],
      foreignColumns: [gitAccount.organizationId, gitAccount.id],
    }),
    index("git_repository_archive").on(t.archiveDueAt),
    index("git_repository_poll").on(t.pollDueAt).where(sql`gone_at IS NULL`),
    // whose providers are asked next: first those that never were
    index("git_repository_unchecked")
      .on(sql`coalesce(provider_checked_at, '-infinity'::timestamptz)`)
      .where(sql`kind = 'remote'`),
    // leases in force
    index("git_repository_leased").on(t.leaseUntil).where(sql`lease_until IS NOT NULL`),
    // when an organisation was served last
    index("git_repository_turn").on(t.organizationId, t.leasedAt),
    index("git_repository_provider").on(t.organizationId, t.provider, t.providerId),
    check("git_repository_kind", sql`${t.kind} IN ('remote', 'folder')`),
    check("git_repository_visibility", sql`${t.visibility} IN ('public', 'private')`),
    check("git_repository_state", sql`${t.state} IN ('waiting', 'importing', 'syncing', 'ready', 'failed')`),
  ],
);

/** The columns that say whose row it is. Made anew for every table: drizzle keeps a column's table in it. */
export const repositoryColumns = () => ({
  organizationId: id("organization_id").notNull(),
  repositoryId: id("repository_id").notNull(),
});

/** The reference to the repository by (organisation, id): a row goes with its repository. */
export function ofRepository<Table extends string>(
  name: string,
  row: {
    readonly organizationId: AnyPgColumn<{ tableName: Table }>;
    readonly repositoryId: AnyPgColumn<{ tableName: Table }>;
  },
) {
  return foreignKey({
    name,
    columns: [row.organizationId, row.repositoryId],
    foreignColumns: [gitRepository.organizationId, gitRepository.id],
  }).onDelete("cascade");
}

/** Branches, live and lately deleted, each with the fork that its own line starts from. */
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
    headPosition: count("head_position").notNull(),
    /** what lists show of the head, where it has left git_commit: its subject, and when it was committed */
    headFacts: jsonb("head_facts"),
    /** the branch that owns the first commit below its own part, and that commit's ordinal */
    forkBranch: integer("fork_branch"),
    forkOrdinal: count("fork_ordinal"),
    state: text("state").notNull().default("live"),
    deletedAt: at("deleted_at"),
    /** since when the remote has not listed it, and how many looks that were: one look may be a server's mistake */
    missingSince: at("missing_since"),
    missingLooks: integer("missing_looks").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("git_branch_name").on(t.organizationId, t.repositoryId, t.nameBytes),
    // each look at a repository asks for these, and there are nearly never any
    index("git_branch_missing").on(t.organizationId, t.repositoryId).where(sql`missing_since IS NOT NULL`),
    ofRepository("git_branch_repository", t),
    check("git_branch_state", sql`${t.state} IN ('live', 'deleted')`),
  ],
);

/** Tags, by the commit that each leads to, also where no followed branch has it. */
export const gitTag = pgTable(
  "git_tag",
  {
    ...repositoryColumns(),
    /** decoded with replacement; the bytes are what Git knows */
    name: text("name").notNull(),
    nameBytes: bytea("name_bytes").notNull(),
    /** of the commit, not of an annotated tag's own object */
    sha: bytea("sha").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.nameBytes] }),
    ofRepository("git_tag_repository", t),
  ],
);

/** Commits by position, each with the versions of its metric files and of its baseline's. */
export const gitCommit = pgTable(
  "git_commit",
  {
    ...repositoryColumns(),
    position: count("position").notNull(),
    sha: bytea("sha").notNull(),
    parents: bytea("parents").array().notNull(),
    /** the position of the first parent; null for a root */
    firstParent: count("first_parent"),
    ordinal: count("ordinal").notNull(),
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
    metricFile: count("metric_file").array().notNull(),
    /** beside each metric_file: the version that the nearest first-parent ancestor with a readable one has, or null */
    baselineFile: count("baseline_file").array().notNull(),
    /** beside each baseline_file: that ancestor's position, or null */
    baselinePosition: count("baseline_position").array().notNull(),
    /** those of metric_file whose file was away since its baseline: what one does not bring back went with the file */
    returnedFile: count("returned_file").array(),
    /** of more files than are read the first by path that was not: whether there is one from there on is unknown */
    unreadFrom: text("unread_from"),
    /** versions that this commit brought in and that have a problem or a warning */
    warnedFile: count("warned_file").array(),
    /** warnings on the commit as a whole: Warning[] of domain/model.ts */
    warnings: jsonb("warnings"),
    unreachableSince: at("unreachable_since"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    unique("git_commit_sha").on(t.organizationId, t.repositoryId, t.sha),
    // read backwards for the newest first: a DESC index would be NULLS LAST, which ORDER BY … DESC is not
    index("git_commit_line").on(t.organizationId, t.repositoryId, t.line, t.ordinal),
    // each sync asks for these, and there are nearly never any
    index("git_commit_unreachable")
      .on(t.organizationId, t.repositoryId, t.position)
      .where(sql`unreachable_since IS NOT NULL`),
    ofRepository("git_commit_repository", t),
  ],
);

/**
 * The skeleton of a running import: every commit's number, so that a crash resumes where it was. A row holds a chunk of
 * commits: one a commit cost ten times as much, most of it the reference to the repository. Gone afterwards.
 */
export const importCommit = pgTable(
  "import_commit",
  {
    ...repositoryColumns(),
    /** of the chunk's first commit; the others follow */
    position: count("position").notNull(),
    /** object ids, one after the other */
    shas: bytea("shas").notNull(),
    /** beside them the positions of their first parents, 32 bits in network order; -1 for a root */
    firstParents: bytea("first_parents").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    ofRepository("import_commit_repository", t),
  ],
);
