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

/** What a length or a size is counted in. */
const COUNTED: Readonly<Record<string, string>> = { string: " characters", array: " of them" };

function wantedOf(issue: z.core.$ZodIssue): string {
  const { code } = issue;
  if (code === "too_big") return `at most ${issue.maximum}${COUNTED[issue.origin] ?? ""}`;
  if (code === "too_small") return `at least ${issue.minimum}${COUNTED[issue.origin] ?? ""}`;
  if (code === "invalid_type") return issue.expected === "int" ? "a whole number" : `one ${issue.expected}`;
  if (code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (code === "unrecognized_keys") return "only fields of the contract";
  if (code === "invalid_format" && issue.format === "regex") return `what matches ${issue.pattern ?? "its pattern"}`;
  return "what the description at /api says";
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    data,
  );
}

function foundOf(issue: z.core.$ZodIssue, data: unknown): string {
  if (issue.code === "unrecognized_keys") return `unknown ones: ${echo(issue.keys.join(", "))}`;
  const value = valueAt(data, issue.path);
  if (value === undefined) return "nothing";
  if (typeof value === "object") return Array.isArray(value) ? "several" : "an object";
  return echo(JSON.stringify(value));
}

/** @returns the first thing that is wrong, as `bad-argument`. Objects and lists are never repeated */
export function argumentError(error: z.core.$ZodError, part: string, data: unknown): TidemarkError {
  const issue = error.issues[0] as z.core.$ZodIssue;
  return new TidemarkError("bad-argument", {
    attempt: `read the ${PLACES[part] ?? "request"}`,
    value: echo(issue.path.map(String).join(".") || part),
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
