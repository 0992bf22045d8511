// What a failed request to S3 means to people: our words by its status and code, and nothing else of what was said.
import { type ErrorCode, isTidemarkError, TidemarkError } from "../errors.ts";

/** What was tried, and on what: an object's or the store's place. */
export interface StoreAttempt {
  readonly attempt: string;
  readonly value: string;
}

/** What the SDK throws of an answer. */
interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** @returns the status that was answered; 0 where nothing was, or what could not be read */
function statusOf(error: unknown): number {
  const status = (error as ServiceError | null)?.$metadata?.httpStatusCode ?? 0;
  return status < 300 ? 0 : status;
}

/** @returns whether the key holds something already. Old servers say so by 304 */
export function isTaken(error: unknown): boolean {
  return [304, 412].includes(statusOf(error));
}

/** @returns whether another write of the key was under way */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409;
}

/** @returns whether there is no such object; a bucket that is missing is none */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) !== "NoSuchBucket";
}

/** @returns whether the upload in parts is gone: given up, or finished by an answer that was lost */
export function isUploadGone(error: unknown): boolean {
  return codeOf(error) === "NoSuchUpload";
}

/** @returns the error with four parts; what is one already about an object stays */
export function failureOf(error: unknown, at: StoreAttempt): TidemarkError {
  if (isTidemarkError(error)) return ofConnection(error, at);
  const status = statusOf(error);
  const [code, wanted] = status === 0 ? withoutAnswer(error) : meaningOf(status, codeOf(error));
  const found = status === 0 ? wordsOf(error) : `${status}${codeOf(error) && ` (${codeOf(error)})`}`;
  return new TidemarkError(code, { ...at, found, wanted }, status === 0 ? { cause: wordsOnly(error) } : {});
}

/** The SDK hangs requests and answers on its errors: none of that is taken along. */
function wordsOnly(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(message), { name });
}

const AGAIN = "a store that answers";

function ofConnection(error: TidemarkError, at: StoreAttempt): TidemarkError {
  if (error.code.startsWith("archive-") || error.code.startsWith("file-")) return error;
  const code = error.code.startsWith("remote-") || error.code === "host-not-found" ? "unreachable" : "unfit";
  return new TidemarkError(`archive-store-${code}`, { ...error.parts, ...at });
}

/** A word of the server's own list and nothing that it made up. */
function codeOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return /^[A-Za-z][A-Za-z0-9.]{0,63}$/.test(name) && !/^(?:Error|Unknown|UnknownError)$/.test(name) ? name : "";
}

function meaningOf(status: number, code: string): [ErrorCode, string] {
  if (code === "NoSuchBucket") return ["archive-store-unfit", "a bucket that is there (TIDEMARK_ARCHIVE)"];
  if (code === "RequestTimeTooSkewed") return ["archive-store-unfit", "clocks that agree within 15 minutes"];
  if (status === 401 || status === 403)
    return ["archive-store-unfit", "keys with the rights that docs/archive.md names"];
  if ([301, 302, 307, 308].includes(status)) {
    return [
      "archive-store-unfit",
      "the region and the server of the bucket (TIDEMARK_ARCHIVE_S3_REGION, …_S3_ENDPOINT)",
    ];
  }
  const passes = [408, 409, 429].includes(status) || code === "RequestTimeout" || (status >= 500 && status !== 501);
  return [
    passes ? "archive-store-unreachable" : "archive-store-unfit",
    passes ? AGAIN : "a store as docs/archive.md says",
  ];
}

/** What the SDK says before it asks anybody. */
function withoutAnswer(error: unknown): [ErrorCode, string] {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ["", ""];
  if (message === "Region is missing") {
    return ["archive-store-unfit", "a region (TIDEMARK_ARCHIVE_S3_REGION or AWS_REGION)"];
  }
  if (/Credentials|TokenProvider/.test(name)) {
    return [
      "archive-store-unfit",
      "keys by the AWS SDK's usual chain, or TIDEMARK_ARCHIVE_S3_ACCESS_KEY and …_S3_SECRET_KEY",
    ];
  }
  return ["archive-store-unreachable", "an answer by the rules of S3"];
}

function wordsOf(error: unknown): string {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ["", ""];
  if (message === "Region is missing") return "no region";
  return /Credentials|TokenProvider/.test(name) ? "no keys" : "an answer that cannot be read";
}
