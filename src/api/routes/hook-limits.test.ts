// The limits of POST /hooks/<id> over real HTTP: sizes, slow senders, encodings, a full disk, one webhook's flood.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { DeliveryReceiver } from "../../ingest/receive-delivery.ts";
import { startApi } from "../../../test/helpers/api-server.ts";
import { HOOK_BODY, openHookServer } from "../../../test/helpers/hook-server.ts";
import { makeTestWebhook, signedHeaders, type TestWebhook, testKeyring } from "../../../test/helpers/test-webhook.ts";

const hooks = await openHookServer();
const { db, server, clock, receiver, organization, eventsOf, post } = hooks;
after(() => hooks.close());

/** One connection on which everything is said by hand. */
async function openSocket(t: TestContext): Promise<{ socket: Socket; heard: () => string; ended: Promise<void> }> {
  let text = "";
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  const ended = new Promise<void>((resolve) => {
    socket.on("close", () => resolve()).on("error", () => resolve());
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, heard: () => text, ended };
}

/** A request as text; without a length its body is sent in chunks. */
function written(hook: TestWebhook, body: string, more: Record<string, string> = {}): string {
  const chunked = "transfer-encoding" in more;
  const headers = {
    host: `127.0.0.1:${server.port}`,
    ...signedHeaders(hook, body),
    ...(chunked ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const chunks = body
    .split("")
    .map((each) => `1\r\n${each}\r\n`)
    .join("");
  return `POST ${hook.path} HTTP/1.1\r\n${lines.join("")}\r\n${chunked ? `${chunks}0\r\n\r\n` : body}`;
}

test("a body in chunks and requests in one go are taken", async (t) => {
  const hook = await makeTestWebhook(db.database, organization, { kind: "signed" });
  const { socket, heard, ended } = await openSocket(t);
  socket.write(
    written(hook, "in chunks", { "transfer-encoding": "chunked" }) + written(hook, "one") + written(hook, "two"),
  );
  socket.write(written(hook, "", { connection: "close" }));
  await ended;
  assert.equal(heard().match(/HTTP\/1\.1 202 /g)?.length, 4, heard());
  const bodies = (await eventsOf(hook)).map(({ body }) => body.toString());
  assert.deepEqual(bodies.toSorted(), ["", "in chunks", "one", "two"]);
});

test("a compressed body is refused with 415", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  const body = gzipSync(HOOK_BODY);
  for (const encoding of ["gzip", "br", "x", "identity, gzip"]) {
    const answer = await post(hook.path, { ...signedHeaders(hook, body), "content-encoding": encoding }, body);
    assert.equal(answer.status, 415, encoding);
  }
  const plain = await post(hook.path, { ...signedHeaders(hook, HOOK_BODY), "content-encoding": "identity" });
  assert.equal(plain.status, 202);
  assert.equal((await eventsOf(hook)).length, 1);
});

test("25 MiB are taken, more is refused before it is read", async (t) => {
  const hook = await makeTestWebhook(db.database, organization, { kind: "signed" });
  const most = Buffer.alloc(25 * 1024 * 1024, 7);
  let status = 503; // a busy disk may take too long, and who is told so tries again
  for (let tries = 0; status === 503 && tries < 5; tries++) {
    status = (await post(hook.path, signedHeaders(hook, most, { delivery: "most" }), most)).status;
  }
  assert.equal(status, 202);
  const [event] = await eventsOf(hook);
  assert.equal(event?.body.length, most.length);
  // said beforehand: refused at once, although nothing of it ever comes
  const said = await openSocket(t);
  const length = String(26 * 1024 * 1024);
  said.socket.write(written(hook, "", { "content-length": length }));
  await new Promise((resolve) => said.socket.once("data", resolve));
  assert.match(said.heard(), /^HTTP\/1\.1 413 /);
  // not said: refused when the limit is passed
  const unsaid = await openSocket(t);
  const head = written(hook, "", { "transfer-encoding": "chunked" }).replace(/0\r\n\r\n$/, "");
  unsaid.socket.write(head);
  const answered = new Promise((resolve) => unsaid.socket.once("data", resolve));
  for (let piece = 0; piece < 26; piece++) {
    unsaid.socket.write(`100000\r\n`);
    unsaid.socket.write(most.subarray(0, 1024 * 1024));
    unsaid.socket.write("\r\n");
  }
  await answered;
  assert.match(unsaid.heard(), /^HTTP\/1\.1 413 /);
  assert.equal((await eventsOf(hook)).length, 1);
  assert.equal((await post("/hooks/x/y", {})).status, 403, "elsewhere the small limit and the origin count");
});

test("a fifth large body has to wait its turn; small ones pass, and all that goes away makes room", async (t) => {
  const hook = await makeTestWebhook(db.database, organization, { kind: "signed" });
  const large = "x".repeat(1024 * 1024 + 1);
  const open = await Promise.all([1, 2, 3, 4].map(() => openSocket(t)));
  // the server says "100 Continue" when it begins with one
  const whole = written(hook, large, { expect: "100-continue" });
  for (const { socket, heard } of open) {
    socket.write(whole.slice(0, -10));
    await new Promise((resolve) => socket.once("data", resolve));
    assert.match(heard(), /^HTTP\/1\.1 100 /);
  }
  const small = Buffer.from("small");
  const big = () => post(hook.path, signedHeaders(hook, large), large);
  let answer = await big();
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "5");
  assert.equal((await post(hook.path, signedHeaders(hook, small), small)).status, 202);
  open[0]?.socket.destroy();
  for (let tries = 0; answer.status === 503 && tries < 200; tries++) answer = await big();
  assert.equal(answer.status, 202, "one has gone away");
  open[1]?.socket.write(whole.slice(-10));
  await new Promise((resolve) => open[1]?.socket.once("data", resolve));
  assert.match(open[1]?.heard() ?? "", /HTTP\/1\.1 202 /);
});

/** Senders that are slow, and how often each sends a byte, in ms: a fraction of the silence that ends it. */
const SLOW = { senders: 200, everyMs: 200, idleMs: 2_000 };
/** What anybody else may wait for an answer, in ms: mostly, and on a machine that is busy with other tests. */
const OTHERS_MS = { mostly: 250, slowest: 2_500 };

test("two hundred bodies of a byte now and then hold nobody up, and silence ends them", async (t) => {
  const slow = await startApi(db, { receiver, config: { timeLimits: { idleMs: SLOW.idleMs } } });
  t.after(() => slow.close());
  const hook = await makeTestWebhook(db.database, organization, { kind: "signed" });
  const head = written(hook, "x".repeat(1_000)).replace(/x+$/, "").replace(String(server.port), String(slow.port));
  const timed = async (count: number, between: () => void): Promise<number[]> => {
    const took: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY), HOOK_BODY, slow)).status, 202);
      took.push(performance.now() - start);
      between();
    }
    return took.sort((one, other) => one - other);
  };
  const alone = await timed(10, () => undefined);
  let open = 0;
  const senders = await Promise.all(
    Array.from({ length: SLOW.senders }, async () => {
      const socket = connect(slow.port, "127.0.0.1");
      t.after(() => socket.destroy());
      await new Promise((resolve) => socket.once("connect", resolve));
      open += 1;
      const closed = new Promise((resolve) => socket.once("close", resolve).on("error", () => undefined));
      void closed.then(() => (open -= 1));
      socket.write(head);
      return { socket, closed };
    }),
  );
  const sendByte = (): void => {
    for (const { socket } of senders) socket.write("x");
  };
  const drip = setInterval(sendByte, SLOW.everyMs);
  t.after(() => clearInterval(drip));
  const times = await timed(20, sendByte);
  const most = Math.max(OTHERS_MS.mostly, 3 * (alone[5] ?? 0));
  assert.ok((times[10] ?? Infinity) < most, `mostly ${times[10]} ms, ${alone[5]} ms without them`);
  assert.ok((times.at(-1) ?? Infinity) < OTHERS_MS.slowest, `the slowest took ${times.at(-1)} ms`);
  assert.equal(open, SLOW.senders, "they go on all the while");
  clearInterval(drip);
  await Promise.all(senders.map(({ closed }) => closed));
  assert.equal((await eventsOf(hook)).length, 30);
});

