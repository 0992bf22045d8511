// The HTTP server: its limits, what is checked of every request, and its routes in order.
import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { POLL_SECONDS } from "../domain/poll-interval.ts";
import { TidemarkError } from "../errors.ts";
import type { DeliveryReceiver } from "../ingest/receive-delivery.ts";
import type { Log } from "../log.ts";
import { createReads } from "../reads/reads.ts";
import type { Secret } from "../secrets.ts";
import type { Database } from "../store/database.ts";
import { readPulse } from "../store/repository-page.ts";
import type { AccountCalls } from "../workspace/account-calls.ts";
import type { WebhookCalls } from "../workspace/webhook-calls.ts";
import { createCallers } from "./caller.ts";
import { EXPORT_LIMITS, type ExportLimits, ExportPlaces } from "./export-places.ts";
import { commonHeaders, NOT_KEPT } from "./headers.ts";
import { assertHost, hostList } from "./host-list.ts";
import { describeApi } from "./openapi.ts";
import { PROBLEM_TYPE, problemHandler, problemOf } from "./problem.ts";
import { limitRates, RATE_LIMITS, type RateLimits } from "./rate-limits.ts";
import { addRoutes } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { columnRoutes } from "./routes/columns.ts";
import { commitRoutes } from "./routes/commits.ts";
import { compareRoutes } from "./routes/compare.ts";
import { eventRoutes } from "./routes/events.ts";
import { exportRoutes } from "./routes/export.ts";
import { fileRoutes } from "./routes/files.ts";
import { addHookRoute } from "./routes/hooks.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { seriesRoutes } from "./routes/series.ts";
import { sessionRoutes } from "./routes/session.ts";
import { streamRoutes } from "./routes/stream.ts";
import { healthRoutes } from "./routes/health.ts";
import { tagRoutes } from "./routes/tags.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { assertSameOrigin, originList } from "./same-origin.ts";
import { logSecurityEvents } from "./security-events.ts";
import type { ReadRawFile, Services, UseCases } from "./services.ts";
import { STREAM_LIMITS, StreamHub, type StreamLimits } from "./stream-hub.ts";
import { TIME_LIMITS, type TimeLimits } from "./time-limits.ts";
import { validatorCompiler } from "./validation.ts";
import { addWebFiles, isPage, loadWebApp, sendShell } from "./web-app.ts";

// Limits (reference/web-security.md 5.1); those of time are in time-limits.ts.
const BODY_BYTES = 64 * 1024;
const HEADER_BYTES = 16 * 1024;
const HEADERS = 100;
/** A repository's name is longer than fastify's 100, percent-encoded. */
const PARAM_CHARACTERS = 256;
const CONNECTIONS = 4_096;
/** A server that stops lets running requests end within this; browsers open connections ahead that never ask. */
const CLOSE_MS = 1_000;

/** What the server is told of this installation. */
export interface ServerConfig {
  /** the origin that people use, when it is not http://127.0.0.1:<port> */
  readonly publicUrl: string | null;
  /** the built web app; null serves the API alone */
  readonly webFolder: string | null;
  /** signs session cookies: at least 32 characters, derived for this purpose */
  readonly signInSecret: Secret;
  /** shown in the API's description */
  readonly version: string;
  /** seconds between two looks at a repository's refs; 0: there are none; default: the usual */
  readonly pollSeconds?: number | null;
  /** raised by benchmarks and tests */
  readonly rateLimits?: Partial<RateLimits>;
  readonly streamLimits?: Partial<StreamLimits>;
  readonly exportLimits?: Partial<ExportLimits>;
  readonly timeLimits?: Partial<TimeLimits>;
}

/** What the server works with. */
export interface ServerDependencies {
  readonly database: Database;
  readonly log: Log;
  readonly config: ServerConfig;
  readonly useCases: UseCases;
  readonly accounts: AccountCalls;
  readonly webhooks: WebhookCalls;
  readonly readRawFile: ReadRawFile;
  /** takes deliveries of webhooks; null: none are taken */
  readonly receiver: DeliveryReceiver | null;
}

