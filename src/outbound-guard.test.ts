// Tests of the guard: no spelling of an address, no name, no library's `fetch` and no proxy setting gets round it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { connect, isIP, type LookupFunction } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { betterAuth } from "better-auth";
import { genericOAuth } from "better-auth/plugins";
import { type buildConnector, fetch as undiciFetch } from "undici";
import { listenOnLoopback } from "../test/helpers/loopback-listeners.ts";
import { PRIVATE_SPELLINGS } from "../test/helpers/private-spellings.ts";
import { isTidemarkError } from "./errors.ts";
import { createLog } from "./log.ts";
import { type EgressAllowance, PUBLIC_ONLY } from "./outbound.ts";
import { call } from "./outbound-call.ts";
import { agentOf, guardedAgent, installEgressGuard } from "./outbound-guard.ts";

const listeners = await listenOnLoopback(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"], (request, response) => {
  if (request.url === "/away") response.writeHead(302, { location: `http://127.0.0.3:${port}/` }).end();
  else response.end("here");
});
const { port } = listeners;
/** One server of an operator's own. */
const ONE: EgressAllowance = { http: true, loopback: false, entries: [{ target: "127.0.0.2", ports: [port] }] };

const said: string[] = [];
const log = createLog({ level: "debug", destination: { write: (line) => said.push(line) } });
before(() => installEgressGuard(ONE, log));

/** @returns the error of ours that a refused `fetch` carries */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (failure: unknown) => failure,
  );
  return isTidemarkError(error) ? error : (error as Error).cause;
}

test("no spelling of a private address is connected to, by call() or by fetch()", async () => {
  listeners.clear();
  const resolve = async (host: string) => (host.includes("localhost") ? ["127.0.0.1", "::1"] : []);
  const agent = guardedAgent(ONE, { resolve });
  const messages = new Set<string>();
  for (const host of PRIVATE_SPELLINGS) {
    for (const at of [`http://${host}:${port}/`, `https://${host}:${port}/`, `http://${host}/`]) {
      const request = { method: "GET", url: at, attempt: "ask the server at" } as const;
      const error = await refusalOf(call(request, ONE, { agent }));
      assert.ok(isTidemarkError(error, "address-not-allowed", "bad-address"), `${at}: ${String(error)}`);
      if (error.code === "address-not-allowed") messages.add(`${error.parts.found}, wanted ${error.parts.wanted}`);
      const fetched = await refusalOf(fetch(at));
      assert.ok(fetched instanceof Error || fetched === undefined, `${at}: ${String(fetched)}`);
    }
  }
  await agent.destroy();
  assert.deepEqual(listeners.connections, []);
  const wanted = "wanted a public https address, or one that the operator allows (TIDEMARK_EGRESS_ALLOW)";
  assert.deepEqual(
    [...messages].toSorted(),
    [`a port or address not allowed here, ${wanted}`, `an address that must not be reached from here, ${wanted}`],
    "what is refused looks the same, whatever is there",
  );
});

test("an operator's one server is reached, and neither its neighbour, nor another port, nor what nothing can allow", async () => {
  listeners.clear();
  for (const ask of [fetch, undiciFetch]) assert.equal(await (await ask(`http://127.0.0.2:${port}/`)).text(), "here");
  const others = [`127.0.0.3:${port}`, `127.0.0.1:${port}`, `127.0.0.2:${port + 1}`, "127.0.0.2", `[::1]:${port}`];
  for (const other of [...others, "169.254.169.254", `169.254.169.254:${port}`]) {
    for (const ask of [fetch, undiciFetch]) {
      const error = await refusalOf(ask(`http://${other}/`));
      assert.ok(isTidemarkError(error, "address-not-allowed"), `${other}: ${String(error)}`);
    }
  }
  assert.deepEqual(new Set(listeners.connections), new Set(["127.0.0.2"]));
  const all = { ...ONE, entries: [{ target: "0.0.0.0/0", ports: [80, port] }] };
  const request = { method: "GET", url: "http://169.254.169.254/", attempt: "ask the server at" } as const;
  await assert.rejects(call(request, all), { code: "address-not-allowed" });
});