test("a disk that is nearly full: nothing is taken in, and all is again when there is room", async (t) => {
  let isRoom = false;
  const deps = { database: db.database, keyring: testKeyring, now: () => clock.now, wake: () => undefined };
  const full = await startApi(db, { receiver: new DeliveryReceiver({ ...deps, hasRoom: async () => isRoom }) });
  t.after(() => full.close());
  const hook = await makeTestWebhook(db.database, organization);
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY), HOOK_BODY, full)).status, 503);
  assert.deepEqual(await eventsOf(hook), []);
  isRoom = true;
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY), HOOK_BODY, full)).status, 202);
});

test("one webhook's flood is stopped where it is told to, and no other's", async (t) => {
  const strict = await startApi(db, { receiver, config: { rateLimits: { hook: 3, hooks: 1e6 } } });
  t.after(() => strict.close());
  const [one, two] = [
    await makeTestWebhook(db.database, organization),
    await makeTestWebhook(db.database, organization),
  ];
  const statuses: number[] = [];
  for (const hook of [one, one, one, one, two]) {
    statuses.push((await post(hook.path, signedHeaders(hook, HOOK_BODY), HOOK_BODY, strict)).status);
  }
  assert.deepEqual(statuses, [202, 202, 202, 429, 202]);
});
