// Tests of one call: what is sent, what comes back, which redirects are followed and who sees the secret.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { until } from "../test/helpers/until.ts";
import { seededRandom } from "../test/helpers/seeded-random.ts";
import { isTidemarkError } from "./errors.ts";
import type { EgressAllowance } from "./outbound.ts";
import { call, type OutboundRequest } from "./outbound-call.ts";
import { Secret } from "./secrets.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback, and what an operator allows who wants it to be reached. */
async function serve(listener: RequestListener): Promise<{ url: string; allow: EgressAllowance; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      listener(request, response);
    });
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const entries = [{ target: "127.0.0.1", ports: [port] }];
  return { url: `http://127.0.0.1:${port}`, allow: { http: true, loopback: false, entries }, seen };
}

function get(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: "GET", url, attempt: "ask the server at", ...more };
}

test("call() sends headers, secrets and a body, and gives status, headers and text", async () => {
  const { url, allow, seen } = await serve((_request, response) => {
    response.writeHead(422, { "X-Page": ["1", "2"], "set-cookie": "a=b" }).end('{"täx":1}');
  });
  const answer = await call(
    {
      method: "POST",
      url: `${url}/hooks?page=2`,
      attempt: "make a hook at",
      headers: { Accept: "application/vnd.github+json" },
      authorization: Secret.of("Bearer canary-0123456789"),
      secretHeaders: { "PRIVATE-TOKEN": Secret.of("canary-9876543210") },
      body: '{"a":1}',
    },
    allow,
  );
  const { headers, ...rest } = answer;
  assert.deepEqual(rest, { status: 422, text: '{"täx":1}', url: `${url}/hooks?page=2`, movedPermanently: false });
  assert.equal(headers["x-page"], "1, 2");
  assert.equal(headers["set-cookie"], undefined);
  const [{ method, url: path, body, headers: sent } = {} as Seen] = seen;
  assert.deepEqual([method, path, body], ["POST", "/hooks?page=2", '{"a":1}']);
  assert.deepEqual(
    [sent["authorization"], sent["private-token"], sent["content-type"], sent["accept-encoding"], sent["user-agent"]],
    ["Bearer canary-0123456789", "canary-9876543210", "application/json", "gzip", "tidemark"],
  );
  assert.equal(sent.accept, "application/vnd.github+json");
});

test("call() decodes gzip", async () => {
  const { url, allow } = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("packed"));
  });
  assert.equal((await call(get(url), allow)).text, "packed");
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`call() follows ${status} on the same origin, as the same request but after 303`, async () => {
    const { url, allow, seen } = await serve((request, response) => {
      if (request.url === "/old") response.writeHead(status, { location: "/new#part" }).end("moved");
      else response.end("here");
    });
    const authorization = Secret.of("Bearer canary-0123456789");
    const answer = await call(get(`${url}/old`, { method: "POST", body: "{}", authorization }), allow);
    assert.deepEqual([answer.text, answer.url], ["here", `${url}/new`]);
    assert.equal(answer.movedPermanently, status === 301 || status === 308);
    assert.equal(seen[1]?.method, status === 303 ? "GET" : "POST");
    assert.equal(seen[1]?.body, status === 303 ? "" : "{}");
    assert.equal(seen[1]?.headers["authorization"], "Bearer canary-0123456789");
  });

  test(`call() refuses ${status} to another address, and its secret goes nowhere else`, async () => {
    const other = await serve((_request, response) => response.end("never"));
    const { port } = new URL(other.url);
    let location = "";
    const { url, allow, seen } = await serve((_request, response) => response.writeHead(status, { location }).end());
    const both = { ...allow, entries: [...allow.entries, ...other.allow.entries] };
    const elsewhere = [
      `${other.url}/`,
      `//127.0.0.1:${port}/`,
      url.replace("http:", "https:"),
      url.replace("127.0.0.1", "127.0.0.2"),
      url.replace("127.0.0.1", "user:word@127.0.0.1"),
      "http://169.254.169.254/latest/meta-data",
      "http://[::ffff:127.0.0.1]/",
      "file:///etc/passwd",
      "data:text/plain,x",
    ];
    for (location of elsewhere) {
      const authorization = Secret.of("Bearer canary-0123456789");
      const error = await call(get(`${url}/a`, { authorization }), both).catch((failure: unknown) => failure);
      assert.ok(isTidemarkError(error, "address-not-allowed", "bad-address"), `${location}: ${String(error)}`);
      assert.ok(!error.message.includes("169.254") && !error.message.includes("word"), error.message);
    }
    assert.equal(seen.length, elsewhere.length);
    assert.equal(other.seen.length, 0);
  });
}

