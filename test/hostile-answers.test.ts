// T4: answers that are made to fill the memory, to never end or to be read wrongly: each call ends in time, in words.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from "node:zlib";
import { type ErrorCode, isTidemarkError } from "../src/errors.ts";
import type { EgressAllowance } from "../src/outbound.ts";
import { call } from "../src/outbound-call.ts";
import { guardedAgent } from "../src/outbound-guard.ts";

/** With the limits of every day, or with shorter ones for what is there to last. */
const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
const CALL_MS = LONG ? 30_000 : 1_500;
const HEADERS_MS = LONG ? 10_000 : 1_000;
/** A busy machine's timers come late; undici's look once a second. */
const LATE_MS = 5_000;
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;
const MIB = 1024 * 1024;

const STATUS = "HTTP/1.1 200 OK\r\n";
const CHUNKED = "transfer-encoding: chunked\r\n\r\n";

/** What one server does with a connection, once a request has come. */
type Behaviour = (socket: Socket) => void;
const behaviours = new Map<string, Behaviour>();

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
  socket.once("data", (request) => behaviours.get(/^GET (\S+)/.exec(request.toString())?.[1] ?? "")?.(socket));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
const allow: EgressAllowance = { http: true, loopback: false, entries: [{ target: "127.0.0.1", ports: [port] }] };
const agent = guardedAgent(allow, { limits: { headersMs: HEADERS_MS } });
after(async () => {
  await agent.destroy();
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** Writes the same again and again, as fast as it is read, until the other side has gone. */
function endlessly(socket: Socket, piece: Buffer): void {
  const go = (): void => {
    while (!socket.destroyed && socket.write(piece));
    socket.once("drain", go);
  };
  go();
}

/** Writes one byte every 100 ms. */
function drip(socket: Socket, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 100);
  socket.on("close", () => clearInterval(timer));
}

function whole(headers: string, body: Buffer): Behaviour {
  return (socket) => {
    socket.write(`${STATUS}content-length: ${body.length}\r\n${headers}\r\n\r\n`);
    socket.end(body);
  };
}

function chunk(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
}

/** A gigabyte of zeros in a megabyte, as one stream: the same flushed block again and again. */
function gigabyte(): Buffer {
  const header = gzipSync("").subarray(0, 10);
  const block = deflateRawSync(Buffer.alloc(16 * MIB), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([header, ...Array<Buffer>(64).fill(block)]);
}

interface Case {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly code: ErrorCode;
}

const cases: readonly Case[] = [
  { name: "1 GiB as gzip", behaviour: whole("content-encoding: gzip", gigabyte()), code: "limit-exceeded" },
  {
    name: "1 GiB as gzip in gzip, said so",
    behaviour: whole("content-encoding: gzip, gzip", gzipSync(gigabyte())),
    code: "remote-unreachable",
  },
  {
    name: "brotli, which was not asked for",
    behaviour: whole("content-encoding: br", brotliCompressSync(Buffer.alloc(16 * MIB))),
    code: "remote-unreachable",
  },
  {
    name: "20 layers",
    behaviour: whole(`content-encoding: ${Array<string>(20).fill("gzip").join(", ")}`, gzipSync("x")),
    code: "remote-unreachable",
  },
  {
    name: "what is no gzip, said to be it",
    behaviour: whole("content-encoding: gzip", Buffer.from("x".repeat(100))),
    code: "remote-unreachable",
  },
  {
    name: "a gzip that is cut off",
    behaviour: whole("content-encoding: gzip", gzipSync("x".repeat(10_000)).subarray(0, 20)),
    code: "remote-unreachable",
  },
  { name: "a body larger than it may be", behaviour: whole("x: y", Buffer.alloc(9 * MIB)), code: "limit-exceeded" },
  {
    name: "a body without end",
    behaviour: (socket) => {
      socket.write(STATUS + CHUNKED);
      endlessly(socket, chunk(Buffer.alloc(64 * 1024)));
    },
    code: "limit-exceeded",
  },
  {
    name: "empty gzips without end",
    behaviour: (socket) => {
      socket.write(`${STATUS}content-encoding: gzip\r\n${CHUNKED}`);
      endlessly(socket, chunk(Buffer.concat(Array<Buffer>(1_000).fill(gzipSync("")))));
    },
    code: "limit-exceeded",
  },
  {
    name: "a byte every 100 ms",
    behaviour: (socket) => {
      socket.write(`${STATUS}content-length: 100000\r\n\r\n`);
      drip(socket, "x");
    },
    code: "remote-timeout",
  },
  {
    name: "a header's byte every 100 ms",
    behaviour: (socket) => {
      socket.write(`${STATUS}x: `);
      drip(socket, "x");
    },
    code: "remote-timeout",
  },
  { name: "no answer at all", behaviour: () => undefined, code: "remote-timeout" },
  {
    name: "provisional answers without end",
    behaviour: (socket) => endlessly(socket, Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")),
    code: "remote-timeout",
  },
  { name: "a header of 17 kB", behaviour: whole(`x: ${"y".repeat(17_000)}`, Buffer.from("x")), code: "limit-exceeded" },
  {
    name: "a header without end",
    behaviour: (socket) => {
      socket.write(`${STATUS}x: `);
      endlessly(socket, Buffer.alloc(64 * 1024, "y"));
    },
    code: "limit-exceeded",
  },
  {
    name: "two lengths",
    behaviour: whole("content-length: 7", Buffer.from("x")),
    code: "remote-unreachable",
  },
];

for (const [index, { name, behaviour, code }] of cases.entries()) {
  test(`call() ends on ${name}: ${code}`, async () => {
    const path = `/${index}`;
    behaviours.set(path, behaviour);
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
    const begin = performance.now();
    const request = { method: "GET", url: `http://127.0.0.1:${port}${path}`, attempt: "ask the server at" } as const;
    const error = await call(request, allow, { agent, callMs: CALL_MS }).catch((failure: unknown) => failure);
    const took = performance.now() - begin;
    clearInterval(watch);
    assert.ok(isTidemarkError(error, code), String(error instanceof Error ? error.stack : error));
    assert.ok(took < CALL_MS + LATE_MS, `${Math.round(took)} ms`);
    const growth = Math.max(most, process.memoryUsage.rss()) - before;
    assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / MIB)} MiB`);
  });
}
