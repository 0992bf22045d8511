// What a failed request is answered with: problem+json (RFC 9457), and the status of every code.
import { randomUUID } from "node:crypto";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { archiveTrouble, isArchiveCode } from "../domain/archive-trouble.ts";
import { type ErrorCode, type ErrorParts, isTidemarkError, TidemarkError } from "../errors.ts";
import { type Log, scrub } from "../log.ts";
import type { Problem } from "./contract/contract.ts";
import { NOT_KEPT } from "./headers.ts";
import { OutageLog } from "./outage-log.ts";
import { whoAsks } from "./security-events.ts";

/** The media type of a problem. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** The status of every code. A new code without one does not compile. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  "bad-address": 400,
  "bad-argument": 400,
  "bad-filter": 400,
  "bad-key": 400,
  "bad-setting": 500,
  "cursor-mismatch": 400,
  "branch-not-found": 404,
  "column-not-found": 404,
  "commit-not-found": 404,
  "file-not-found": 404,
  "repository-not-found": 404,
  "repository-exists": 409,
  "repository-gone": 410,
  "webhook-not-found": 404,
  "event-not-found": 404,
  "account-not-found": 404,
  "webhook-left": 409,
  "event-waiting": 409,
  "not-signed-in": 401,
  "link-not-valid": 403,
  "request-refused": 403,
  "not-allowed": 403,
  "wrong-host": 421,
  "wrong-content-type": 415,
  "too-many-requests": 429,
  "signature-refused": 401,
  "server-busy": 503,
  "address-not-allowed": 422,
  "not-a-repository": 422,
  "repository-empty": 422,
  "repository-corrupt": 422,
  "no-metric-files": 422,
  "access-denied": 422,
  "account-refused": 422,
  "scope-missing": 422,
  "provider-limited": 503,
  "provider-failed": 502,
  "host-not-found": 422,
  "remote-unreachable": 502,
  "remote-timeout": 504,
  "git-failed": 502,
  "git-missing": 500,
  "git-timeout": 504,
  "limit-exceeded": 413,
  "archive-store-unreachable": 503,
  "archive-store-unfit": 503,
  "archive-object-missing": 503,
  "archive-object-differs": 503,
  "archive-object-damaged": 503,
  "archive-engine-unreachable": 503,
  "archive-engine-busy": 503,
  "archive-engine-failed": 503,
  "secret-not-opened": 409,
  "mirror-full": 503,
  "file-unreadable": 422,
  "file-unwritable": 500,
  "database-unreachable": 503,
  "database-version": 503,
  "database-schema": 503,
  "database-busy": 503,
  "database-role": 503,
  "data-folder": 500,
  "data-folder-in-use": 500,
  "port-in-use": 500,
  migration: 500,
  "lease-lost": 503,
  "not-found": 404,
  internal: 500,
};

/** What these say is about the installation (addresses, folders, roles): people get the id, the log has the rest. */
const OURS_ALONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "bad-setting",
  "git-missing",
  "database-unreachable",
  "database-version",
  "database-schema",
  "database-busy",
  "database-role",
  "data-folder",
  "data-folder-in-use",
  "port-in-use",
  "migration",
  "lease-lost",
  "internal",
]);

/** What is said of these beside the id: what is the matter, and that nobody has to do anything here. */
const FOUND_OF_OURS: Partial<Record<ErrorCode, { readonly found: string; readonly wanted: string }>> = {
  "database-unreachable": { found: "no database that answers", wanted: "the same again once it does" },
  "database-busy": { found: "a database without room or time", wanted: "the same again later" },
};

/** Refusals that an operator wants to see, beside everything that is our own fault. */
const SECURITY_EVENTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "link-not-valid",
  "request-refused",
  "not-allowed",
  "wrong-host",
  "too-many-requests",
  "signature-refused",
  "address-not-allowed",
  "secret-not-opened",
]);

/** Seconds after which another try is worth it where nobody said: of what is busy, and of what has too many already. */
const RETRY_AFTER_S = 5;
/** Longest part of a request that is repeated in a problem, in characters. */
const MAX_ECHO = 100;

/** @returns at most MAX_ECHO characters of a text that came with the request */
export function echo(text: string): string {
  return text.length <= MAX_ECHO ? text : `${text.slice(0, MAX_ECHO)}…`;
}

/** @returns "cursor-mismatch" as "Cursor mismatch" */
function titleOf(code: ErrorCode): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll("-", " ");
}

/**
 * @param id names this occurrence in the log
 * @param status where the transport asks for another than the code's own
 */
