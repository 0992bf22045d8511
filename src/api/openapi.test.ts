// The description of the API against the contracts that it is made from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../test/helpers/api-server.ts";
import * as accounts from "./contract/accounts.ts";
import * as webhooks from "./contract/webhooks.ts";
import * as columnHistory from "./contract/column-history.ts";
import * as archive from "./contract/archive.ts";
import * as columns from "./contract/columns.ts";
import * as commits from "./contract/commits.ts";
import * as compare from "./contract/compare.ts";
import * as events from "./contract/events.ts";
import * as exported from "./contract/export.ts";
import * as files from "./contract/files.ts";
import { type Contract, RepositoryParams } from "./contract/contract.ts";
import * as health from "./contract/health.ts";
import * as repositories from "./contract/repositories.ts";
import * as series from "./contract/series.ts";
import * as session from "./contract/session.ts";
import * as stray from "./contract/stray-deliveries.ts";
import * as stream from "./contract/stream.ts";
import * as tags from "./contract/tags.ts";
import { STATUS_OF } from "./problem.ts";

const { server } = await openApi();

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties: object } }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const isContract = (found: unknown): found is Contract => typeof (found as Contract | undefined)?.url === "string";
const modules: readonly Readonly<Record<string, unknown>>[] = [
  repositories,
  commits,
  columns,
  columnHistory,
  series,
  compare,
  tags,
  health,
  archive,
  files,
  exported,
  events,
  stray,
  stream,
  session,
  accounts,
  webhooks,
];
const contracts = modules.flatMap((module) => Object.values<unknown>(module)).filter(isContract);

async function readDescription(): Promise<Description> {
  return (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as Description;
}

test("the description holds every route of a contract and nothing else", async () => {
  const description = await readDescription();
  assert.match(description.openapi, /^3\.1\./);
  assert.equal(description.info.version, "1.2.3");
  const described = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = contracts.map(
    ({ method, url }) => `${method} ${url.replace("*", ":path").replace(/:(\w+)/g, "{$1}")}`,
  );
  assert.deepEqual(described.sort(), expected.sort());
  for (const contract of contracts) {
    const path = contract.url.replace("*", ":path").replace(/:(\w+)/g, "{$1}");
    const operation = description.paths[path]?.[contract.method.toLowerCase()] ?? assert.fail(path);
    assert.equal(operation.summary, contract.summary);
    const statuses = Object.keys(operation.responses);
    for (const always of ["400", "421", "429", "500", "503"])
      assert.ok(statuses.includes(always), `${path}: ${always}`);
    const named =
      contract.method === "GET" && !/\/(?:session|stream|export|body|webhook)$|\/(?:accounts|webhooks)\b/.test(path);
    assert.equal(statuses.includes("304"), named, path);
    assert.equal(operation.responses["304"]?.content, undefined, "304 has no body");
    for (const code of contract.problems) assert.ok(statuses.includes(String(STATUS_OF[code])), `${path}: ${code}`);
    const names = (operation.parameters ?? []).map((parameter) => parameter.name).sort();
    const params = Object.keys(contract.params?.shape ?? {}).map((name) => (name === "*" ? "path" : name));
    assert.deepEqual(names, [...params, ...Object.keys(contract.query?.shape ?? {})].sort(), path);
    const body = operation.requestBody?.content["application/json"]?.schema.properties ?? {};
    assert.deepEqual(Object.keys(body), Object.keys(contract.body?.shape ?? {}), path);
  }
});

test("the description says what is optional, what limits there are, and what is no JSON", async () => {
  const description = await readDescription();
  const page = description.paths["/api/v1/repositories/{repository}/commits"]?.["get"] ?? assert.fail();
  const parameter = (name: string) => page.parameters?.find((found) => found.name === name) ?? assert.fail(name);
  assert.deepEqual(parameter("limit").schema, { default: 40, type: "integer", minimum: 1, maximum: 200 });
  assert.notEqual(parameter("limit").required, true);
  assert.notEqual(parameter("columns").required, true);
  assert.equal(parameter("repository").required, true);
  const types = (path: string) => Object.keys(description.paths[path]?.["get"]?.responses["200"]?.content ?? {});
  assert.deepEqual(types("/api/v1/repositories/{repository}/stream"), ["text/event-stream"]);
  const raw = types("/api/v1/repositories/{repository}/commits/{sha}/files/{path}");
  assert.deepEqual(raw, ["text/plain", "application/octet-stream"]);
});

test("the description says what a CSV does to texts, and what a branch is to a list of all", async () => {
  const { paths } = await readDescription();
  const told = (path: string, name: string): string => {
    const found = paths[path]?.["get"]?.parameters?.find((each) => each.name === name) as { description?: string };
    return found.description ?? "";
  };
  const csv = told("/api/v1/repositories/{repository}/export", "format");
  for (const words of ["U+000A", "begins with '", "empty text", "ndjson is exact"]) assert.ok(csv.includes(words), csv);
  const list = "/api/v1/repositories/{repository}/commits";
  assert.match(told(list, "branch"), /view=all/);
  assert.match(told(list, "order"), /none without it/);
});

test("a browser that has the description is told so", async () => {
  const url = `${server.url}/api/v1/openapi.json`;
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  assert.match(etag, /^"[\w-]{22}"$/);
  const again = await fetch(url, { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
});

test("every operation has a name of its own: its contract's", async () => {
  const { paths } = await readDescription();
  const found = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));
  const names = modules
    .flatMap((module) => Object.entries<unknown>(module))
    .flatMap(([name, each]) => (isContract(each) ? [name] : []));
  assert.deepEqual(found.toSorted(), names.toSorted());
  for (const name of names) assert.match(name, /^[a-z]+(?:[A-Z][a-z]+)*$/);
  assert.equal(new Set(names).size, contracts.length);
});

test("patterns of the description are such as every engine reads, and say what the contracts check", async () => {
  const text = JSON.stringify(await readDescription());
  const patterns = new Set(Array.from(text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g), ([, found = ""]) => found));
  assert.ok(patterns.size >= 3, [...patterns].join(" "));
  for (const pattern of patterns) {
    // beyond these few escapes engines differ: \p, \u, \h …
    assert.doesNotMatch(JSON.parse(pattern) as string, /\\(?!x[0-9a-f]{2}|[dsw./\\-])|\(\?/, pattern);
  }
  const name = RepositoryParams.shape.repository;
  for (let code = 0; code <= 0x2028; code++) {
    const character = String.fromCharCode(code);
    assert.equal(name.safeParse(character).success, !/\p{Cc}/u.test(character), `U+${code.toString(16)}`);
  }
});

test("the page to try the API needs no session and loads its own files only", async () => {
  const page = await fetch(`${server.url}/api`);
  const text = await page.text();
  assert.equal(page.headers.get("set-cookie"), null);
  const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  assert.ok(links.length >= 5);
  for (const link of links) assert.equal((await fetch(new URL(link, `${server.url}/api`))).status, 200, link);
});
