// Tests of what may be reached: every spelling of an address, one resolution, an operator's allowances.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isTidemarkError } from "./errors.ts";
import { allowanceOf, checkRemote, type EgressAllowance, mayReach, PUBLIC_ONLY, type Resolver } from "./outbound.ts";

interface Cases {
  good: { name: string; text: string; url: string; host: string; port: number }[];
  bad: { text: string; code: "bad-address" | "address-not-allowed"; hides?: string; wants?: string }[];
}
const cases = JSON.parse(readFileSync(new URL("outbound.cases.json", import.meta.url), "utf8")) as Cases;

const publicAddress: Resolver = async (host) => (host.endsWith("localhost") ? ["127.0.0.1"] : ["93.184.216.34"]);
const LOCAL: EgressAllowance = { http: true, loopback: true, entries: [] };

for (const { name, text, url, host, port } of cases.good) {
  test(`checkRemote() ${name}`, async () => {
    const remote = await checkRemote(text, PUBLIC_ONLY, publicAddress);
    assert.deepEqual({ url: remote.url, host: remote.host, port: remote.port }, { url, host, port });
    assert.equal(remote.address, remote.addresses[0]);
  });
}

for (const { text, code, hides, wants } of cases.bad) {
  test(`checkRemote() refuses ${JSON.stringify(text)}`, async () => {
    const never: Resolver = (host) =>
      host === "o" || host.endsWith("localhost") ? Promise.resolve(["127.0.0.1"]) : publicAddress(host);
    const error = await checkRemote(text, PUBLIC_ONLY, never).catch((failure: unknown) => failure);
    assert.ok(isTidemarkError(error, code), `${code}, not ${String(error)}`);
    if (hides) assert.ok(!error.message.includes(hides), "the login is in no text of the error");
    if (wants) assert.equal(error.parts.wanted, wants);
  });
}

test("checkRemote() refuses a name when one of its addresses is private, whichever comes first", async () => {
  for (const answer of [["93.184.216.34", "10.0.0.1"], ["::ffff:10.0.0.1", "93.184.216.34"], ["fe80::1%eth0"]]) {
    await assert.rejects(
      checkRemote("https://x.example/o/n", PUBLIC_ONLY, async () => answer),
      { code: "address-not-allowed" },
    );
  }
});

test("checkRemote() resolves once and gives every address of that one answer", async () => {
  let asked = 0;
  const remote = await checkRemote("https://x.example/o/n", PUBLIC_ONLY, async () => {
    asked += 1;
    return asked === 1 ? ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"] : ["127.0.0.1"];
  });
  assert.equal(asked, 1);
  assert.deepEqual(remote.addresses, ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]);
});

test("checkRemote() calls a name without an answer, or with a failing resolver, a host that is not found", async () => {
  const failing: Resolver = () => Promise.reject(new Error("SERVFAIL"));
  for (const resolve of [async () => [], failing]) {
    await assert.rejects(checkRemote("https://x.example/o/n", PUBLIC_ONLY, resolve), { code: "host-not-found" });
  }
});

test("checkRemote() names no IP address in an error about a name", async () => {
  const refused = checkRemote("https://x.example/o/n", PUBLIC_ONLY, async () => ["10.11.12.13"]);
  await assert.rejects(refused, (error: Error) => !error.message.includes("10.11.12.13"));
});

test("checkRemote() takes http and loopback, on any port, where the operator allows them", async () => {
  const remote = await checkRemote("http://127.0.0.1:3000/o/n.git", LOCAL);
  assert.deepEqual(remote, {
    url: "http://127.0.0.1:3000/o/n.git",
    origin: "http://127.0.0.1:3000",
    scheme: "http",
    host: "127.0.0.1",
    port: 3000,
    address: "127.0.0.1",
    addresses: ["127.0.0.1"],
  });
  assert.equal((await checkRemote("http://[::1]:80/o/n", LOCAL)).origin, "http://[::1]");
  await assert.rejects(checkRemote("http://10.0.0.1/o/n", LOCAL), { code: "address-not-allowed" });
  await assert.rejects(checkRemote("http://[::ffff:127.0.0.1]/o/n", LOCAL), { code: "address-not-allowed" });
});