test("call() follows three redirects and refuses the fourth", async () => {
  const { url, allow, seen } = await serve((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left > 0) response.writeHead(left === 2 ? 302 : 301, { location: `/${left - 1}` }).end();
    else response.end("arrived");
  });
  const answer = await call(get(`${url}/3`), allow);
  assert.deepEqual([answer.text, answer.movedPermanently], ["arrived", false]);
  seen.length = 0;
  await assert.rejects(call(get(`${url}/4`), allow), { code: "limit-exceeded" });
  assert.equal(seen.length, 4);
});

test("call() takes a redirect without a place, or another status with one, as the answer", async () => {
  const { url, allow } = await serve((request, response) => {
    if (request.url === "/none") response.writeHead(302).end("nowhere");
    else response.writeHead(201, { location: "http://127.0.0.1:1/" }).end("made");
  });
  assert.equal((await call(get(`${url}/none`), allow)).status, 302);
  assert.equal((await call(get(`${url}/made`), allow)).status, 201);
});

test("call() refuses a header that would begin another one, without naming its value", async () => {
  const { url, allow, seen } = await serve((_request, response) => response.end());
  for (const value of ["canary-0123456789\r\nx: y", "canary-0123456789\u0000", "canary-0123456789…"]) {
    const error = await call(get(url, { authorization: Secret.of(value) }), allow).catch((failure: unknown) => failure);
    assert.ok(isTidemarkError(error, "bad-argument"), String(error));
    assert.ok(!error.message.includes("canary"));
  }
  assert.equal(seen.length, 0);
});

test("call() ends with the signal's reason when it is told to stop", async () => {
  const { url, allow } = await serve(() => undefined);
  const stop = new AbortController();
  const running = call(get(url, { signal: stop.signal }), allow);
  stop.abort(new Error("the lease is lost"));
  await assert.rejects(running, /the lease is lost/);
  await assert.rejects(call(get(url, { signal: stop.signal }), allow), /the lease is lost/);
});

test("call() names neither the address nor what was said when nobody answers as HTTP wants", async () => {
  const { url, allow } = await serve((request) => {
    request.socket.end("SSH-2.0-OpenSSH_9.2 canary-banner\r\n");
  });
  const error = await call(get(`${url}/a?q=canary`), allow).catch((failure: unknown) => failure);
  assert.ok(isTidemarkError(error, "remote-unreachable"), String(error));
  assert.equal(
    error.message,
    `Cannot ask the server at "${url}/a": found an answer that cannot be read, wanted an answer by the rules of HTTP.`,
  );
  const closed = { ...allow, entries: [{ target: "127.0.0.1", ports: [1] }] };
  await assert.rejects(call(get("http://127.0.0.1:1/"), closed), { code: "remote-unreachable" });
});

test("call() asks one host eight questions at a time, and the wait counts", async () => {
  const open: (() => void)[] = [];
  const { url, allow, seen } = await serve((_request, response) => void open.push(() => response.end("here")));
  const all = Array.from({ length: 20 }, () => call(get(url), allow));
  const late = call(get(url), allow, { callMs: 50 });
  await assert.rejects(late, { code: "remote-timeout" });
  // on a busy machine they take longer than who gave up
  await until("eight have asked", () => seen.length >= 8);
  assert.equal(seen.length, 8);
  while (open.length > 0 || seen.length < 20) {
    open.shift()?.();
    assert.ok(open.length <= 8);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  assert.deepEqual(new Set((await Promise.all(all)).map(({ text }) => text)), new Set(["here"]));
  assert.equal(seen.length, 20, "who gave up waiting never asked");
});

test("call() reads answers that end with their connection faster than they are decoded", async () => {
  const random = seededRandom(5);
  const text = Array.from({ length: 150_000 }, () => random(2 ** 31).toString(36)).join("");
  const packed = gzipSync(text);
  const { url, allow } = await serve((_request, response) => {
    response.writeHead(200, { connection: "close", "content-encoding": "gzip", "content-length": packed.length });
    response.end(packed);
  });
  for (let round = 0; round < 20; round += 1) assert.equal((await call(get(url), allow)).text, text);
});
