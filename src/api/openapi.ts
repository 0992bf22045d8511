// The description of the API (OpenAPI 3.1), made from the contracts, and a page to try it.
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import * as accounts from "./contract/accounts.ts";
import * as webhooks from "./contract/webhooks.ts";
import * as archive from "./contract/archive.ts";
import * as columnHistory from "./contract/column-history.ts";
import * as columns from "./contract/columns.ts";
import * as commits from "./contract/commits.ts";
import * as compare from "./contract/compare.ts";
import { type Contract, Problem } from "./contract/contract.ts";
import * as events from "./contract/events.ts";
import * as exported from "./contract/export.ts";
import * as files from "./contract/files.ts";
import * as health from "./contract/health.ts";
import * as repositories from "./contract/repositories.ts";
import * as series from "./contract/series.ts";
import * as session from "./contract/session.ts";
import * as stray from "./contract/stray-deliveries.ts";
import * as stream from "./contract/stream.ts";
import * as tags from "./contract/tags.ts";
import { etagOf, matchesTag } from "./etag.ts";
import { EXPLORER_THEME } from "./explorer.ts";
import { STATUS_OF } from "./problem.ts";
import { isFile } from "./route.ts";

/** Where the description is. */
export const OPENAPI_PATH = "/api/v1/openapi.json";
/** Where it can be tried. */
export const EXPLORER_PATH = "/api";

/** Swagger UI puts styles in; everything else of it is files of its own. */
export const EXPLORER_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What every route can be answered with, beside its own problems. */
const EVERYWHERE: readonly ErrorCode[] = [
  "bad-argument",
  "wrong-host",
  "too-many-requests",
  "internal",
  "database-unreachable",
  "database-busy",
];
const UNSAFE: readonly ErrorCode[] = ["request-refused", "wrong-content-type", "not-allowed"];

const TAGS: readonly (readonly [RegExp, string])[] = [
  [/\/session$/, "session"],
  [/\/accounts(?:\/|$)/, "accounts at Git servers"],
  [/\/webhooks(?:\/|$)/, "webhooks"],
  [/\/(?:commits|compare|export)/, "commits"],
  [/\/files(?:\/|$)/, "metric files"],
  [/\/(?:columns(?:\/|$)|(?:series|branches|tags|warnings)$)/, "columns, branches, tags, warnings"],
  [/./, "repositories"],
];

/** An operation is called what its contract is called in the code: `listCommits`. */
const OPERATION_IDS: ReadonlyMap<unknown, string> = new Map(
  [
    repositories,
    commits,
    columns,
    columnHistory,
    series,
    files,
    compare,
    tags,
    health,
    archive,
    events,
    stray,
    exported,
    stream,
    accounts,
    webhooks,
    session,
  ]
    .flatMap((contracts) => Object.entries<unknown>(contracts))
    .map(([name, each]) => [each, name]),
);

interface Content {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>>;
}

function problemAnswers(contract: Contract): Record<string, Content> {
  const codes = [...contract.problems, ...EVERYWHERE, ...(contract.method === "GET" ? [] : UNSAFE)];
  const byStatus = Map.groupBy(new Set(codes), (code) => String(STATUS_OF[code]));
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      { description: list.join(", "), content: { "application/problem+json": { schema: Problem } } },
    ]),
  );
}

function goodAnswer(contract: Contract): Content {
  const description = contract.summary;
  const bytes = z.string().describe("the file's bytes");
  if (contract.url.endsWith("/stream"))
    return { description, content: { "text/event-stream": { schema: stream.StreamEvent } } };
  if (isFile(contract)) {
    return { description, content: { "text/plain": { schema: bytes }, "application/octet-stream": { schema: bytes } } };
  }
  if (contract === exported.exportCommits) {
    return { description, content: { "text/csv": { schema: bytes }, "application/x-ndjson": { schema: bytes } } };
  }
  if (contract.answer === null) return { description: "done" };
  return { description, content: { "application/json": { schema: contract.answer } } };
}

/** Never kept by a browser: the answers of sessions and accounts, and what is sent while it is made. */
const NOT_NAMED: ReadonlySet<Contract> = new Set<Contract>([
  session.getSession,
  accounts.listAccounts,
  accounts.listAccountRepositories,
  webhooks.getWebhook,
  webhooks.listTeamWebhooks,
  stream.streamRepository,
  events.getEventBody,
  stray.listStrayDeliveries,
  stray.getStrayDelivery,
  stray.getStrayBody,
  exported.exportCommits,
]);

/** Answers that a browser may keep, and is told that it has. */
function isNamed(contract: Contract): boolean {
  return contract.method === "GET" && !NOT_NAMED.has(contract);
}

/** An answer without a body. */
const bare = (description: string): z.ZodType => z.null().describe(description);

/** Every whole number is below 2^53: saying so for each would fill half of the description. */
const toJsonSchema = createJsonSchemaTransform({
  zodToJsonConfig: {
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  },
});

/** A wildcard is one parameter with a name. */
function namedParams(params: z.ZodObject): z.ZodObject {
  const { "*": path, ...others } = params.shape;
  return path === undefined ? params : z.object({ ...others, path });
}

/** @returns a route as the description's generator takes it */
function described(contract: Contract): object {
  const { summary, params, query, body, status } = contract;
  const tag = TAGS.find(([pattern]) => pattern.test(contract.url))?.[1] ?? "";
  const answer = goodAnswer(contract);
  return {
    operationId: OPERATION_IDS.get(contract),
    summary,
    tags: [tag],
    ...(params === undefined ? {} : { params: namedParams(params) }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(body === undefined ? {} : { body }),
    response: {
      [status]: answer.content === undefined ? bare(answer.description) : answer,
      ...(isNamed(contract) ? { 304: bare("what If-None-Match names is still the answer") } : {}),
      ...problemAnswers(contract),
    },
  };
}

/** Adds the description and its page. Call it before the routes that are to be described. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Tidemark",
        version,
        description:
          "What every commit did to the numbers. Errors are problem details (RFC 9457). Requests that change something " +
          "are JSON and come from a page of this server. Integers beyond 2^53 are sent with all their digits. While the " +
          "database cannot be reached, answers that others still give have the header tidemark-as-of: a time, after which " +
          "nothing need be in them.",
      },
    },
    transform: (document) => {
      const { contract } = document.route.config ?? {};
      if (contract === undefined) return { schema: { hide: true }, url: document.url };
      const found = toJsonSchema({ ...document, schema: described(contract) });
      return { ...found, url: document.url.replace("*", ":path") };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: EXPLORER_PATH,
    staticCSP: EXPLORER_POLICY,
    theme: EXPLORER_THEME,
    uiConfig: { docExpansion: "list", deepLinking: true, validatorUrl: null },
  });
  let text: string | null = null;
  app.get(OPENAPI_PATH, { config: { group: "files" } }, (request, reply) => {
    text ??= JSON.stringify(app.swagger());
    const etag = etagOf(text);
    reply.header("cache-control", "no-cache").header("etag", etag);
    if (matchesTag(request.headers["if-none-match"], etag)) return reply.code(304).send();
    return reply.header("content-type", "application/json; charset=utf-8").send(text);
  });
}
