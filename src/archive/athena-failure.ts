// What a failed call or execution of Athena means to people: our words, and none of what the service said of values or paths.
import type { QueryExecution } from "@aws-sdk/client-athena";
import { type ErrorCode, isTidemarkError, TidemarkError } from "../errors.ts";

type EngineCode = Extract<ErrorCode, `archive-engine-${string}`>;

/** @returns the error of a question that Athena was asked */
export function athenaFailure(code: EngineCode, found: string, wanted: string, cause?: unknown): TidemarkError {
  return new TidemarkError(code, { attempt: "ask the archive with", value: "Athena", found, wanted }, { cause });
}

/** @returns what a call failed with: the service's refusal, or no answer at all */
export function failureOfAthena(error: unknown): TidemarkError {
  if (isTidemarkError(error)) {
    return athenaFailure("archive-engine-unreachable", error.parts.found, error.parts.wanted, error);
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // the SDK hangs requests on its errors: none of that is taken along
  const cause = Object.assign(new Error(message), { name });
  if (/^(?:TooManyRequests|Throttling|RequestLimitExceeded)/.test(name)) {
    return athenaFailure("archive-engine-busy", "too many requests", "a moment", cause);
  }
  if (message === "Region is missing") {
    return athenaFailure("archive-engine-failed", "no region", "TIDEMARK_ATHENA_REGION or AWS_REGION", cause);
  }
  if (/Credentials|TokenProvider/.test(name)) {
    return athenaFailure("archive-engine-failed", "no keys", "keys by the AWS SDK's usual chain", cause);
  }
  if (/^(?:AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken|InvalidClientToken)/.test(name)) {
    return athenaFailure(
      "archive-engine-failed",
      `a refusal (${name})`,
      "the rights that docs/archive.md names",
      cause,
    );
  }
  if (name === "InvalidRequestException") {
    const wanted = "the workgroup, database and tables that docs/archive.md names";
    return athenaFailure("archive-engine-failed", "a request that is refused as invalid", wanted, cause);
  }
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 0) {
    const found = status === 0 ? "no answer that can be read" : `HTTP ${status}`;
    return athenaFailure("archive-engine-unreachable", found, "an answer", cause);
  }
  return athenaFailure("archive-engine-failed", /^\w{1,60}$/.exec(name)?.[0] ?? `HTTP ${status}`, "an answer", cause);
}

/** @returns what an execution ended with that did not succeed, and whether another one may */
export function endOf({ Status: status }: QueryExecution): { error: TidemarkError; mayPass: boolean } {
  const reason = status?.StateChangeReason ?? "";
  const cause = new Error(reason);
  if (/bytes scanned limit/i.test(reason)) {
    const found = "more bytes than the workgroup lets a query scan";
    const error = athenaFailure("archive-engine-failed", found, "a smaller question, or a higher limit", cause);
    return { error, mayPass: false };
  }
  const { ErrorCategory: category, ErrorType: type, Retryable: isRetryable } = status?.AthenaError ?? {};
  const numbers = category === undefined ? "" : ` (category ${category}, type ${type ?? "unknown"})`;
  const found = `the state ${/^[A-Z]{1,20}$/.exec(status?.State ?? "")?.[0] ?? "unknown"}${numbers}`;
  // one that somebody else stopped, at the console or by a limit of time, may be asked again
  const mayPass = isRetryable === true || status?.State === "CANCELLED";
  return { error: athenaFailure("archive-engine-failed", found, "the state SUCCEEDED", cause), mayPass };
}
