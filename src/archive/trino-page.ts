// A page of Trino's answer: its JSON read with care, and its values turned into those of an answer.
import { z } from "zod";
import { TidemarkError } from "../errors.ts";
import type { AnswerType, AnswerValue } from "./query-engine.ts";

/** A page, which may have neither columns nor rows. */
export interface TrinoPage {
  /** of the query */
  readonly id: string;
  readonly nextUri: string | null;
  /** Trino's types of the columns, `varchar(3)` as `varchar` */
  readonly types: readonly string[] | null;
  readonly rows: readonly (readonly unknown[])[];
  readonly error: { readonly name: string; readonly message: string } | null;
}

const MAX_TEXT = 10_000;
const PAGE = z.object({
  id: z.string().regex(/^[a-zA-Z0-9_-]{1,100}$/),
  nextUri: z.string().max(MAX_TEXT).nullish(),
  columns: z.array(z.object({ type: z.string().max(MAX_TEXT) })).nullish(),
  data: z.array(z.array(z.unknown())).nullish(),
  error: z.object({ errorName: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** @throws TidemarkError `archive-engine-failed` when it is no page of Trino's */
export function readPage(text: string, attempt: string, value: string): TrinoPage {
  const page = PAGE.safeParse(parsed(text));
  if (!page.success) {
    const parts = { attempt, value, found: "an answer that is not Trino's", wanted: "the address of a Trino server" };
    throw new TidemarkError("archive-engine-failed", parts, { cause: page.error });
  }
  const { id, nextUri, columns, data, error } = page.data;
  const name = /^[A-Z0-9_]{1,60}$/.exec(error?.errorName ?? "")?.[0] ?? "without a name";
  return {
    id,
    nextUri: nextUri ?? null,
    types: columns?.map(({ type }) => type.replace(/\(.*$/s, "")) ?? null,
    rows: data ?? [],
    error: error == null ? null : { name, message: error.message ?? "" },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const TYPES: Readonly<Record<AnswerType, readonly string[]>> = {
  integer: ["bigint", "integer", "smallint", "tinyint"],
  double: ["double", "real"],
  text: ["varchar", "char"],
  boolean: ["boolean"],
};
const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** @returns whether a column of Trino's type is what a question expects */
export function isOfType(type: AnswerType, trino: string): boolean {
  return TYPES[type].includes(trino);
}

/** @throws TypeError for what the type does not have, and for an integer that JSON has rounded */
export function valueOf(type: AnswerType, value: unknown): AnswerValue {
  if (value === null) return null;
  if (type === "text" && typeof value === "string") return value;
  if (type === "boolean" && typeof value === "boolean") return value;
  if (type === "double" && typeof value === "number") return value;
  if (type === "integer" && Number.isSafeInteger(value)) return value as number;
  const special = type === "double" ? SPECIAL.get(value) : undefined;
  if (special !== undefined) return special;
  throw new TypeError(type === "integer" ? "an integer beyond 2^53: cast it to a text" : `a value that is no ${type}`);
}
