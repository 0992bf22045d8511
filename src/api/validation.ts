// Checks what came with a request against its contract, and says in our words what is wrong.
import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { TidemarkError } from "../errors.ts";
import { echo } from "./problem.ts";

const PLACES: Readonly<Record<string, string>> = {
  params: "path parameter",
  querystring: "query parameter",
  body: "field",
};

/** What is never repeated, not even to who sent it: problems are copied into reports. */
const SECRETS: ReadonlySet<string> = new Set(["token"]);

const EXPECTED: Readonly<Record<string, string>> = { int: "a whole number", number: "one number", string: "one text" };

/** A number of characters or of items. */
function counted(count: number | bigint, origin: string): string {
  if (origin === "string") return count === 1 ? "1 character" : `${count} characters`;
  return origin === "array" ? `${count} of them` : String(count);
}

function wantedOf(issue: z.core.$ZodIssue): string {
  const { code } = issue;
  if (code === "too_big") return `at most ${counted(issue.maximum, issue.origin)}`;
  if (code === "too_small") return `at least ${counted(issue.minimum, issue.origin)}`;
  if (code === "invalid_type") return EXPECTED[issue.expected] ?? `one ${issue.expected}`;
  if (code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (code === "unrecognized_keys") return "no other fields than the description at /api has";
  // contracts say in words what a pattern is
  if (code === "invalid_format" && issue.format === "regex") return issue.message;
  return "what the description at /api says";
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    data,
  );
}

function foundOf(issue: z.core.$ZodIssue, data: unknown): string {
  if (issue.code === "unrecognized_keys") return "no such field";
  const value = valueAt(data, issue.path);
  if (value === undefined) return "nothing";
  if (SECRETS.has(String(issue.path.at(-1)))) return "another text";
  if (Array.isArray(value)) return issue.code === "too_big" ? `${value.length} of them` : "several";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? JSON.stringify(echo(value)) : echo(JSON.stringify(value));
}

/** @returns the first thing that is wrong, as `bad-argument`. Objects and lists are never repeated */
export function argumentError(error: z.core.$ZodError, part: string, data: unknown): TidemarkError {
  const issue = error.issues[0] as z.core.$ZodIssue;
  const name = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : issue.path.map(String).join(".");
  return new TidemarkError("bad-argument", {
    attempt: `read the ${PLACES[part] ?? "request"}`,
    value: echo(name || part),
    found: foundOf(issue, data),
    wanted: wantedOf(issue),
  });
}

/** Makes fastify check with the contracts' schemas. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    const result = schema.safeParse(data);
    return result.success ? { value: result.data } : { error: argumentError(result.error, httpPart ?? "", data) };
  };
};
