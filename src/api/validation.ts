// Checks what came with a request against its contract, and says in our words what is wrong.
import type { FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import { TidemarkError } from "../errors.ts";
import { echo } from "./problem.ts";

const PLACES: Readonly<Record<string, string>> = {
  params: "path parameter",
  querystring: "query parameter",
  body: "field",
};

/** What is never repeated, not even to who sent it: problems are copied into reports. */
const SECRETS: ReadonlySet<string> = new Set(["token"]);

/** Every number that a contract asks for is a whole one. */
const WHOLE = "one whole number, in digits";
const EXPECTED: Readonly<Record<string, string>> = {
  int: WHOLE,
  number: WHOLE,
  string: "one text",
  boolean: "true or false",
  array: "a list",
};

/** A number of characters or of items. */
function counted(count: number | bigint, origin: string): string {
  if (origin === "string") return count === 1 ? "1 character" : `${count} characters`;
  return origin === "array" ? `${count} of them` : String(count);
}

/** @returns what an object may have besides what it has too much */
function knownNames(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const names = schema instanceof z.ZodObject && path.length === 0 ? Object.keys(schema.shape) : null;
  if (names === null) return "no other fields than the description at /api has";
  return names.length === 0 ? "none" : `${names.length === 1 ? "" : "one of "}${names.join(", ")}`;
}

function wantedOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const { code } = issue;
  if (code === "too_big") return `at most ${counted(issue.maximum, issue.origin)}`;
  if (code === "too_small") return `at least ${counted(issue.minimum, issue.origin)}`;
  if (code === "invalid_type") return EXPECTED[issue.expected] ?? `one ${issue.expected}`;
  if (code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (code === "unrecognized_keys") return knownNames(schema, issue.path);
  // contracts say in words what a pattern is
  if ((code === "invalid_format" && issue.format === "regex") || code === "custom") return issue.message;
  return "what the description at /api says";
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, name) => {
    if (typeof value === "object" && value !== null) return Reflect.get(value, name);
    return name === 0 ? value : undefined; // a query parameter that came once is its own first
  }, data);
}

const placeOf = (part: string): string => PLACES[part] ?? "part";

function foundOf(issue: z.core.$ZodIssue, data: unknown, part: string): string {
  if (issue.code === "unrecognized_keys") return `no such ${placeOf(part)}`;
  const value = valueAt(data, issue.path);
  if (value === undefined || (value === null && issue.path.length === 0)) return "nothing";
  if (value === null) return "null";
  if (SECRETS.has(String(issue.path.at(-1)))) return "another text";
  if (Array.isArray(value)) {
    if (issue.code === "too_big") return `${value.length} of them`;
    return part === "body" ? "a list" : "several";
  }
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? JSON.stringify(echo(value)) : echo(JSON.stringify(value));
}

/** @returns the first thing that is wrong, as `bad-argument`. Objects and lists are never repeated */
export function argumentError(error: z.core.$ZodError, schema: z.ZodType, part: string, data: unknown): TidemarkError {
  const issue = error.issues[0] as z.core.$ZodIssue;
  // one of several query parameters of a name has no name of its own
  const path = part === "querystring" ? issue.path.slice(0, 1) : issue.path;
  const name = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : path.map(String).join(".");
  return new TidemarkError("bad-argument", {
    attempt: `read the ${name === "" ? "request's" : (PLACES[part] ?? "request")}`,
    value: echo(name || part),
    found: foundOf(issue, data, part),
    wanted: wantedOf(issue, schema),
  });
}

/** Makes fastify check with the contracts' schemas. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: argumentError(result.error, schema, httpPart ?? "", data) };
  };
};
