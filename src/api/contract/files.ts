// Which files of a repository are read, in the API: rules, candidates, previews, and what names the rows of arrays.
import { z } from "zod";
import { type Contract, lineOfText, repeated, RepositoryParams, wholeText } from "./contract.ts";

/** Longest pattern, in characters: one of that many bytes may be stored. */
export const MAX_PATTERN = 256;
/** Rules changed by one request, of each kind. */
const MAX_CHANGES = 250;
/** Longest path, key of an array and name of a field, in characters. */
const MAX_PATH = 4_096;
const MAX_ARRAY = 512;
const MAX_FIELD = 512;

/** Fields that may name rows together. */
export const MAX_IDENTITY_CHOICE = 5;

/** A text as it stands in a file: anything but too much of it. */
const pattern = lineOfText(MAX_PATTERN).min(1);
const patterns = z.array(pattern).max(MAX_CHANGES).default([]);

/** A rule that says which paths are metric files. */
export const MetricRule = z.object({
  /** a path, or a glob when it holds one of `*?[` */
  pattern: z.string(),
  source: z.enum(["built-in", "dvc.yaml", "dvc.lock", "chosen"]),
  enabled: z.boolean(),
  glob: z.boolean(),
  /** paths that are read by it */
  files: z.number().int(),
  /** arrays whose row names people chose */
  named: z.array(z.object({ array: z.string(), fields: z.array(z.string()) })),
});
/** A rule. */
export type MetricRule = z.infer<typeof MetricRule>;

/** A path that is read. */
export const MetricFile = z.object({
  path: z.string(),
  /** by which rule; null when no rule names it any more, and its history is about to be read without it */
  rule: z.string().nullable(),
  adapter: z.string(),
  versions: z.number().int(),
  unreadable: z.number().int(),
  /** columns of numbers */
  numbers: z.number().int(),
});
/** A metric file. */
export type MetricFile = z.infer<typeof MetricFile>;

/** A file, or many alike, that no rule names and that hold numbers. */
export const Candidate = z.object({
  pattern: z.string(),
  /** distinct versions in the newest 200 commits of the default branch and of branches of data */
  versions: z.number().int(),
  paths: z.number().int(),
  /** what was looked into, and what its newest version holds */
  example: z.string(),
  adapter: z.string(),
  numbers: z.number().int(),
  values: z.number().int(),
  keys: z.array(z.string()),
});
/** A candidate. */
export type Candidate = z.infer<typeof Candidate>;

/** Everything about which files are read. */
export const MetricFiles = z.object({
  rules: z.array(MetricRule),
  /** globs that are on, and how many may be */
  globs: z.object({ on: z.number().int(), most: z.number().int() }),
  /** the first 1,000 by path */
  files: z.array(MetricFile),
  /** the likeliest first */
  candidates: z.array(Candidate),
  /** paths of what is known, but not read yet */
  recognised: z.array(z.string()),
  /** whether the history waits to be read once more, or is being read */
  reading: z.boolean(),
});
/** Which files are read. */
export type MetricFiles = z.infer<typeof MetricFiles>;

