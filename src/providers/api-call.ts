// One question to a provider's API and what its answer means: the same errors for all of them, the answer by a schema.
import type { z } from "zod";
import { type ErrorCode, TidemarkError } from "../errors.ts";
import { call, type OutboundAnswer } from "../outbound-call.ts";
import { Secret } from "../secrets.ts";
import type { ProviderCall } from "./provider.ts";
import { limitedUntil, retryAfter, speaksOfLimit } from "./rate-limit.ts";

/** An API at one server, with what every question to it carries. */
export interface Api {
  /** "GitHub" */
  readonly label: string;
  /** where its paths begin, without a slash at the end */
  readonly root: string;
  readonly authorization: Secret | null;
  readonly headers: Readonly<Record<string, string>>;
  /** @returns the right that a 401, 403 or 404 says is missing, in the provider's words; null when it says nothing of that */
  missingScope(answer: OutboundAnswer): string | null;
}

/** One question. */
export interface Question {
  /** as a verb phrase in front of `value`: "list the repositories of" */
  readonly attempt: string;
  /** what people call the thing that is asked about: a repository, a server */
  readonly value: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** from the root on, with its query */
  readonly path: string;
  /** JSON; a `Secret` in it is sent as its text */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** what it takes where being refused, or seeing nothing, is about this one thing and not about the token */
  readonly right?: string;
  /** statuses above 399 that the caller understands itself, beside 404 */
  readonly understood?: readonly number[];
}

/** A web page where JSON was asked for. */
const MARKUP = /^\s*</;
/** Longest part of an answer's text that is looked through for words, in characters. */
const MAX_LOOK = 4_000;

/**
 * Asks, and says what went wrong in the same words for every provider.
 * @returns an answer with a status below 400 that is no web page, 404, or a status that the question understands
 * @throws TidemarkError `account-refused`, `scope-missing`, `provider-limited` (with `retryAt`), `provider-failed`; those
 * of `outbound`
 */
export async function ask(at: ProviderCall, api: Api, question: Question): Promise<OutboundAnswer> {
  const { method = "GET", path, body } = question;
  const answer = await call(
    {
      method,
      url: api.root + path,
      headers: {
        accept: "application/json",
        "user-agent": "tidemark", // GitHub refuses whoever has none
        ...api.headers,
        ...question.headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      authorization: api.authorization,
      body: body === undefined ? null : textOf(body),
      attempt: `ask ${api.label} at`,
      ...(at.signal === undefined ? {} : { signal: at.signal }),
    },
    at.allow,
  );
  const failure = failureOf(answer, api, question, at.now());
  if (failure !== null) throw failure;
  return answer;
}

/**
 * Reads an answer of `ask()`.
 * @throws TidemarkError `provider-failed` for text that is no JSON and for JSON of another shape
 */
export function read<Shape extends z.ZodType>(
  answer: OutboundAnswer,
  shape: Shape,
  api: Api,
  question: Question,
): z.output<Shape> {
  const json = parse(answer.text);
  if (json === undefined) throw failed(api, question, "an answer that is no JSON");
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join(".") ?? "";
  throw failed(api, question, `an answer of its API without a readable "${where.slice(0, 100)}"`);
}

/** Asks for something that may not be there. @returns null for 404 */
export async function askFor<Shape extends z.ZodType>(
  at: ProviderCall,
  api: Api,
  question: Question,
  shape: Shape,
): Promise<z.output<Shape> | null> {
  const answer = await ask(at, api, question);
  return answer.status === 404 ? null : read(answer, shape, api, question);
}

/** The error for what is not there although the question needs it. */
export function notThere(api: Api, question: Question): TidemarkError {
  return failed(api, question, "the status 404");
}

/** @returns the words of an answer that holds `message` or `error`; "" without. For looking at, never for people. */
export function wordsOf(answer: OutboundAnswer): string {
  return isPage(answer) ? "" : answer.text.slice(0, MAX_LOOK);
}

/** JSON with the secrets in it as they are: a webhook's leaves for its provider here. */
function textOf(body: unknown): string {
  return JSON.stringify(body, function replace(this: Readonly<Record<string, unknown>>, key: string, value: unknown) {
    const original = this[key]; // `value` is what `Secret` says of itself to JSON
    return original instanceof Secret ? original.reveal() : value;
  });
}

function failureOf(answer: OutboundAnswer, api: Api, question: Question, now: number): TidemarkError | null {
  const { status, headers } = answer;
  if (question.understood?.includes(status) === true) return null;
  const isLimited = status === 429 || (status === 403 && speaksOfLimit(wordsOf(answer)));
  const until = status === 403 || status === 429 ? limitedUntil(headers, isLimited, now) : null;
  if (until !== null) return limited(api, question, until, now);
  if (status === 401 || status === 403 || status === 404) return refusal(answer, api, question);
  if (status >= 500) {
    const later = retryAfter(headers, now);
    return failed(api, question, `the status ${status}`, later === null ? {} : { retryAt: later });
  }
  const isAnswer = (status >= 200 && status < 300) || status === 304;
  if (!isAnswer) return failed(api, question, `the status ${status}`);
  return isPage(answer) ? failed(api, question, "a web page instead of an answer of its API") : null;
}

/** What 401, 403 and 404 mean: the token, its rights, the account's rights, or simply nothing there. */
function refusal(answer: OutboundAnswer, api: Api, question: Question): TidemarkError | null {
  const { status } = answer;
  const scope = status === 401 ? null : api.missingScope(answer);
  if (scope !== null) {
    const parts = { found: "a token without the right to it", wanted: `a token with ${scope}` };
    return problem("scope-missing", question, parts);
  }
  if (status === 401 && api.authorization !== null) {
    const parts = { found: `a token that is not taken by ${api.label}`, wanted: "one that is valid and not expired" };
    return problem("account-refused", question, parts);
  }
  if (question.right !== undefined) {
    const parts = { found: "an account that may not do it", wanted: question.right };
    return problem("scope-missing", question, parts);
  }
  if (status === 404) return null;
  const found = `a refusal of ${api.label} (${status})`;
  const wanted = api.authorization === null ? "an account" : "an account that is let in, and a token that is allowed";
  return problem("account-refused", question, { found, wanted });
}

function limited(api: Api, question: Question, retryAt: number, now: number): TidemarkError {
  const seconds = Math.ceil((retryAt - now) / 1_000);
  const found = `that ${api.label} takes no more questions from this account for now`;
  const parts = { found, wanted: `a wait of ${seconds} s` };
  return problem("provider-limited", question, parts, { retryAt });
}

function failed(api: Api, question: Question, found: string, options?: { readonly retryAt?: number }): TidemarkError {
  return problem("provider-failed", question, { found, wanted: `an answer of ${api.label}` }, options);
}

function problem(
  code: ErrorCode,
  { attempt, value }: Question,
  parts: { readonly found: string; readonly wanted: string },
  options?: { readonly retryAt?: number },
): TidemarkError {
  return new TidemarkError(code, { attempt, value, ...parts }, options);
}

/** Providers, and proxies before them, answer with web pages and status 200 while something is wrong. */
function isPage({ headers, text }: OutboundAnswer): boolean {
  return /\bhtml\b/i.test(headers["content-type"] ?? "") || MARKUP.test(text.slice(0, 200));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
