// The tables of what was archived: the manifest of objects, and of each archived commit the little that stays here.
import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { ofRepository, repositoryColumns } from "./schema.ts";
import { at, bytea, count, id, now } from "./schema-columns.ts";
import { organization } from "./schema-people.ts";

/** Objects of the archive that were verified: immutable, named by their content. No question is about any other. */
export const archiveObject = pgTable(
  "archive_object",
  {
    organizationId: id("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    kind: text("kind").notNull(),
    bucket: integer("bucket").notNull(),
    key: text("key").notNull(),
    bytes: count("bytes").notNull(),
    sha256: bytea("sha256").notNull(),
    rows: count("rows").notNull(),
    createdAt: at("created_at").notNull().default(now),
    /** since when no segment is in it: it goes a day later, since a question may still be reading it */
    retiredAt: at("retired_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique("archive_object_key").on(t.key),
    index("archive_object_retired").on(t.retiredAt).where(sql`retired_at IS NOT NULL`),
    check("archive_object_kind", sql`${t.kind} IN ('values', 'commits', 'columns')`),
  ],
);

/** Which positions of a repository an object holds. Those of one kind never overlap. */
export const archiveSegment = pgTable(
  "archive_segment",
  {
    ...repositoryColumns(),
    kind: text("kind").notNull(),
    /** both included; an object of columns holds all that its positions use */
    firstPosition: count("first_position").notNull(),
    lastPosition: count("last_position").notNull(),
    objectId: id("object_id").notNull(),
    rows: count("rows").notNull(),
    /** since when the lines or the reachability of its commits differ from what the object says: archived_commit is right */
    staleAt: at("stale_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.kind, t.firstPosition] }),
    index("archive_segment_object").on(t.organizationId, t.objectId),
    index("archive_segment_stale").on(t.staleAt).where(sql`stale_at IS NOT NULL`),
    ofRepository("archive_segment_repository", t),
    foreignKey({
      name: "archive_segment_object",
      columns: [t.organizationId, t.objectId],
      foreignColumns: [archiveObject.organizationId, archiveObject.id],
    }),
    check("archive_segment_kind", sql`${t.kind} IN ('values', 'commits', 'columns')`),
    check("archive_segment_range", sql`${t.firstPosition} <= ${t.lastPosition}`),
  ],
);

/**
 * What stays of archived commits, a chunk of 1,024 positions a row: 36 bytes a commit in place of some 600. It is what is true
 * of them now; lines and reachability in the objects are those of the day when they were written.
 */
export const archivedCommit = pgTable(
  "archived_commit",
  {
    ...repositoryColumns(),
    /** of the chunk's first commit, a multiple of 1,024; the others follow */
    position: count("position").notNull(),
    /** object ids, one after the other; zeros where no commit is stored (any more) */
    shas: bytea("shas").notNull(),
    /** beside them, 32 bits in network order each: positions of first parents (-1: none stored), ordinals, lines (0: none) */
    firstParents: bytea("first_parents").notNull(),
    ordinals: bytea("ordinals").notNull(),
    lines: bytea("lines").notNull(),
    /** of merges: the positions of their further parents that are stored, by position */
    otherParents: jsonb("other_parents").notNull().default(sql`'{}'::jsonb`),
    /** since when no branch reaches them, by position */
    unreachable: jsonb("unreachable").notNull().default(sql`'{}'::jsonb`),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    index("archived_commit_unreachable").on(t.organizationId, t.repositoryId).where(sql`unreachable <> '{}'::jsonb`),
    ofRepository("archived_commit_repository", t),
  ],
);

/**
 * File versions that only archived commits have, many a row: what is pushed later may hold one of them again, which has its
 * number then. A version is here or in metric_file; those that could not be read stay there, since they have no values.
 */
export const archivedVersion = pgTable(
  "archived_version",
  {
    ...repositoryColumns(),
    /** the first of them; all of a row have the same path and adapter */
    number: count("number").notNull(),
    path: text("path").notNull(),
    adapter: text("adapter").notNull(),
    numbers: integer("numbers").array().notNull(),
    /** beside them: Git blob ids */
    versions: bytea("versions").array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    index("archived_version_path").on(t.organizationId, t.repositoryId, t.path),
    ofRepository("archived_version_repository", t),
  ],
);

/** Archived commits that miss values, so that they are counted without the archive. */
export const archivedProblem = pgTable(
  "archived_problem",
  {
    ...repositoryColumns(),
    position: count("position").notNull(),
    /** versions that could not be read, and those of them that the commit brought in */
    files: count("files").array().notNull(),
    brought: count("brought").array().notNull(),
    /** Warning[] of domain/model.ts about the commit as a whole, or null */
    warnings: jsonb("warnings"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.position] }),
    ofRepository("archived_problem_repository", t),
  ],
);

/** The numbers of columns in the archive, which are never given twice. */
export const archiveColumn = pgTable(
  "archive_column",
  {
    ...repositoryColumns(),
    number: count("number").notNull(),
    path: text("path").notNull(),
    key: text("key").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("archive_column_name").on(t.organizationId, t.repositoryId, t.path, t.key),
    ofRepository("archive_column_repository", t),
  ],
);

/** Runs of the archiver: what they write is theirs until they have ended, whoever cleans up. */
export const archiveRun = pgTable(
  "archive_run",
  {
    ...repositoryColumns(),
    id: id("id").notNull().generatedAlwaysAsIdentity(),
    task: text("task").notNull(),
    state: text("state").notNull().default("running"),
    firstPosition: count("first_position").notNull(),
    lastPosition: count("last_position").notNull(),
    /** of the objects that it writes, before it writes them */
    keys: text("keys").array().notNull().default(sql`'{}'`),
    startedAt: at("started_at").notNull().default(now),
    finishedAt: at("finished_at"),
    problem: text("problem"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index("archive_run_of_repository").on(t.organizationId, t.repositoryId, t.id),
    ofRepository("archive_run_repository", t),
    check("archive_run_task", sql`${t.task} IN ('archive', 'rewrite', 'compact')`),
    check("archive_run_state", sql`${t.state} IN ('running', 'done', 'failed', 'overtaken')`),
  ],
);