test("a redirect that fetch() follows by itself is checked too", async () => {
  listeners.clear();
  const error = await refusalOf(fetch(`http://127.0.0.2:${port}/away`));
  assert.ok(isTidemarkError(error, "address-not-allowed"), String(error));
  assert.ok(!listeners.connections.includes("127.0.0.3"));
});

test("http is refused where the operator has not allowed it, also for fetch()", async () => {
  listeners.clear();
  const dispatcher = guardedAgent({ ...ONE, http: false });
  const error = await refusalOf(undiciFetch(`http://127.0.0.2:${port}/`, { dispatcher }));
  assert.ok(isTidemarkError(error, "address-not-allowed"), String(error));
  assert.deepEqual(listeners.connections, []);
  await dispatcher.close();
});

test("a refusal that a library may keep to itself is logged, with the origin and the outcome", async () => {
  said.length = 0;
  await refusalOf(fetch(`http://127.0.0.3:${port}/secret-path?q=canary`));
  const lines = said.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map(({ level, origin, outcome, msg }) => ({ level, origin, outcome, msg })),
    [{ level: "warn", origin: `http://127.0.0.3:${port}`, outcome: "refused", msg: "an outgoing request was refused" }],
  );
  assert.ok(!said.join("").includes("secret-path") && !said.join("").includes("canary"));
});

test("a sign-in provider's discovery passes the guard, however its address is written: the library's own fetch is checked", async () => {
  listeners.clear();
  said.length = 0;
  const config = PRIVATE_SPELLINGS.map((host, index) => ({
    providerId: `own${index}`,
    clientId: "a",
    clientSecret: "b",
    discoveryUrl: `http://${host}:${port}/.well-known/openid-configuration`,
  }));
  const auth = betterAuth({
    baseURL: "http://127.0.0.1",
    secret: "0123456789abcdefghijABCDEFGHIJ-only-here",
    logger: { disabled: true },
    plugins: [genericOAuth({ config })],
  });
  for (const { providerId, discoveryUrl } of config) {
    await assert.rejects(auth.api.signInSocial({ body: { provider: providerId } }), discoveryUrl);
  }
  assert.deepEqual(listeners.connections, []);
  const refused = said.filter((line) => line.includes("an outgoing request was refused")).length;
  assert.ok(refused > 20, `${refused} refusals are told`);
});

test("who answers in the end is checked once more", async () => {
  listeners.clear();
  const elsewhere = (_options: { lookup: LookupFunction }): buildConnector.connector => {
    return (_target, callback) => {
      const socket = connect({ host: "127.0.0.3", port }, () => callback(null, socket));
    };
  };
  const agent = guardedAgent(ONE, { connectorWith: elsewhere, resolve: async () => ["127.0.0.2"] });
  const request = { method: "GET", url: `http://name.test:${port}/`, attempt: "ask the server at" } as const;
  await assert.rejects(call(request, ONE, { agent }), { code: "address-not-allowed" });
  await agent.destroy();
});

test("agentOf() gives each allowance an agent of its own", () => {
  assert.equal(agentOf(ONE), agentOf(ONE));
  assert.notEqual(agentOf(ONE), agentOf({ ...ONE }));
  assert.notEqual(agentOf(ONE), agentOf(PUBLIC_ONLY));
});

test("a proxy of the environment is not used", async () => {
  listeners.clear();
  const program = `
    const { call } = await import(${JSON.stringify(join(import.meta.dirname, "outbound-call.ts"))});
    const { installEgressGuard } = await import(${JSON.stringify(join(import.meta.dirname, "outbound-guard.ts"))});
    const allow = ${JSON.stringify(ONE)};
    installEgressGuard(allow, { warn() {} });
    const url = "http://127.0.0.2:${port}/";
    console.log((await call({ method: "GET", url, attempt: "ask" }, allow)).text, await (await fetch(url)).text());`;
  const proxy = `http://127.0.0.3:${port}`;
  const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, http_proxy: proxy };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env });
  assert.equal(stdout.trim(), "here here");
  assert.deepEqual(new Set(listeners.connections), new Set(["127.0.0.2"]));
});

test("the spellings are read as those that they are", () => {
  assert.ok(
    PRIVATE_SPELLINGS.filter((host) => isIP(new URL(`http://${host.replaceAll("%2e", "")}/`).hostname) === 4).length >
      15,
  );
});
