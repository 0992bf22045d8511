// What a route's contract is: all that server, client and web app share of one route.
import { z } from "zod";
import type { ErrorCode } from "../../errors.ts";

/** One route. `params` and `query` hold scalars only; a repeated query parameter is declared with `repeated()`. */
export interface Contract {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** with fastify's `:name` parameters; a repository is one percent-encoded segment */
  readonly url: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly status: 200 | 201 | 202 | 204;
  readonly answer: z.ZodType | null;
  readonly problems: readonly ErrorCode[];
}

/** RFC 9457 problem details: the answer of every request that failed. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  /** names this occurrence in the log */
  instance: z.string(),
});
/** What a failed request is answered with. */
export type Problem = z.infer<typeof Problem>;

/** Longest repository name or id in a URL, in characters after decoding. */
export const MAX_REPOSITORY_NAME = 200;

/** Control characters: \p{Cc} spelt out, since the description's readers have engines that know no \p. */
// oxlint-disable-next-line no-control-regex
const NO_CONTROLS = /^[^\x00-\x1f\x7f-\x9f]*$/;

/** Postgres has no text with U+0000, a process no argument; half of a pair would come out as another character. */
function isWhole(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

/** A text as a file, a path or a key may hold it. */
export function wholeText(max: number): z.ZodString {
  return z.string().max(max, { abort: true }).refine(isWhole, "a text without U+0000 and halves of pairs");
}

/** A text of one line: no control characters, which neither Git nor people give a name. */
export function lineOfText(max: number): z.ZodString {
  return wholeText(max).regex(NO_CONTROLS, "a text without control characters");
}

/** A text of one line that people see: what they call something. */
export function visibleLine(max: number): z.ZodString {
  return lineOfText(max).min(1).regex(/[^\s]/, "a text that is not blank");
}

/** A whole number in a query, in plain decimal digits: no 1e1, no 0x10, no blanks, which `Number()` would take. */
export function wholeNumber(min: number, max: number, standard: number): z.ZodPreprocess<z.ZodDefault<z.ZodInt>> {
  const plain = (value: unknown): unknown =>
    typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return z.preprocess(plain, z.int().min(min).max(max).default(standard));
}

/** A truth value in a query: `true` or `false`. */
export function truth(standard: boolean): z.ZodPreprocess<z.ZodDefault<z.ZodBoolean>> {
  const words = new Map<unknown, boolean>([
    ["true", true],
    ["false", false],
  ]);
  return z.preprocess((value) => words.get(value) ?? value, z.boolean().default(standard));
}

/** The path parameter of everything below one repository. */
export const RepositoryParams = z.object({
  repository: lineOfText(MAX_REPOSITORY_NAME).min(1).describe("its id or its name"),
});

/** A value as the API sends it: special numbers are the texts "NaN", "Infinity", "-Infinity". */
export const ApiValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);
/** A value as it is once parsed. Integers beyond 2^53 are exact in the text of the answer. */
export type ApiValue = z.infer<typeof ApiValue>;

/** A query parameter that may be given several times, since keys hold commas. */
export function repeated<T extends z.ZodType>(item: T, max: number): z.ZodDefault<z.ZodPreprocess<z.ZodArray<T>>> {
  const list = z.array(item).max(max);
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), list).default([]);
}

/** Something that people should know about a commit or one of its files. `path` is null for the commit as a whole. */
export const WarningAnswer = z.object({
  reason: z.string(),
  message: z.string(),
  path: z.string().nullable(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
  size: z.number().optional(),
  limit: z.number().optional(),
});
/** A warning as the API sends it. */
export type WarningAnswer = z.infer<typeof WarningAnswer>;

/** What may be said where commits are needed that are in the archive; what needs the newest alone is answered without it. */
export const ARCHIVE_PROBLEMS = [
  "archive-store-unreachable",
  "archive-store-unfit",
  "archive-object-missing",
  "archive-object-differs",
  "archive-object-damaged",
  "archive-engine-unreachable",
  "archive-engine-busy",
  "archive-engine-failed",
] as const satisfies readonly ErrorCode[];
