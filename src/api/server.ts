// The HTTP server: its limits, what is checked of every request, and its routes in order.
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { POLL_SECONDS } from "../domain/poll-interval.ts";
import { TidemarkError } from "../errors.ts";
import type { DeliveryReceiver } from "../ingest/receive-delivery.ts";
import type { Log } from "../log.ts";
import { anythingChanged, changedHere, createReads, repositoryChanged } from "../reads/reads.ts";
import type { Secret } from "../secrets.ts";
import type { Archive } from "../archive/archive.ts";
import { readArchiveFigures } from "../store/archive-due.ts";
import type { Database } from "../store/database.ts";
import { readPulse } from "../store/repository-page.ts";
import type { AccountCalls } from "../workspace/account-calls.ts";
import type { WebhookCalls } from "../workspace/webhook-calls.ts";
import { bareServer, checkRequests } from "./bare-server.ts";
import { createCallers } from "./caller.ts";
import { tellAge } from "./data-age.ts";
import { EXPORT_LIMITS, type ExportLimits, ExportPlaces } from "./export-places.ts";
import { NOT_KEPT } from "./headers.ts";
import { addMetricsRoutes } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { signInLater, standInSignIn } from "./open-sign-in.ts";
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
import { archiveRoutes } from "./routes/archive.ts";
import { healthRoutes } from "./routes/health.ts";
import { tagRoutes } from "./routes/tags.ts";
import { strayRoutes, webhookRoutes } from "./routes/webhooks.ts";
import { logSecurityEvents } from "./security-events.ts";
import type { ReadRawFile, UseCases } from "./services.ts";
import { STREAM_LIMITS, StreamHub, type StreamLimits } from "./stream-hub.ts";
import { TIME_LIMITS, type TimeLimits } from "./time-limits.ts";
import { addWebFiles, isPage, loadWebApp, sendShell } from "./web-app.ts";

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
  /** most bytes of the pages that are kept between requests; 0 keeps none; default: the usual */
  readonly pageCacheBytes?: number | undefined;
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
  /** where commits are that left the database; without one they are missed with a reason */
  readonly archive?: Archive;
  /** milliseconds that only rise, by which what was read is believed for a while; tests stop it */
  readonly now?: () => number;
  /** a server that only operators reach, for `/metrics` and `/readyz`; without it this one has them while it is local */
  readonly operators?: FastifyInstance | null;
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
  archiveRoutes,
  eventRoutes,
  streamRoutes,
  accountRoutes,
  webhookRoutes,
  strayRoutes,
  sessionRoutes,
];

/**
 * Makes the server; it does not listen yet. `close()` ends its streams and its listening to the database.
 * @throws TidemarkError `file-not-found` when the web app is not built, `database-unreachable`
 */
export async function createServer(dependencies: ServerDependencies): Promise<FastifyInstance> {
  const { database, log, config, useCases, accounts, webhooks, readRawFile, receiver, operators = null } = dependencies;
  const times = { ...TIME_LIMITS, ...config.timeLimits };
  const app = bareServer(log, config.publicUrl?.startsWith("https:") === true, times);
  checkRequests(app, config.publicUrl);
  app.addHook("onRoute", (options) => {
    options.config = { group: "files", ...options.config };
  });
  logSecurityEvents(app, log);
  tellAge(app, database.replicas);
  const rates = { ...RATE_LIMITS, ...config.rateLimits };
  await limitRates(app, rates);
  await describeApi(app, config.version);
  const signIn = signInLater(app, dependencies);
  const limits = { ...STREAM_LIMITS, ...config.streamLimits };
  const streams = new StreamHub(
    (organization, id, known) => database.replicas.first(organization, (store) => readPulse(store, id, known)),
    log,
    limits,
  );
  const callers = createCallers(database, signIn, standInSignIn(app, dependencies));
  const exports = new ExportPlaces({ ...EXPORT_LIMITS, ...config.exportLimits });
  const { pageCacheBytes } = config;
  const reads = createReads(database, { pageCacheBytes, archive: dependencies.archive, now: dependencies.now });
  const pollSeconds = config.pollSeconds ?? POLL_SECONDS;
  const kept = { callers, signIn, streams, exports, pollSeconds, release: config.version };
  const services = { database, reads, useCases, accounts, webhooks, readRawFile, ...kept };
  addRoutes(
    app,
    ROUTES.flatMap((make) => make(services)),
    callers,
    (organization, nameOrId) => changedHere(reads, organization, nameOrId),
  );
  if (receiver !== null) addHookRoute(app, receiver, log, { perMinute: rates.hook, idleMs: times.idleMs });
  // behind a proxy everybody reaches what this server answers
  const { replicas } = database;
  const archive = () => readArchiveFigures(database.people.reads);
  const watched = { pages: reads.pages, replicas, archive, ask: () => database.people.query("SELECT") };
  const place = operators ?? (config.publicUrl === null ? app : null);
  if (place !== null) addMetricsRoutes(place, watched);
  app.get("/healthz", (_request, reply) => reply.header("cache-control", NOT_KEPT).send({ status: "ok" }));
  await answerTheRest(app, config.webFolder);
  const stopListening = await database.listen({
    changed: (repository, version) => {
      repositoryChanged(reads, repository, version);
      streams.changed(repository);
    },
    missed: () => {
      anythingChanged(reads);
      streams.missed();
    },
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
 * @param address port 0 takes any free one; the host is loopback unless an operator says otherwise; `setting`: where she says it
 * @returns where it answers
 * @throws TidemarkError `port-in-use`
 */
export async function listen(
  app: FastifyInstance,
  address: { readonly port: number; readonly host?: string; readonly setting?: string },
): Promise<{ readonly port: number; readonly url: string }> {
  const { port, host = "127.0.0.1", setting = "--port or TIDEMARK_PORT" } = address;
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
      wanted: `another port, by ${setting}`,
    };
    throw new TidemarkError("port-in-use", parts, { cause: error });
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { port: bound, url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}` };
}