/** Which files are read. */
export const listFiles = {
  method: "GET",
  url: "/api/v1/repositories/:repository/files",
  summary: "Which files are read and by which rules, and what else may be metric files",
  params: RepositoryParams,
  status: 200,
  answer: MetricFiles,
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

/** The event that reads the history once more; null when nothing changed. */
const ReadAgain = z.object({ event: z.string().nullable() });

/** Changes the rules, all or none. */
export const changeFiles = {
  method: "POST",
  url: "/api/v1/repositories/:repository/files",
  summary: "Add, remove, turn on and off rules, all or none; the history is read once more in the background",
  params: RepositoryParams,
  body: z.strictObject({
    add: patterns.describe("paths and globs; a glob without a folder matches at any depth"),
    remove: patterns.describe("only those that were added"),
    on: patterns,
    off: patterns.describe("rules, or single paths that a glob names"),
  }),
  status: 202,
  answer: ReadAgain,
  problems: ["not-signed-in", "repository-not-found", "limit-exceeded"],
} as const satisfies Contract;

/** What one version of a file holds. */
const FileContent = z.object({
  path: z.string(),
  adapter: z.string(),
  numbers: z.number().int(),
  values: z.number().int(),
  keys: z.array(z.string()),
  problem: z.string().nullable(),
});

/** What a pattern names. */
export const PatternPreview = z.object({
  /** as it would be stored */
  pattern: z.string(),
  total: z.number().int(),
  versions: z.number().int(),
  /** the first 20, those of most versions first; the first 5 are looked into */
  paths: z.array(
    z.object({
      path: z.string(),
      versions: z.number().int(),
      readBy: z.string().nullable(),
      content: FileContent.nullable(),
    }),
  ),
});
/** What a pattern names. */
export type PatternPreview = z.infer<typeof PatternPreview>;

/** Looks before a pattern is saved. */
export const previewFiles = {
  method: "GET",
  url: "/api/v1/repositories/:repository/files/preview",
  summary: "What a pattern names in the newest commits, before it is saved",
  params: RepositoryParams,
  query: z.object({ pattern }),
  status: 200,
  answer: PatternPreview,
  problems: ["not-signed-in", "not-allowed", "repository-not-found"],
} as const satisfies Contract;

/** An array of objects in a file's newest version. */
export const RowArray = z.object({
  /** its key without row names; empty for a list that is the whole file */
  array: z.string(),
  rows: z.number().int(),
  /** the fields that name its rows now; null: their position */
  now: z.array(z.string()).nullable(),
  by: z.enum(["chosen", "tool", "inferred"]).nullable(),
  fields: z.array(
    z.object({
      name: z.string(),
      rows: z.number().int(),
      different: z.number().int(),
      examples: z.array(z.string()),
    }),
  ),
});
/** An array of objects. */
export type RowArray = z.infer<typeof RowArray>;

/** What names rows, and what would. */
export const FileRows = z.object({
  path: z.string(),
  arrays: z.array(RowArray),
  /** what the asked fields give: the first 40 names, rows without one, rows whose name comes again */
  names: z
    .object({
      names: z.array(z.string()),
      rows: z.number().int(),
      unnamed: z.number().int(),
      repeated: z.number().int(),
    })
    .nullable(),
});
/** What names rows. */
export type FileRows = z.infer<typeof FileRows>;

/** What names the rows of a file's arrays. */
export const listRows = {
  method: "GET",
  url: "/api/v1/repositories/:repository/files/rows",
  summary: "The arrays of a file's newest version, and the names that some fields would give to the rows of one",
  params: RepositoryParams,
  query: z.object({
    path: wholeText(MAX_PATH).min(1),
    array: wholeText(MAX_ARRAY).default(""),
    fields: repeated(wholeText(MAX_FIELD).min(1), MAX_IDENTITY_CHOICE),
  }),
  status: 200,
  answer: FileRows,
  problems: ["not-signed-in", "not-allowed", "repository-not-found", "file-not-found", "file-unreadable"],
} as const satisfies Contract;

/** Chooses what names the rows of an array. */
export const nameRows = {
  method: "POST",
  url: "/api/v1/repositories/:repository/files/rows",
  summary: "Choose the fields that name the rows of an array; the history is read once more in the background",
  params: RepositoryParams,
  body: z.strictObject({
    path: wholeText(MAX_PATH).min(1),
    array: wholeText(MAX_ARRAY),
    fields: z
      .array(wholeText(MAX_FIELD).min(1))
      .max(MAX_IDENTITY_CHOICE)
      .nullable()
      .describe("null: as Tidemark finds by itself"),
  }),
  status: 202,
  answer: ReadAgain,
  problems: ["not-signed-in", "repository-not-found", "limit-exceeded"],
} as const satisfies Contract;
