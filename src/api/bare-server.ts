// The HTTP server before it has routes: its limits, and what is checked of every request.
import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { commonHeaders, NOT_KEPT } from "./headers.ts";
import { assertHost, hostList } from "./host-list.ts";
import { PROBLEM_TYPE, problemHandler, problemOf } from "./problem.ts";
import { assertSameOrigin, originList } from "./same-origin.ts";
import type { TimeLimits } from "./time-limits.ts";
import { validatorCompiler } from "./validation.ts";

// Limits (reference/web-security.md 5.1); those of time are in time-limits.ts.
const BODY_BYTES = 64 * 1024;
const HEADER_BYTES = 16 * 1024;
const HEADERS = 100;
/** A repository's name is longer than fastify's 100, percent-encoded. */
const PARAM_CHARACTERS = 256;
const CONNECTIONS = 4_096;
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

/** @returns a server without routes that answers problems as we do, and takes JSON only */
export function bareServer(log: Log, https: boolean, limits: TimeLimits): FastifyInstance {
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
export function checkRequests(app: FastifyInstance, publicUrl: string | null): void {
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
