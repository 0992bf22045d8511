// Tests of how the AWS SDK's requests go out: where to, streamed, within limits, and what is worth another try.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { listenOnLoopback } from "../test/helpers/loopback-listeners.ts";
import { PUBLIC_ONLY } from "./outbound.ts";
import { GuardedHandler, type HandlerOptions } from "./outbound-handler.ts";

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: string[] = [];
const listeners = await listenOnLoopback(["127.0.0.2", "127.0.0.3"], (request, response) => {
  asked.push(`${request.method} ${request.url}`);
  answer(request, response);
});
const { port } = listeners;

type Given = Parameters<GuardedHandler["handle"]>[0];
const given = (more: Partial<Given> = {}): Given => ({
  method: "GET",
  protocol: "http:",
  hostname: "127.0.0.2",
  port,
  path: "/bucket/key",
  headers: { host: `127.0.0.2:${port}` },
  ...more,
});
const handlerOf = (more: HandlerOptions = {}): GuardedHandler =>
  new GuardedHandler(PUBLIC_ONLY, { own: { origin: `http://127.0.0.2:${port}`, names: ["bucket"] }, ...more });
const failureOf = async (work: Promise<unknown>): Promise<Error & { code?: string; $retryable?: unknown }> =>
  work.then(
    () => assert.fail("it was answered"),
    (error: unknown) => error as Error,
  );

test("handle() reaches the named server, and no other that is private or without TLS", async () => {
  answer = (_request, response) => response.end("here");
  const handler = handlerOf();
  const { response } = await handler.handle(given());
  assert.deepEqual([response.statusCode, (await buffer(response.body)).toString()], [200, "here"]);
  listeners.clear();
  const elsewhere: readonly Partial<Given>[] = [
    { hostname: "127.0.0.3" },
    { hostname: "127.0.0.2", port: port + 1 },
    { hostname: "localhost" },
    { hostname: "bucket.127.0.0.2.localhost" },
    { hostname: "169.254.169.254", port: 80 },
    { hostname: "[::ffff:127.0.0.2]" },
    { hostname: "s3.example.org", port: 80 },
    { protocol: "https:" },
  ];
  for (const one of elsewhere) {
    const error = await failureOf(handler.handle(given(one)));
    assert.match(String(error.code), /^(?:address-not-allowed|host-not-found)$/, JSON.stringify(one));
    assert.equal(error.$retryable, undefined);
  }
  assert.deepEqual(listeners.connections, []);
});

test("handle() obeys what is denied, also for the named server", async () => {
  const denied = { ...PUBLIC_ONLY, deny: ["127.0.0.2"] };
  const handler = new GuardedHandler(denied, { own: { origin: `http://127.0.0.2:${port}`, names: [] } });
  assert.equal((await failureOf(handler.handle(given()))).code, "address-not-allowed");
});

test("handle() asks for what was signed, and follows no redirect", async () => {
  answer = (_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.2:${port}/other`, "x-a": ["1", "2"] }).end();
  const query = { "list-type": "2", prefix: "a/b=ü'()*! +", delete: null, "a-b": ["2", "1"] };
  const { response } = await handlerOf().handle(given({ query }));
  assert.equal(response.statusCode, 307);
  assert.equal(response.headers["x-a"], "1, 2");
  const spelled = "a-b=2&a-b=1&delete&list-type=2&prefix=a%2Fb%3D%C3%BC%27%28%29%2A%21%20%2B";
  assert.equal(asked.at(-1), `GET /bucket/key?${spelled}`);
});

test("handle() streams what is sent: the server has the first piece before there is a second", async () => {
  const { promise: sawFirst, resolve: seeFirst } = Promise.withResolvers<void>();
  answer = (request, response) => {
    request.once("data", () => seeFirst());
    request.on("end", () => response.end());
  };
  const body = Readable.from(
    (async function* pieces() {
      yield Buffer.from("first");
      await sawFirst;
      yield Buffer.from("second");
    })(),
  );
  const sent = await handlerOf().handle(given({ method: "PUT", body, headers: { "content-length": "11" } }));
  assert.equal(sent.response.statusCode, 200);
});

test("handle() takes answers of 8 MiB and none that are longer", async () => {
  const most = Buffer.alloc(8 * 1024 * 1024, 1);
  answer = (_request, response) => response.end(most);
  const { response } = await handlerOf().handle(given());
  assert.ok((await buffer(response.body)).equals(most));
  answer = (_request, longer) => longer.write(most, () => longer.end("1"));
  assert.equal((await failureOf(handlerOf().handle(given()))).code, "limit-exceeded");
});

test("handle() reads answers that end with their connection", async () => {
  const most = Buffer.alloc(8 * 1024 * 1024, 1);
  answer = (_request, response) =>
    response.writeHead(200, { connection: "close", "content-length": most.length }).end(most);
  for (let round = 0; round < 10; round += 1) {
    const { response } = await handlerOf().handle(given());
    assert.equal((await buffer(response.body)).length, most.length);
  }
});

test("handle() ends what takes longer than its limit, before an answer and in the middle of one", async () => {
  const handler = handlerOf({ wallMs: 40 });
  answer = () => undefined;
  const early = await failureOf(handler.handle(given()));
  assert.deepEqual([early.code, early.$retryable], ["remote-timeout", {}]);
  answer = (_request, response) => response.write("first");
  const amid = await failureOf(handler.handle(given()));
  assert.deepEqual([amid.code, amid.$retryable], ["remote-timeout", {}]);
});

test("handle() marks for another try what may pass, an answer that breaks off too", async () => {
  answer = (_request, response) =>
    response.writeHead(200, { "content-length": 10 }).write("half", () => response.destroy());
  const cut = await failureOf(handlerOf().handle(given()));
  assert.deepEqual([cut.code, cut.$retryable], ["remote-unreachable", {}]);
  const closed = createServer();
  await once(closed.listen(0, "127.0.0.2"), "listening");
  const { port: gone } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const handler = new GuardedHandler(PUBLIC_ONLY, { own: { origin: `http://127.0.0.2:${gone}`, names: [] } });
  const refused = await failureOf(handler.handle(given({ port: gone })));
  assert.deepEqual([refused.code, refused.$retryable], ["remote-unreachable", {}]);
});

test("handle() stops with the reason of its signal", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  answer = (_request, response) => {
    response.write("first");
    controller.abort(reason);
  };
  await assert.rejects(handlerOf().handle(given(), { abortSignal: controller.signal }), reason);
  const asks = asked.length;
  await assert.rejects(handlerOf().handle(given(), { abortSignal: controller.signal }), reason);
  assert.equal(asked.length, asks);
});
