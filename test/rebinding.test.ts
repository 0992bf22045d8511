// T2: a name that changes its address between two looks, or gives good and bad ones at once, opens no way to anything
// private: the addresses that are checked are those that are connected to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTidemarkError } from "../src/errors.ts";
import { checkRemote, type EgressAllowance } from "../src/outbound.ts";
import { call } from "../src/outbound-call.ts";
import { guardedAgent } from "../src/outbound-guard.ts";
import { type DnsAnswer, startDnsServer } from "./helpers/dns-server.ts";
import { listenOnLoopback } from "./helpers/loopback-listeners.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 10) * 10;
const SEED = 20_261_127;
/** Stands for a public address: the only one that is allowed. */
const GOOD = "127.0.0.2";
const BAD = ["127.0.0.3", "::1"];

const listeners = await listenOnLoopback([GOOD, ...BAD]);
const { port } = listeners;
const allow: EgressAllowance = { http: true, loopback: false, entries: [{ target: GOOD, ports: [port] }] };

/** What the server answers to the questions that still come, in order; the last one stands. */
let script: { A: DnsAnswer[]; AAAA: DnsAnswer[] } = { A: [], AAAA: [] };
const asked: string[] = [];
const resolve = await startDnsServer((_name, type) => {
  asked.push(type);
  const left = script[type];
  return (left.length > 1 ? left.shift() : left[0]) ?? [];
});

/** One call over connections of its own. @returns the answer, or the code of the error */
async function outcome(host: string): Promise<string> {
  const agent = guardedAgent(allow, { resolve });
  const request = { method: "GET", url: `http://${host}:${port}/`, attempt: "ask the server at" } as const;
  try {
    return (await call(request, allow, { agent })).text;
  } catch (error) {
    assert.ok(isTidemarkError(error), String(error));
    assert.doesNotMatch(error.message, /127\.0\.0|::1/, "no error names the address");
    return error.code;
  } finally {
    await agent.destroy();
  }
}

/** What must come of one answer. */
function wanted(a: DnsAnswer, aaaa: DnsAnswer): string {
  if (a === "fails" || aaaa === "fails" || a.length + aaaa.length === 0) return "host-not-found";
  return [...a, ...aaaa].every((address) => address === GOOD) ? "here" : "address-not-allowed";
}

test(`a name whose addresses change leads nowhere private (${ROUNDS} rounds, seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  const answersA: DnsAnswer[] = [
    [GOOD],
    [GOOD],
    [BAD[0] ?? ""],
    [GOOD, BAD[0] ?? ""],
    [BAD[0] ?? "", GOOD],
    [],
    "fails",
  ];
  const answersAaaa: DnsAnswer[] = [[], [], [], ["::1"], ["::ffff:127.0.0.3"], ["::ffff:127.0.0.2"], "fails"];
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = [pick(random, answersA), pick(random, answersA)];
    const [firstAaaa, secondAaaa] = [pick(random, answersAaaa), pick(random, answersAaaa)];
    script = { A: [first, second], AAAA: [firstAaaa, secondAaaa] };
    asked.length = 0;
    const came = await outcome(pick(random, ["rebind.test", "REBIND.test", "rebind.test."]));
    const what = JSON.stringify({ first, firstAaaa, second, secondAaaa });
    assert.equal(came, wanted(first, firstAaaa), what);
    assert.deepEqual(asked.toSorted(), ["A", "AAAA"], `one resolution: ${what}`);
    seen.add(came);
  }
  assert.deepEqual(
    listeners.connections.filter((address) => address !== GOOD),
    [],
  );
  assert.ok(listeners.connections.length > 0);
  assert.deepEqual([...seen].toSorted(), ["address-not-allowed", "here", "host-not-found"]);
});

test("a name that is good when it is checked and bad afterwards is bad for the next connection", async () => {
  listeners.clear();
  script = { A: [[GOOD], [BAD[0] ?? ""]], AAAA: [[]] };
  assert.equal(await outcome("rebind.test"), "here");
  assert.equal(await outcome("rebind.test"), "address-not-allowed");
  // what git is given is pinned: it asks nobody again
  script = { A: [[GOOD], [BAD[0] ?? ""]], AAAA: [[]] };
  const remote = await checkRemote(`http://rebind.test:${port}/o/n`, allow, resolve);
  assert.deepEqual(remote.addresses, [GOOD]);
  assert.deepEqual(listeners.connections, [GOOD]);
});

test("a resolver that fails leads nowhere", async () => {
  listeners.clear();
  for (const [a, aaaa] of [
    ["fails", "fails"],
    [[GOOD], "fails"],
    ["fails", ["::1"]],
    [[], []],
  ] as [DnsAnswer, DnsAnswer][]) {
    script = { A: [a], AAAA: [aaaa] };
    assert.equal(await outcome("rebind.test"), "host-not-found");
  }
  assert.deepEqual(listeners.connections, []);
});