/** Answers what Node's parser refuses, before there is a request. */
function refuseBadRequest(error: Error & { code?: string }, socket: Socket, requestMs: number): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, found, wanted] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "headers that are too large", `at most ${HEADER_BYTES / 1_024} KiB`]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "a part of it only", `all of it within ${requestMs / 1_000} s`]
        : ["400 Bad Request", "what is no HTTP request", "one"];
  const parts = { attempt: "read", value: "the request", found, wanted };
  const body = JSON.stringify(
    problemOf(new TidemarkError("bad-argument", parts), randomUUID(), Number(status.slice(0, 3))),
  );
  const headers = `content-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: ${NOT_KEPT}`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n${body}`);
}

function bareServer(log: Log, https: boolean, limits: TimeLimits): FastifyInstance {
  const headers = commonHeaders(https);
  const app = fastify({
    bodyLimit: BODY_BYTES,
    connectionTimeout: limits.connectionMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: PARAM_CHARACTERS },
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: HEADER_BYTES,
      requireHostHeader: false, // checked by us, and answered as a problem
    },
    clientErrorHandler: (error, socket) => refuseBadRequest(error, socket, limits.requestMs),
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers);
      void problemHandler(log)(error, request, reply);
    },
  });
  app.server.maxConnections = CONNECTIONS;
  app.server.maxHeadersCount = HEADERS;
  app.setErrorHandler(problemHandler(log));
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.decorateRequest("caller", null);
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  takeJsonOnly(app);
  return app;
}

/** JSON is all that is taken: a form or a plain text could come from anybody's page. An empty body is no body. */
function takeJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, String(body), done);
  });
}

/** What is checked of every request before anything else: its host, and where it comes from. */
function checkRequests(app: FastifyInstance, publicUrl: string | null): void {
  let hosts: ReadonlySet<string> = new Set();
  let origins: ReadonlySet<string> = new Set();
  app.addHook("onListen", () => {
    hosts = hostList((app.server.address() as AddressInfo).port, publicUrl);
    origins = originList(hosts, publicUrl);
  });
  app.addHook("onRequest", (request: FastifyRequest, _reply, done) => {
    try {
      assertHost(request.raw, hosts);
      // a delivery comes from another server, and has its own proof
      if (request.routeOptions.config.group !== "hooks") assertSameOrigin(request.raw, origins);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Opens sign-in when it is first needed, or as soon as the port is known: its cookie's name holds the port. */
function signInLater(app: FastifyInstance, { database, log, config }: ServerDependencies): Services["signIn"] {
  let opened: ReturnType<Services["signIn"]> | null = null;
  const signIn: Services["signIn"] = () => {
    const origin = config.publicUrl ?? `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    // loaded late: it takes a quarter of a second, which the first page need not wait for
    opened ??= import("./sign-in.ts").then((module) =>
      module.openSignIn(database, { origin, secret: config.signInSecret, log }),
    );
    return opened;
  };
  app.addHook("onListen", () => {
    signIn().catch((error: unknown) => log.error({ err: error }, "sign-in cannot be opened"));
  });
  return signIn;
}

/** The web app's pages and files, and what is not there. */
async function answerTheRest(app: FastifyInstance, webFolder: string | null): Promise<void> {
  const web = webFolder === null ? null : await loadWebApp(webFolder);
  if (web !== null) addWebFiles(app, web);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    if (web !== null && isPage(request)) return sendShell(web, reply);
    const value = `${request.method} ${(request.url.split("?", 1)[0] ?? "").slice(0, 100)}`;
    throw new TidemarkError("not-found", {
      attempt: "find",
      value,
      found: "nothing there",
      wanted: "a path of the description at /api",
    });
  });
}

const ROUTES = [
  repositoryRoutes,
  commitRoutes,
  columnRoutes,
  compareRoutes,
  seriesRoutes,
  tagRoutes,
  fileRoutes,
  exportRoutes,
  healthRoutes,
  eventRoutes,
  streamRoutes,
  accountRoutes,
  webhookRoutes,
  sessionRoutes,
];

/**
 * Makes the server; it does not listen yet. `close()` ends its streams and its listening to the database.
 * @throws TidemarkError `file-not-found` when the web app is not built, `database-unreachable`
 */
export async function createServer(dependencies: ServerDependencies): Promise<FastifyInstance> {
  const { database, log, config, useCases, accounts, webhooks, readRawFile, receiver } = dependencies;
  const times = { ...TIME_LIMITS, ...config.timeLimits };
  const app = bareServer(log, config.publicUrl?.startsWith("https:") === true, times);
  checkRequests(app, config.publicUrl);
  app.addHook("onRoute", (options) => {
    options.config = { group: "files", ...options.config };
  });
  logSecurityEvents(app, log);
  const rates = { ...RATE_LIMITS, ...config.rateLimits };
  await limitRates(app, rates);
  await describeApi(app, config.version);
  const signIn = signInLater(app, dependencies);
  const limits = { ...STREAM_LIMITS, ...config.streamLimits };
  const streams = new StreamHub(
    (organization, id, known) => readPulse(database.web.in(organization), id, known),
    log,
    limits,
  );
  const callers = createCallers(database, signIn);
  const exports = new ExportPlaces({ ...EXPORT_LIMITS, ...config.exportLimits });
  const reads = createReads(database);
  const pollSeconds = config.pollSeconds ?? POLL_SECONDS;
  const kept = { callers, signIn, streams, exports, pollSeconds };
  const services = { database, reads, useCases, accounts, webhooks, readRawFile, ...kept };
  addRoutes(
    app,
    ROUTES.flatMap((make) => make(services)),
    callers,
  );
  if (receiver !== null) addHookRoute(app, receiver, log, { perMinute: rates.hook, idleMs: times.idleMs });
  app.get("/healthz", (_request, reply) => reply.header("cache-control", NOT_KEPT).send({ status: "ok" }));
  await answerTheRest(app, config.webFolder);
  const stopListening = await database.listen({
    changed: (repository) => streams.changed(repository),
    missed: () => streams.missed(),
  });
  app.addHook("preClose", () => {
    streams.close();
    setTimeout(() => app.server.closeAllConnections(), CLOSE_MS).unref();
  });
  app.addHook("onClose", stopListening);
  await app.ready();
  return app;
}

/**
 * Begins to answer.
 * @param address port 0 takes any free one; the host is loopback unless an operator says otherwise
 * @returns where it answers
 * @throws TidemarkError `port-in-use`
 */
export async function listen(
  app: FastifyInstance,
  address: { readonly port: number; readonly host?: string },
): Promise<{ readonly port: number; readonly url: string }> {
  const { port, host = "127.0.0.1" } = address;
  try {
    await app.listen({ port, host });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const found = code === "EACCES" ? "a port that this account may not use" : "another program that listens there";
    const parts = {
      attempt: "listen on",
      value: `${host}:${port}`,
      found,
      wanted: "another port, by --port or TIDEMARK_PORT",
    };
    throw new TidemarkError("port-in-use", parts, { cause: error });
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { port: bound, url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}` };
}
