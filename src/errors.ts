// The one error class of Tidemark and the closed list of its codes.

/** Every code an error of ours can have. `api/problem.ts` maps each to a status: a new one without does not compile. */
export type ErrorCode =
  // what people typed
  | "bad-address"
  | "bad-argument"
  | "bad-filter"
  | "bad-key"
  | "bad-setting"
  | "cursor-mismatch"
  | "branch-not-found"
  | "column-not-found"
  | "commit-not-found"
  | "file-not-found"
  | "repository-not-found"
  | "repository-exists"
  | "repository-gone"
  | "webhook-not-found"
  | "event-not-found"
  | "account-not-found"
  | "webhook-left"
  | "event-waiting"
  // who they are
  | "not-signed-in"
  | "link-not-valid"
  | "request-refused"
  | "not-allowed"
  | "wrong-host"
  | "wrong-content-type"
  | "too-many-requests"
  | "signature-refused"
  | "server-busy"
  // what we met on the way
  | "address-not-allowed"
  | "not-a-repository"
  | "repository-empty"
  | "repository-corrupt"
  | "no-metric-files"
  | "access-denied"
  | "account-refused"
  | "scope-missing"
  | "provider-limited"
  | "provider-failed"
  | "host-not-found"
  | "remote-unreachable"
  | "remote-timeout"
  | "git-failed"
  | "git-missing"
  | "git-timeout"
  | "limit-exceeded"
  | "mirror-full"
  | "file-unreadable"
  | "file-unwritable"
  // the archive
  | "archive-store-unreachable"
  | "archive-store-unfit"
  | "archive-object-missing"
  | "archive-object-differs"
  | "archive-object-damaged"
  | "archive-engine-unreachable"
  | "archive-engine-busy"
  | "archive-engine-failed"
  // this installation
  | "secret-not-opened"
  | "database-unreachable"
  | "database-version"
  | "database-schema"
  | "database-busy"
  | "database-role"
  | "data-folder"
  | "data-folder-in-use"
  | "port-in-use"
  | "migration"
  | "lease-lost"
  | "not-found"
  | "internal";

/** The four parts of an error's text. `value` is shown to people: never a secret. */
export interface ErrorParts {
  /** what was tried, as a verb phrase: "read the metric file" */
  readonly attempt: string;
  /** the thing it was tried on: "runs/metrics.json" */
  readonly value: string;
  /** what was there: "4.2 MiB" */
  readonly found: string;
  /** what would have been right: "at most 4 MiB" */
  readonly wanted: string;
}

/**
 * An error that people can act on. Its message reads:
 * Cannot read the metric file "runs/metrics.json": found 4.2 MiB, wanted at most 4 MiB.
 */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly parts: ErrorParts;
  /** when another try is allowed, in ms since 1970; null where nobody said (git does not tell of it) */
  readonly retryAt: number | null;

  constructor(code: ErrorCode, parts: ErrorParts, options?: ErrorOptions & { readonly retryAt?: number }) {
    super(
      `Cannot ${parts.attempt} ${JSON.stringify(parts.value)}: found ${parts.found}, wanted ${parts.wanted}.`,
      options,
    );
    this.name = "TidemarkError";
    this.code = code;
    this.parts = parts;
    this.retryAt = options?.retryAt ?? null;
  }
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission to write there",
  EEXIST: "a file where a folder has to be",
  ENOSPC: "a full disk",
  ENOTDIR: "a file where a folder has to be",
  EPERM: "no permission to write there",
  EROFS: "a disk that can only be read",
};

/** @returns what stands against making or writing a folder, in words; the system's own for what is rare */
export function folderReason(error: NodeJS.ErrnoException): string {
  return SYSTEM_REASONS[error.code ?? ""] ?? error.message;
}

/** @returns whether `error` is one of ours with one of these codes */
export function isTidemarkError(error: unknown, ...codes: readonly ErrorCode[]): error is TidemarkError {
  return error instanceof TidemarkError && (codes.length === 0 || codes.includes(error.code));
}
