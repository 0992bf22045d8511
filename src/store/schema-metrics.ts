// The tables of what was read from metric files: paths, shapes, file versions, columns.
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { ofRepository, repositoryColumns } from "./schema.ts";
import { bytea, count } from "./schema-columns.ts";

/** Which paths of a repository are metric files. */
export const metricPath = pgTable(
  "metric_path",
  {
    ...repositoryColumns(),
    /** a glob, or a literal path when it holds none of the characters * ? [ */
    pattern: text("pattern").notNull(),
    source: text("source").notNull(),
    /** the fields that name the rows of each array, as they were inferred: RowIdentities of domain/model.ts */
    identity: jsonb("identity"),
    /** those that a person chose; they come first */
    chosenIdentity: jsonb("chosen_identity"),
    enabled: boolean("enabled").notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.pattern] }),
    ofRepository("metric_path_repository", t),
    check("metric_path_source", sql`${t.source} IN ('built-in', 'dvc.yaml', 'dvc.lock', 'chosen')`),
  ],
);

/** The sorted keys of flattened documents, each list once per repository. */
export const metricShape = pgTable(
  "metric_shape",
  {
    ...repositoryColumns(),
    number: count("number").notNull(),
    /** SHA-256 of the sorted keys */
    hash: bytea("hash").notNull(),
    /** sorted by code point */
    keys: text("keys").array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("metric_shape_hash").on(t.organizationId, t.repositoryId, t.hash),
    ofRepository("metric_shape_repository", t),
  ],
);

/** File versions, each once per repository: values beside its shape's keys, or the problem that prevents them. */
export const metricFile = pgTable(
  "metric_file",
  {
    ...repositoryColumns(),
    number: count("number").notNull(),
    path: text("path").notNull(),
    /** the Git blob id; for a composite file the hash of its parts */
    version: bytea("version").notNull(),
    size: count("size").notNull(),
    adapter: text("adapter").notNull(),
    adapterVersion: integer("adapter_version").notNull(),
    status: text("status").notNull(),
    /** a Warning of domain/model.ts: why there are no values */
    problem: jsonb("problem"),
    /** Warning[] of domain/model.ts: what was odd although there are values */
    warnings: jsonb("warnings"),
    shape: count("shape"),
    /** beside the shape's keys; special numbers are {"n":"NaN"} */
    values: jsonb("values"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.number] }),
    unique("metric_file_version").on(t.organizationId, t.repositoryId, t.path, t.version),
    // removing a shape looks for the versions that use it
    index("metric_file_of_shape").on(t.organizationId, t.repositoryId, t.shape),
    ofRepository("metric_file_repository", t),
    foreignKey({
      name: "metric_file_shape",
      columns: [t.organizationId, t.repositoryId, t.shape],
      foreignColumns: [metricShape.organizationId, metricShape.repositoryId, metricShape.number],
    }),
    check("metric_file_status", sql`${t.status} IN ('read', 'unreadable')`),
    check("metric_file_values", sql`(${t.status} = 'read') = (${t.shape} IS NOT NULL AND ${t.values} IS NOT NULL)`),
  ],
);

/** The catalogue of columns: one row per (path, key) that any version ever had. */
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
    firstPosition: count("first_position").notNull(),
    lastPosition: count("last_position").notNull(),
    lastChangedPosition: count("last_changed_position"),
    /** commits whose value differs from their baseline's: of all, and of the newest 200 */
    changes: integer("changes").notNull(),
    recentChanges: integer("recent_changes").notNull(),
    bestValue: doublePrecision("best_value"),
    /** the first commit that holds the best value */
    bestPosition: count("best_position"),
    /** the best value with all its digits, where a double does not tell integers apart */
    bestDigits: text("best_digits"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.path, t.key] }),
    ofRepository("metric_column_repository", t),
    check("metric_column_kind", sql`${t.kind} IN ('number', 'text', 'boolean', 'mixed', 'empty')`),
    check("metric_column_goal", sql`${t.goal} IN ('higher', 'lower')`),
  ],
);

/**
 * What people say of columns. Kept apart from the catalogue, which is written anew with every import: whatever is written
 * there is overruled by what stands here. A row stays when nothing is chosen any more.
 */
export const columnChoice = pgTable(
  "column_choice",
  {
    ...repositoryColumns(),
    path: text("path").notNull(),
    key: text("key").notNull(),
    /** whether `goal` counts: a chosen null says that no way is better */
    goalChosen: boolean("goal_chosen").notNull().default(false),
    goal: text("goal"),
    /** whether `unit` counts: a chosen null says that it has none */
    unitChosen: boolean("unit_chosen").notNull().default(false),
    unit: text("unit"),
    /** what people call it */
    alias: text("alias"),
    /** what the catalogue had before it was overruled: what counts again when the choice is taken back */
    toldGoal: text("told_goal"),
    toldGoalFrom: text("told_goal_from"),
    toldUnit: text("told_unit"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.repositoryId, t.path, t.key] }),
    ofRepository("column_choice_repository", t),
    check("column_choice_goal", sql`${t.goal} IN ('higher', 'lower')`),
  ],
);
