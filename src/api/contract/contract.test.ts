// Every text that a request may bring has a greatest length, which is looked at before any pattern (T29).
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { CONTRACTS_BY_NAME } from "../../../test/helpers/strict-answers.ts";
import { lineOfText } from "./contract.ts";

/** What zod keeps of a schema and of its checks. */
interface Definition {
  readonly type?: string;
  readonly check?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Definition } }[];
  readonly maximum?: number;
  readonly abort?: boolean;
}

/** Longest text that any request brings in one piece: a path, in bytes as Git's systems allow it. */
const LONGEST = 4_096;

function definitionOf(value: unknown): Definition | null {
  if (typeof value !== "object" || value === null || !("_zod" in value)) return null;
  return (value as { readonly _zod: { readonly def: Definition } })._zod.def;
}

/** @returns the place of each text whose length nobody looks at, or whose pattern is tried on a text that is too long */
function boundless(schema: unknown, place: string): string[] {
  const found: string[] = [];
  const definition = definitionOf(schema);
  if (definition?.type === "string") {
    const checks = (definition.checks ?? []).map((check) => check._zod.def);
    const most = checks.findIndex(({ check, maximum = 0 }) => check === "max_length" && maximum <= LONGEST);
    if (most < 0) found.push(`${place}: no length`);
    else if (checks.some(({ check }, at) => check === "string_format" && (at < most || checks[most]?.abort !== true)))
      found.push(`${place}: a pattern before the length`);
  }
  // what a schema is made of stands in its definition, however deep
  const parts: unknown = definition ?? schema;
  if (typeof parts !== "object" || parts === null) return found;
  const inner = Object.entries(parts).filter(([name]) => name !== "checks");
  return [...found, ...inner.flatMap(([name, part]) => boundless(part, `${place} ${name}`))];
}

test("boundless() finds texts without a length, or with a pattern before it, in whatever they are", () => {
  const line = lineOfText(9);
  assert.deepEqual(boundless(z.object({ a: line.min(1).optional(), b: z.array(line).default([]) }), "x"), []);
  for (const bad of [
    z.string(),
    z.string().min(1),
    z.string().max(LONGEST + 1),
    z.string().max(9).regex(/a/),
    z.string().regex(/a/).max(9, { abort: true }),
    z.array(z.string()),
    z.union([line, z.string()]),
    z.preprocess((value) => value, z.array(z.string()).max(3)),
    z.record(z.string(), z.number()),
    z.object({ deep: z.object({ deeper: z.string().nullable().optional() }) }),
  ]) {
    assert.equal(boundless(z.object({ bad }), "x").length, 1, JSON.stringify(z.toJSONSchema(bad, { io: "output" })));
  }
});

test("every text of every contract's parameters, query and body has a greatest length", () => {
  assert.ok(CONTRACTS_BY_NAME.length >= 28, CONTRACTS_BY_NAME.map(([name]) => name).join());
  let asked = 0;
  for (const [name, { params, query, body }] of CONTRACTS_BY_NAME) {
    for (const [part, schema] of Object.entries({ params, query, body })) {
      if (schema === undefined) continue;
      asked += 1;
      assert.deepEqual(boundless(schema, `${name} ${part}`), []);
    }
  }
  assert.ok(asked > 40, `${asked} schemas`);
});