test("mayReach() lets an operator's entry add itself and nothing else", () => {
  const allow: EgressAllowance = {
    http: false,
    loopback: false,
    entries: [
      { target: "10.1.0.0/16", ports: [443, 8443] },
      { target: "git.intra", ports: [] },
      { target: "fd12::1", ports: [] },
    ],
  };
  const reach = (address: string, host: string, port: number) => mayReach(address, host, port, "https", allow);
  assert.ok(reach("10.1.2.3", "a.example", 8443));
  assert.ok(reach("192.168.7.7", "git.intra", 443));
  assert.ok(reach("fd12::1", "fd12::1", 443));
  assert.ok(!reach("10.2.0.1", "a.example", 443), "the neighbour of a range");
  assert.ok(!reach("10.1.2.3", "a.example", 9000), "another port of a range");
  assert.ok(!reach("192.168.7.7", "other.intra", 443), "the same address by another name");
  assert.ok(!reach("192.168.7.7", "git.intra", 8443), "another port of a host");
  assert.ok(!reach("fd12::2", "fd12::2", 443));
});

test("mayReach() keeps the addresses that hand out a machine's keys, whatever an operator allows", () => {
  const all = { target: "0.0.0.0/0", ports: [443] };
  const allow = {
    http: true,
    loopback: true,
    entries: [all, { target: "::/0", ports: [443] }, { target: "x", ports: [] }],
  };
  for (const address of ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200"]) {
    assert.ok(!mayReach(address, "x", 443, "https", allow), address);
  }
  // an address of IPv6 that leads to one of them is one of them
  for (const inside of ["::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2606:2800::5efe:a9fe:a9fe"]) {
    assert.ok(!mayReach(inside, "x", 443, "https", allow), inside);
  }
  assert.ok(mayReach("10.0.0.1", "y", 443, "https", allow));
  assert.ok(mayReach("64:ff9b::a00:1", "y", 443, "https", allow), "only these");
});

test("mayReach() takes no address of IPv6 that leads to IPv4 or was given to nobody", () => {
  const addresses = ["::ffff:93.184.216.34", "::93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1"];
  addresses.push("2606:2800:220:1:0:5efe:5db8:d822", "2606:2800:220:1:200:5efe:5db8:d822", "2001:0:4136::1");
  addresses.push("100:0:0:1::1", "4000::1", "2001:db8::1", "fc00::1", "fec0::1", "ff02::1", "100::1");
  for (const address of addresses) assert.ok(!mayReach(address, "x", 443, "https", PUBLIC_ONLY), address);
  assert.ok(mayReach("2606:2800:220:1:5efe:0:5db8:d822", "x", 443, "https", PUBLIC_ONLY));
});

test("mayReach() refuses what the operator denies, whatever else allows it", () => {
  const deny = ["2a01:64::/96", "93.184.216.34"];
  const entries = [{ target: "93.184.216.0/24", ports: [443] }];
  const allow: EgressAllowance = { http: false, loopback: false, entries, deny };
  assert.ok(!mayReach("2a01:64::a00:1", "x", 443, "https", allow));
  assert.ok(!mayReach("93.184.216.34", "x", 443, "https", allow));
  assert.ok(mayReach("2a01:65::a00:1", "x", 443, "https", allow));
  assert.ok(mayReach("93.184.216.35", "x", 443, "https", allow));
});

test("allowanceOf() allows what the settings name, and loopback never by itself", () => {
  const entries = [{ target: "git.intra", ports: [443] }];
  const settings = { allowHttp: true, egressAllow: entries, egressDeny: ["2a01:64::/96"] };
  const allow = allowanceOf(settings);
  assert.deepEqual(allow, { http: true, loopback: false, entries, deny: ["2a01:64::/96"] });
  assert.ok(!mayReach("127.0.0.1", "127.0.0.1", 80, "http", allow));
});
