// The log: one line of JSON an event, only fields that are on a list, and a fence that removes secrets from every line.
import { createRequire } from "node:module";
import type { Logger, pino as Pino } from "pino";
import { isTidemarkError } from "./errors.ts";

/** The log that every module writes to. A pino logger, so fastify takes it as it is. */
export type Log = Logger;
/** What is written: everything from this severity up. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Where lines go and how they look. */
export interface LogOptions {
  readonly level: LogLevel;
  /** one readable line for a terminal instead of JSON */
  readonly pretty?: boolean;
  /** takes whole lines, each with its newline; default: standard error */
  readonly destination?: { write(text: string): unknown };
}

/** Texts of passing secrets kept at a time: what was not used for longest leaves first. Each costs a branch of one regular expression. */
const MAX_SECRETS = 5_000;
/** Shorter texts are not replaced, in characters: they would blank out ordinary words. */
const MIN_SECRET_LENGTH = 8;
/** A text field is cut after this many characters: a line is for reading. */
const MAX_FIELD_LENGTH = 1_000;
const HIDDEN = "[secret]";

/** Text fields that may be written. Numbers and booleans may always; objects only through a serializer below. */
const TEXT_FIELDS = new Set(
  "organization repository commit branch path event lease attempt phase reason code state kind source name host origin url signal version task command setting folder table migration role worker reqId id route method level outcome stderr problem value notice user client keyId replica".split(
    " ",
  ),
);
/** Names whose value is never written, whatever its type. */
const NEVER_FIELDS = /authorization|cookie|token|password|secret|body|query|email|parameters/i;
/** Everything of the shape of a token, ours and the providers', and user info in a URL. */
const TOKEN_SHAPES =
  /\btd[a-z]_[0-9A-Za-z]{49}\b|\bgh[oprsu]_[0-9A-Za-z]{20,255}|\bgithub_pat_[0-9A-Za-z_]{20,255}|\bglpat-[0-9A-Za-z_.-]{16,255}|\b(?:Basic|Bearer) [0-9A-Za-z+/=._~-]{8,}|(?<=:\/\/)[^\s/"\\]{1,2048}(?=@)/gi;

/** E-mail addresses: they name people, and no line needs one. Lengths by RFC 5321, so that no text is gone over twice. */
const EMAIL_SHAPES = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

/** what this process has for good, by its settings and its key files … */
const settings = new Set<string>();
/** … and what it opened or was given for a while, used last at the end */
const secrets = new Set<string>();
let secretPattern: RegExp | null = null;

/**
 * Makes `text`, its base64 and its URL-encoded form disappear from every later line and every scrubbed text.
 * @param how `forGood`: for as long as the process runs, however many others come; only for the few that settings give
 */
export function hideInLogs(text: string, { forGood = false }: { readonly forGood?: boolean } = {}): void {
  if (text.length < MIN_SECRET_LENGTH || settings.has(text)) return;
  const forms = [text, Buffer.from(text).toString("base64"), encodeURIComponent(text)];
  const isKnown = secrets.has(text);
  for (const form of forms) {
    secrets.delete(form);
    (forGood ? settings : secrets).add(form);
  }
  if (isKnown) return;
  for (const oldest of secrets) {
    if (secrets.size <= MAX_SECRETS) break;
    secrets.delete(oldest);
  }
  secretPattern = null;
}

/** @returns `text` without any registered secret and without anything that looks like a token */
export function scrub(text: string): string {
  if (secrets.size + settings.size > 0) {
    // longest first: where one begins like another, the end of neither is left
    const texts = (): string[] => [...settings, ...secrets].toSorted((a, b) => b.length - a.length);
    secretPattern ??= new RegExp(
      texts()
        .map((secret) => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
        .join("|"),
      "g",
    );
    text = text.replace(secretPattern, HIDDEN);
  }
  return text.replace(TOKEN_SHAPES, HIDDEN);
}

function scrubLine(line: string): string {
  return scrub(line).replace(EMAIL_SHAPES, "[e-mail]");
}

/**
 * Makes the log of this process.
 * Source of the fence: pino's `redact` alone shows secrets in messages, deep fields, arrays and errors (measured).
 */
export function createLog(options: LogOptions): Log {
  // loaded here: most of this file is used by commands that make no log, and these start 15 ms earlier without it
  const { pino } = createRequire(import.meta.url)("pino") as { pino: typeof Pino };
  const destination = options.destination ?? process.stderr;
  const output = options.pretty ? { write: (line: string) => destination.write(readableLine(line)) } : destination;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: allowedFields },
      serializers: { error: errorFields, err: errorFields, req: requestFields, res: answerFields },
      hooks: { streamWrite: scrubLine },
    },
    output,
  );
}

function allowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (NEVER_FIELDS.test(name)) written[name] = HIDDEN;
    else if (name === "error" || name === "err" || name === "req" || name === "res") written[name] = value;
    else if (typeof value === "string") written[name] = TEXT_FIELDS.has(name) ? cut(value) : "[not on the list]";
    else if (typeof value === "bigint") written[name] = String(value);
    else if (typeof value === "object" && value !== null) written[name] = "[object]";
    else written[name] = value;
  }
  return written;
}

function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: cut(String(error)) };
  const fields: Record<string, unknown> = { name: error.name, message: cut(messageOf(error)) };
  if ("code" in error) fields["code"] = String(error.code);
  // ours say in words what is wrong; where in the code it was noticed helps nobody
  if (!isTidemarkError(error)) fields["stack"] = placesOf(error);
  if (error.cause !== undefined && error.cause !== error) fields["cause"] = causeOf(error.cause);
  return fields;
}

function causeOf(cause: unknown): string {
  return cut(cause instanceof Error ? `${cause.name}: ${messageOf(cause)}` : String(cause));
}

/** A message without the values that a statement was given: the library for sign-in lists them, Postgres repeats one. */
function messageOf(error: Error): string {
  const statement = error.message.split(/\nparams: /, 1)[0] ?? "";
  const isOfValue = "code" in error && /^22[0-9A-Z]{3}$/.test(String(error.code));
  return isOfValue ? statement.replace(/"[^"]*"?/g, '"…"') : statement;
}

/** Where it happened: the lines of the stack below the message, which can be many lines itself. */
function placesOf(error: Error): string | undefined {
  const lines = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return lines?.slice(0, 11).join("\n");
}

/** @returns what people report of an error that should not be: words and places, without secrets and what was only attached */
export function defectText(error: unknown): string {
  if (!(error instanceof Error)) return scrubLine(cut(String(error)));
  const cause = error.cause === undefined ? "" : `\ncaused by ${causeOf(error.cause)}`;
  return scrubLine(`${error.name}: ${cut(messageOf(error))}\n${placesOf(error) ?? ""}${cause}`);
}

function requestFields(request: { method?: string; routeOptions?: { url?: string } }): Record<string, unknown> {
  return { method: request.method, route: request.routeOptions?.url ?? null };
}

function answerFields(answer: { statusCode?: number }): Record<string, unknown> {
  return { status: answer.statusCode };
}

function cut(text: string): string {
  return text.length > MAX_FIELD_LENGTH ? `${text.slice(0, MAX_FIELD_LENGTH)}…` : text;
}

/** "12:30:05 warn  could not fetch repository=7 code=git-timeout", then an error's message on its own line. */
function readableLine(line: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, msg, error, err, ...rest } = fields;
  const failure = (error ?? err) as { message?: string } | undefined;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${printable(value)}`);
  const head = [String(time).slice(11, 19), String(level).padEnd(5), printable(msg ?? ""), ...details].join(" ");
  return failure?.message ? `${head}\n               ${printable(failure.message)}\n` : `${head}\n`;
}

/** Control characters as escapes: a name from a repository cannot move the cursor or break a line. */
function printable(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}