export function problemOf(error: TidemarkError, id: string, status: number = STATUS_OF[error.code]): Problem {
  const hidden = OURS_ALONE.has(error.code);
  const archive = isArchiveCode(error.code) ? archiveTrouble(error.code) : null;
  const found = FOUND_OF_OURS[error.code] ?? { found: "a failure on our side", wanted: "none" };
  const detail =
    archive !== null
      ? `Cannot read older commits: found that ${archive}, noted in the log as ${id}, wanted the same again in a moment; the newest commits are shown without it.`
      : hidden
        ? `Cannot answer the request: found ${found.found}, noted in the log as ${id}, wanted ${found.wanted}.`
        : scrub(error.message); // whatever was sent in the wrong place: problems are copied into reports
  const type = `urn:tidemark:problem:${error.code}`;
  return { type, title: titleOf(error.code), status, code: error.code, detail, instance: `urn:uuid:${id}` };
}

/** What fastify itself refuses, by its status. */
const TRANSPORT_CODES: Readonly<Record<number, ErrorCode>> = {
  400: "bad-argument",
  404: "not-found",
  413: "limit-exceeded",
  414: "limit-exceeded",
  415: "wrong-content-type",
  429: "too-many-requests",
  431: "limit-exceeded",
};

/** What fastify's message says with words of the body in it, said without. */
const TRANSPORT_FOUND: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: "a body that is no JSON, or has a field that nothing may have",
  FST_ERR_CTP_BODY_TOO_LARGE: "a larger one",
  FST_ERR_MAX_PARAM_LENGTH: "a longer part of the path",
  FST_ERR_BAD_URL: "a path that is not percent-encoded UTF-8",
};

/** What was wanted instead, where a status alone says it. */
const TRANSPORT_WANTED: Readonly<Record<number, string>> = {
  413: "a body of at most 64 KiB",
  414: "path parts of at most 256 characters",
  415: "content-type application/json",
};

/**
 * Brings whatever was thrown into our words.
 * @returns the error, and the status that the transport gave it, if it did
 */
export function asTidemarkError(error: unknown, request: FastifyRequest): { error: TidemarkError; status?: number } {
  if (isTidemarkError(error)) return { error };
  const failure = error as Partial<FastifyError>;
  const status = failure.statusCode ?? 500;
  // only fastify's own: another library's status says nothing about what its message may hold
  const code = failure.code?.startsWith("FST_") === true ? TRANSPORT_CODES[status] : undefined;
  if (code === undefined) {
    const parts = {
      attempt: "answer",
      value: `${request.method} ${request.routeOptions.url ?? "?"}`,
      found: "an unexpected error",
      wanted: "none",
    };
    return { error: new TidemarkError("internal", parts, { cause: error }) };
  }
  const parts: ErrorParts = {
    attempt: "take the request",
    value: `${request.method} ${echo(request.url.split("?", 1)[0] ?? "")}`,
    found: TRANSPORT_FOUND[failure.code ?? ""] ?? failure.message ?? "an error",
    wanted: TRANSPORT_WANTED[status] ?? "a request as the contract at /api says",
  };
  return { error: new TidemarkError(code, parts, { cause: error }), status };
}

/**
 * Makes the handler that answers with a problem and logs what should be known: the one place where the failure of a
 * request is logged.
 */
export function problemHandler(
  log: Log,
): (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const outages = new OutageLog(log);
  return (thrown, request, reply) => {
    const { error, status } = asTidemarkError(thrown, request);
    const id = randomUUID();
    const problem = problemOf(error, id, status);
    const fields = { reqId: id, method: request.method, route: request.routeOptions.url ?? "", code: error.code };
    if (problem.status === 503) outages.tell(fields, error);
    else if (problem.status >= 500) log.error({ ...fields, err: error.cause ?? error }, "a request failed");
    else if (SECURITY_EVENTS.has(error.code)) {
      const refused = { ...fields, ...whoAsks(request), status: problem.status, outcome: "refused" };
      log.warn(refused, "a request was refused");
    }
    const isLater = problem.status === 503 || problem.status === 429;
    const seconds =
      error.retryAt === null ? RETRY_AFTER_S : Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1_000));
    if (isLater && !reply.hasHeader("retry-after")) reply.header("retry-after", String(seconds));
    if (problem.status === 401 && !reply.hasHeader("www-authenticate")) reply.header("www-authenticate", "Session");
    return (
      reply
        .code(problem.status)
        // the name that an answer was to have: who holds it would be told that nothing has changed
        .removeHeader("etag")
        .header("content-type", PROBLEM_TYPE)
        .header("cache-control", NOT_KEPT)
        .send(JSON.stringify(problem))
    );
  };
}
