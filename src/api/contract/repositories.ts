// Repositories in the API: list, add, look at, sync, remove.
import { z } from "zod";
import { MAX_BRANCH_DAYS, MAX_BRANCH_NAME_BYTES, MAX_BRANCH_NAMES } from "../../domain/branch-choice.ts";
import { PROVIDER_KINDS } from "../../domain/provider-kind.ts";
import { MAX_COLUMN_ID } from "./commits.ts";
import { ApiValue, type Contract, RepositoryParams, visibleLine, wholeText } from "./contract.ts";

/** Longest id of an account, in digits. */
const MAX_ACCOUNT_ID = 18;
/** Longest address that can be added, in characters. */
export const MAX_ADDRESS = 2_000;

/**
 * How far an import is. Counts are of this repository and of the phase: all commits are read, then all are written, which
 * begins at 0 again. `secondsLeft` is an estimate from the current rate, while commits are written.
 */
export const Progress = z.object({
  phase: z.enum(["waiting", "fetching", "listing", "reading", "writing", "done"]),
  commitsDone: z.number().int(),
  commitsTotal: z.number().int().nullable(),
  filesDone: z.number().int(),
  filesTotal: z.number().int().nullable(),
  /** commits a second, over the last seconds */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** whether the newest commits can be read already */
  readable: z.boolean(),
});
/** How far an import is. */
export type Progress = z.infer<typeof Progress>;

/** What is being done for a repository. */
export const RepositoryState = z.enum(["waiting", "importing", "syncing", "ready", "failed"]);
/** What is being done for it. */
export type RepositoryState = z.infer<typeof RepositoryState>;

/** One column over the newest commits of the default branch, oldest first; null where it has no finite number. */
export const Spark = z.object({
  column: z.string(),
  goal: z.enum(["higher", "lower"]).nullable(),
  values: z.array(z.number().nullable()),
  now: ApiValue,
  change: z.number().nullable(),
});
/** A small picture of one column. */
export type Spark = z.infer<typeof Spark>;

/** Why a repository that was read has no branch. */
export const EmptyRepository = z.object({
  /** `new`: it has no commit yet; `deleted`: its last branch was deleted */
  reason: z.enum(["new", "deleted"]),
  /** the branch that was deleted last, and when that was found; null: none, or none whose commits are still kept */
  branch: z.object({ name: z.string(), deletedAt: z.string() }).nullable(),
});
/** Why there is no branch. */
export type EmptyRepository = z.infer<typeof EmptyRepository>;

/** A repository with its state and its counts. */
export const Repository = z.object({
  id: z.string(),
  name: z.string(),
  /** null for a folder read in place */
  url: z.string().nullable(),
  kind: z.enum(["remote", "folder"]),
  defaultBranch: z.string().nullable(),
  state: RepositoryState,
  progress: Progress.nullable(),
  /** why the last attempt failed, in words for people */
  problem: z.string().nullable(),
  /** things to know that are no failure: a shallow clone, a server without partial clone … */
  notices: z.array(z.string()),
  /** files that may be metric files and that no rule names: GET …/files tells which */
  candidates: z.number().int(),
  /** that a branch has */
  commits: z.number().int(),
  branches: z.number().int(),
  /** why it has no branch; null where it has one, and before it was read */
  empty: EmptyRepository.nullable(),
  files: z.number().int(),
  /** commits that miss values because a file of theirs could not be read */
  commitsMissingValues: z.number().int(),
  syncedAt: z.string().nullable(),
  latest: z.object({ sha: z.string(), subject: z.string(), committedAt: z.string() }).nullable(),
  spark: Spark.nullable(),
  /** id of the column that people chose for `spark`; null: it is chosen by what the newest commits hold */
  sparkColumn: z.string().nullable(),
  /** what its provider says of it; null where none is known */
  provider: z
    .object({
      kind: z.enum(PROVIDER_KINDS),
      /** its page there */
      webUrl: z.string().nullable(),
      visibility: z.enum(["public", "private"]).nullable(),
      archived: z.boolean(),
    })
    .nullable(),
  version: z.number().int(),
});
/** A repository. */
export type Repository = z.infer<typeof Repository>;

/** All repositories. */
export const listRepositories = {
  method: "GET",
  url: "/api/v1/repositories",
  summary: "All repositories of the organisation",
  status: 200,
  answer: z.object({ repositories: z.array(Repository) }),
  problems: ["not-signed-in"],
} as const satisfies Contract;

/** Adds a repository. */
export const addRepository = {
  method: "POST",
  url: "/api/v1/repositories",
  summary: "Add a repository by whatever leads to it; its history is imported in the background",
  body: z.strictObject({
    /** whatever leads to it: a page of it, its clone URL, the form for SSH, `owner/name` */
    url: wholeText(MAX_ADDRESS).regex(/[^\s]/, "the web address of a Git repository, such as https://host/owner/name"),
    /** the id of the account that it is read with; left out: one that sees it, or none where anybody may */
    account: wholeText(MAX_ACCOUNT_ID).optional(),
  }),
  status: 201,
  answer: Repository,
  problems: [
    "not-signed-in",
    "bad-address",
    "address-not-allowed",
    "host-not-found",
    "repository-exists",
    "repository-not-found",
    "account-not-found",
    "account-refused",
  ],
} as const satisfies Contract;

/** One repository. */
export const getRepository = {
  method: "GET",
  url: "/api/v1/repositories/:repository",
  summary: "One repository with its import progress",
  params: RepositoryParams,
  status: 200,
  answer: Repository,
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

/** Longest name that people may give a repository, in characters: it is one segment of an address in the browser. */
export const MAX_NAME = 120;

/** Names of branches, with * for any text. */
const BranchNames = z.array(wholeText(MAX_BRANCH_NAME_BYTES)).max(MAX_BRANCH_NAMES);

/** Changes a repository's settings. */
export const changeRepository = {
  method: "PATCH",
  url: "/api/v1/repositories/:repository",
  summary: "Change its name, the column of its small picture, its account, or which branches are followed",
  params: RepositoryParams,
  body: z.strictObject({
    /** by which it is found from now on; its old name leads nowhere */
    name: visibleLine(MAX_NAME).optional(),
    /** the id of a column; null: chosen by what the newest commits hold */
    sparkColumn: wholeText(MAX_COLUMN_ID).min(1).nullable().optional(),
    /** the id of the account that it is read with; null: as anybody may. A change asks for a sync */
    account: wholeText(MAX_ACCOUNT_ID).nullable().optional(),
    /** a change asks for a sync; what is left out stays */
    branches: z
      .strictObject({
        /** null: however old they are */
        days: z.int().min(1).max(MAX_BRANCH_DAYS).nullable().optional(),
        also: BranchNames.optional(),
        never: BranchNames.optional(),
      })
      .optional(),
  }),
  status: 200,
  answer: Repository,
  problems: ["not-signed-in", "repository-not-found", "repository-exists", "column-not-found", "account-not-found"],
} as const satisfies Contract;

/** Asks for new commits; the answer names the event. */
export const syncRepository = {
  method: "POST",
  url: "/api/v1/repositories/:repository/sync",
  summary: "Ask for its new commits",
  params: RepositoryParams,
  status: 202,
  answer: z.object({ event: z.string() }),
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

/** Removes a repository. */
export const removeRepository = {
  method: "DELETE",
  url: "/api/v1/repositories/:repository",
  summary: "Remove a repository and everything that was read from it",
  params: RepositoryParams,
  status: 204,
  answer: null,
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;
