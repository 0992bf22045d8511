// Texts that are none, U+0000 and halves of pairs, in every text of every contract: refused in words, never a failure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf } from "../../../test/helpers/filled-history.ts";
import { CONTRACTS_BY_NAME } from "../../../test/helpers/strict-answers.ts";
import { type Contract, Problem } from "../contract/contract.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
await fillHistory(db.database, organization, {
  name: "r",
  commits: [0, 1].map((n) => ({ parents: n === 0 ? [] : [n - 1], files: { "m.json": { document: { n } } } })),
  branches: [{ name: "main", head: 1 }],
});
const [OLD, NEW] = [shaOf("r", 0), shaOf("r", 1)];

/** What a good request has where something has to be. */
const GOOD: Readonly<Record<string, unknown>> = {
  repository: "r",
  column: "m.json:n",
  sha: NEW,
  event: "1",
  "*": "m.json",
  path: "m.json",
  pattern: "m.json",
  array: "",
  fields: ["n"],
  commits: [OLD, NEW],
  format: "csv",
  url: "https://example.org/r",
  token: `tdo_${"0".repeat(49)}`,
};

const NUL = ["a\0", "\0", "m.json:\0"];
const HALVES = ["a\ud800", "\udc00a", "m.json:\ud800\ud800"];
/** Bytes that stand for half of a pair where no text can hold it. */
const HALF_BYTES = "a%ED%A0%80";

type Part = "params" | "query" | "body";

interface TextPlace {
  readonly name: string;
  readonly part: Part;
  readonly field: string;
  readonly isList: boolean;
}

/** @returns whether a schema takes any text, itself or in a list */
function textIn(schema: z.core.JSONSchema.BaseSchema): "one" | "list" | null {
  if (schema.enum !== undefined) return null;
  if (schema.type === "string") return "one";
  if (schema.type === "array") return textIn(schema.items as z.core.JSONSchema.BaseSchema) === null ? null : "list";
  const found = (schema.anyOf ?? []).map((each) => textIn(each));
  return found.find((each) => each !== null) ?? null;
}

function textsOf(name: string, contract: Contract): TextPlace[] {
  return (["params", "query", "body"] as const).flatMap((part) => {
    const schema = contract[part];
    if (schema === undefined) return [];
    return Object.entries(z.toJSONSchema(schema, { io: "output" }).properties ?? {}).flatMap(([field, each]) => {
      const text = textIn(each as z.core.JSONSchema.BaseSchema);
      return text === null ? [] : [{ name, part, field, isList: text === "list" }];
    });
  });
}

/** The path and the body of a good request with one text in the place of its own. @param written percent-encoded */
function requestWith(contract: Contract, place: TextPlace, text: string, written: string): [string, RequestInit] {
  const needed = (part: Part): string[] => {
    const schema = contract[part];
    return schema === undefined ? [] : Object.keys(schema.shape).filter((field) => field in GOOD);
  };
  const encoded = (value: unknown): string => encodeURIComponent(String(value));
  const path = contract.url.replace(/:(\w+)|\*/g, (all, field: string | undefined) =>
    place.part === "params" && place.field === (field ?? all) ? written : encoded(GOOD[field ?? all]),
  );
  const query = needed("query").flatMap((field) =>
    place.part === "query" && place.field === field
      ? []
      : [GOOD[field]].flat().map((value) => `${field}=${encoded(value)}`),
  );
  if (place.part === "query") query.push(`${place.field}=${written}`);
  const body = Object.fromEntries(needed("body").map((field) => [field, GOOD[field]]));
  if (place.part === "body") body[place.field] = place.isList ? [text] : text;
  const headers = { "content-type": "application/json" };
  const sent = contract.method === "GET" ? {} : { headers, body: JSON.stringify(body) };
  return [`${path}?${query.join("&")}`, { method: contract.method, ...sent }];
}

const places = CONTRACTS_BY_NAME.flatMap(([name, contract]) =>
  textsOf(name, contract).map((place) => ({ contract, place })),
);

test("the texts of all contracts are found", () => {
  const names = places.map(({ place }) => `${place.name} ${place.part} ${place.field}`);
  for (const known of [
    "listColumns query path",
    "listRows query fields",
    "changeFiles body add",
    "nameRows body fields",
    "changeColumn body alias",
    "getFile params *",
    "getSeries query columns",
    "listCommits query where",
  ]) {
    assert.ok(names.includes(known), `${known} among ${names.join(", ")}`);
  }
});

for (const { contract, place } of places) {
  test(`${place.name} refuses what is no text in ${place.part} ${place.field}`, async () => {
    const refused = async (text: string, written: string): Promise<void> => {
      const [path, init] = requestWith(contract, place, text, written);
      const answer = await ada.fetch(path, init);
      const found = await answer.text();
      assert.equal(answer.status, 400, `${init.method} ${path} ${JSON.stringify(init.body)}: ${found.slice(0, 500)}`);
      const { code, detail } = Problem.parse(JSON.parse(found));
      assert.ok(["bad-argument", "bad-filter", "cursor-mismatch"].includes(code), `${path}: ${code}`);
      assert.match(detail, /^Cannot .+ wanted .+\.$/);
    };
    for (const text of NUL) await refused(text, encodeURIComponent(text));
    if (place.part === "body") {
      for (const text of HALVES) await refused(text, "");
      return;
    }
    // not UTF-8: it is refused, or taken as the characters that it is written with
    const [path, init] = requestWith(contract, place, "", HALF_BYTES);
    const { status } = await ada.fetch(path, init);
    assert.ok(status < 500, `${path}: ${status}`);
  });
}
