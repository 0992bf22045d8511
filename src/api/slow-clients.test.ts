// Clients that are slow, or never ask, or never read: each is cut, and the others are answered meanwhile (T23).
import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { openApi, startApi } from "../../test/helpers/api-server.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { Problem } from "./contract/contract.ts";
import { TIME_LIMITS } from "./time-limits.ts";

/** As short as they can be where a busy machine may not be taken for a slow client. */
const LIMITS = { requestMs: 2_000, headersMs: 1_000, checkMs: 50, connectionMs: 2_000 };
/** A machine may be as slow as that: one that is cut by nothing is not cut at all. */
const WATCHDOG_MS = 10 * 2 * LIMITS.requestMs;
/** The slowest that anybody else may be answered meanwhile: ten times 250 ms. */
const OTHERS_MS = 2_500;
/** Between two bytes of a slow client: as much of the limits as half a second is of the true ones. */
const DRIP_MS = 40;
/** Clients that open a connection and say nothing. */
const SILENT = 300;
/** The export that nobody reads: 16 MB, which fit into no buffer on the way, and are soon begun. */
const COMMITS = 400;
const NOTE_LENGTH = 40_000;

const { db, server } = await openApi({ config: { timeLimits: LIMITS } });
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const bob = await server.signIn(organization);
const note = "x".repeat(NOTE_LENGTH);
await fillHistory(db.database, organization, {
  name: "r",
  commits: Array.from({ length: COMMITS }, (_, n) => ({
    parents: n === 0 ? [] : [n - 1],
    files: { "m.json": { document: { n: n - (n % 100), note } } },
  })),
  branches: [{ name: "main", head: COMMITS - 1 }],
});

/** A client, and all that came back until the server closed. */
interface Client {
  readonly socket: Socket;
  readonly answer: Promise<string>;
}

/** Opens a connection on which nothing is said yet. */
function open(port = server.port): Client {
  const socket = connect(port, "127.0.0.1");
  const answer = new Promise<string>((resolve) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (part) => {
      text += String(part);
    });
    socket.on("error", () => undefined); // what is written once the server has closed
    socket.on("close", () => resolve(text));
  });
  return { socket, answer };
}

/** Says something, and then one byte after another until the server closes. */
function drip({ socket }: Client, first: string, byte: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(byte), DRIP_MS);
  socket.on("close", () => clearInterval(timer));
}

/** Waits for what has to end by itself. */
async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} after ${WATCHDOG_MS} ms`)), WATCHDOG_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again, as another person, until `work` is over. */
async function othersAreAnswered<T>(work: Promise<T>): Promise<T> {
  const state = { over: false };
  const end = work.finally(() => {
    state.over = true;
  });
  end.catch(() => undefined); // awaited below
  let slowest = 0;
  do {
    for (const path of ["/healthz", "/api/v1/repositories/r/commits?limit=1"]) {
      const start = performance.now();
      const answer = await bob.fetch(path);
      assert.equal(answer.status, 200, `${path}: ${(await answer.text()).slice(0, 300)}`);
      slowest = Math.max(slowest, performance.now() - start);
    }
  } while (!state.over);
  assert.ok(slowest < OTHERS_MS, `another was answered after ${slowest} ms`);
  return end;
}

function assertTimedOut(answer: string, name: string): void {
  assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/, name);
  assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1, name);
  const problem = Problem.parse(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)));
  assert.deepEqual([problem.status, problem.code], [408, "bad-argument"], name);
  assert.match(problem.detail, /found a part of it only, wanted all of it within 2 s\.$/, name);
}

const host = `Host: 127.0.0.1:${server.port}\r\n`;

test("createServer() cuts slow headers, a connection that never asks and a slow body by a 408", async () => {
  const [headers, idle, body] = [open(), open(), open()];
  drip(headers, `GET /healthz HTTP/1.1\r\n${host}X-Slow: `, "a");
  const post = `POST /api/v1/repositories HTTP/1.1\r\n${host}Origin: ${server.url}\r\nCookie: ${ada.cookie}\r\n`;
  drip(body, `${post}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"url": "`, "a");
  const clients = { headers, idle, body };
  await othersAreAnswered(
    Promise.all(
      Object.entries(clients).map(async ([name, { answer }]) =>
        assertTimedOut(await within(answer, `${name}: not cut`), name),
      ),
    ),
  );
  assert.deepEqual(server.asked, []);
});

test("createServer() closes a connection that asks no second time", async () => {
  // on a server of its own: fetch() keeps connections, and would find them closed
  const own = await startApi(db, { config: { timeLimits: { ...LIMITS, keepAliveMs: 300 } } });
  try {
    const client = open(own.port);
    client.socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${own.port}\r\n\r\n`);
    const answer = await within(client.answer, "not closed");
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\{"status":"ok"\}$/);
  } finally {
    await own.close();
  }
});

test("createServer() cuts a reader that stops, so that it notices", async () => {
  const path = `${server.url}/api/v1/repositories/r/export?format=ndjson`;
  const request = get(path, { headers: { cookie: ada.cookie }, agent: false });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  answer.on("error", () => undefined);
  const isOver = async (): Promise<void> => {
    // a person has one export at a time: another one can begin when this one is over
    for (const begun = performance.now(); performance.now() - begun < WATCHDOG_MS; ) {
      const next = await ada.fetch("/api/v1/repositories/r/export?format=csv&columns=m.json:n");
      await next.text();
      if (next.status === 200) return;
      assert.equal(next.status, 429);
    }
    assert.fail(`not cut after ${WATCHDOG_MS} ms`);
  };
  await othersAreAnswered(isOver());
  const closed = new Promise((resolve) => void answer.on("close", resolve));
  answer.resume();
  await within(closed, "not closed");
  assert.equal(answer.complete, false);
});

test("createServer() closes hundreds of connections that never ask, and answers who does meanwhile", async () => {
  const clients = Array.from({ length: SILENT }, () => open());
  await Promise.all(clients.map(({ socket }) => once(socket, "connect")));
  const answers = Promise.all(clients.map(({ answer }) => answer));
  for (const answer of await othersAreAnswered(within(answers, "not all cut"))) assertTimedOut(answer, "silent");
});

test("TIME_LIMITS cuts a reader that stops within 120 s, and no stream that is alive", () => {
  const { connectionMs, checkMs, headersMs, requestMs, keepAliveMs } = TIME_LIMITS;
  assert.ok(2 * connectionMs + 10 * checkMs <= 120_000, "Node waits twice");
  assert.ok(connectionMs > 3 * 15_000, "a stream says something every 15 s, and may lose one");
  assert.ok(headersMs < requestMs && requestMs < connectionMs && keepAliveMs > connectionMs);
});
