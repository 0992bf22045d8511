// The nouns of Tidemark: what a repository, a branch, a commit, a file version and a column are. Imports nothing.

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A team's id, decimal digits. Only `authorise` and a worker's lease make one, so a query cannot lack it. */
export type OrganizationId = Branded<string, "OrganizationId">;
/** A repository's id, decimal digits. */
export type RepositoryId = Branded<string, "RepositoryId">;
/** A branch's number within its repository, from 1, in the order in which they were first seen. */
export type BranchId = Branded<number, "BranchId">;
/** A file version's number within its repository, from 1. */
export type FileId = Branded<number, "FileId">;
/** A commit's number within its repository, from 0, parents first. Later commits continue it: it never changes. */
export type Position = Branded<number, "Position">;
/** A commit's depth on first parents: a root has 0. It never changes. */
export type Ordinal = Branded<number, "Ordinal">;
/** A Git object id: 40 or 64 lower-case hex digits. */
export type Sha = Branded<string, "Sha">;

/**
 * One value of a flattened document. `NaN` and the infinities are numbers; a `bigint` is an integer beyond 2^53 of at
 * most 40 digits, kept exact.
 */
export type Value = number | bigint | string | boolean | null;

/** Which way is better, or null where nobody can say. */
export type Goal = "higher" | "lower" | null;
/** Who says so: a person, the file itself, the tool that wrote it, the unit, the name. */
export type GoalSource = "confirmed" | "file" | "tool" | "unit" | "name" | null;
/** What a file, or the tool that wrote it, says about a column: it counts more than what the column's name tells. */
export interface ColumnFacts {
  readonly unit: string | null;
  readonly goal: Goal;
  readonly goalFrom: GoalSource;
}
/** What a column mostly holds. */
export type ColumnKind = "number" | "text" | "boolean" | "mixed" | "empty";

/** A column: (path, key), and what is known of its figures. */
export interface ColumnHead {
  readonly path: string;
  readonly key: string;
  readonly kind: ColumnKind;
  readonly unit: string | null;
  readonly goal: Goal;
  readonly goalFrom: GoalSource;
  /** its rows could only be named by position in some version */
  readonly unstable: boolean;
}

/** A column, and what its whole history says about it. */
export interface CatalogueColumn extends ColumnHead {
  /** from 0 within its path: as written in the newest version, then what only older versions have, newest first */
  readonly writtenOrder: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly lastChangedPosition: number | null;
  /** commits whose value differs from their baseline's, or that alone have it: of all, and of the newest 200 */
  readonly changes: number;
  readonly recentChanges: number;
  /** of a column of numbers with a goal: its best finite value with all digits, and the lowest position that holds it */
  readonly bestValue: number | bigint | null;
  readonly bestPosition: number | null;
}

/** Why a file version has no values, or what was odd about it although it has. */
export type ProblemReason =
  | "too-large"
  | "not-readable"
  | "too-deep"
  | "too-many-leaves"
  | "too-much-text"
  | "symlink"
  | "submodule"
  | "lfs-pointer"
  | "dvc-tracked"
  | "merge-conflict"
  | "missing-object"
  | "not-text"
  | "no-figures"
  | "too-slow"
  // odd, but read
  | "duplicate-keys"
  | "key-too-long"
  | "number-too-large"
  | "replaced-characters"
  | "encoding"
  | "rows-unnamed"
  | "rows-repeated"
  | "too-many-rows"
  | "cut-off"
  | "more-documents"
  // of a commit as a whole
  | "too-many-files"
  | "too-many-changes"
  | "path-too-long";

/** A thing that people should know about a file version or a commit (I3). Sizes are bytes. */
export interface Warning {
  readonly reason: ProblemReason;
  /** one sentence that names what was found and what is wanted */
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly size?: number;
  readonly limit?: number;
}

/** The fields that name the rows of one array, by the array's key without row names: `results[].runs`. */
export type RowIdentities = Readonly<Record<string, readonly string[]>>;

/** A flattened document: keys and values of equal length, in the written order. Keys are unique. */
export interface FlatDocument {
  readonly keys: readonly string[];
  readonly values: readonly Value[];
}

/** What became of reading one file version: a document, or the one problem that prevents it. */
export interface Reading {
  readonly adapter: string;
  readonly adapterVersion: number;
  readonly document: FlatDocument | null;
  readonly problem: Warning | null;
  readonly warnings: readonly Warning[];
  /** keys (exact texts) whose rows could only be named by position */
  readonly unstableKeys: readonly string[];
  /** by key; absent where names have to tell */
  readonly facts?: ReadonlyMap<string, ColumnFacts>;
  /** it would be another one if it were known which files the repository has */
  readonly needsFiles?: true;
}

/** A rule that says which paths are metric files. */
export interface MetricPath {
  /** a glob, or a literal path when it holds none of `*?[` */
  readonly pattern: string;
  readonly source: "built-in" | "dvc.yaml" | "dvc.lock" | "chosen";
  readonly identity: RowIdentities | null;
  readonly enabled: boolean;
}

/** A person or program that wrote a commit; both texts are untrusted. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** as written: seconds since 1970 and a zone, "1700000000 +0100"; may be absurd */
  readonly written: string;
  /** milliseconds since 1970, clamped to 1970 … now + 1 day */
  readonly at: number;
}

/** What Git says of a commit. */
export interface CommitFacts {
  readonly sha: Sha;
  readonly parents: readonly Sha[];
  readonly author: Signature;
  readonly committer: Signature;
  /** the first paragraph of the message in one line (git's `%s`), NUL removed, at most 1,024 characters */
  readonly subject: string;
}
