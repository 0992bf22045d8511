// Tests of addresses for SSH: which are taken where the operator has set a key, and that they are checked as all others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, isTidemarkError } from "./errors.ts";
import { checkRemote, type EgressAllowance, PUBLIC_ONLY } from "./outbound.ts";

const KEY = { keyFile: "/keys/id", knownHosts: "/keys/known_hosts" };
const ALLOW: EgressAllowance = { ...PUBLIC_ONLY, ssh: KEY };
const PUBLIC_ADDRESS = "192.0.43.8";
const resolve = async (host: string) =>
  host === "inside.example.org" ? ["10.0.0.1"] : [PUBLIC_ADDRESS, "2001:500:88:200::8"];

async function refused(code: ErrorCode, text: string, allow = ALLOW): Promise<void> {
  await assert.rejects(checkRemote(text, allow, resolve), (error: unknown) => {
    assert.ok(isTidemarkError(error, code), `${text}: ${String(error)}`);
    assert.ok(!error.message.includes("canary"), error.message);
    return true;
  });
}

test("checkRemote() takes addresses for SSH where there is a key, in one form", async () => {
  const forms: readonly (readonly [string, string])[] = [
    ["git@host.example.org:ada/engine.git", "ssh://git@host.example.org/ada/engine.git"],
    ["ada@host.example.org:/srv/git/x.git", "ssh://ada@host.example.org/srv/git/x.git"],
    ["ssh://git@host.example.org:22/ada/engine", "ssh://git@host.example.org/ada/engine"],
    ["ssh://host.example.org/ada/engine", "ssh://git@host.example.org/ada/engine"],
    ["SSH://git@HOST.example.org.:2222/~/x", "ssh://git@host.example.org:2222/~/x"],
    ["git+ssh://git@[2001:500:88:200::8]/x", "ssh://git@[2001:500:88:200::8]/x"],
  ];
  for (const [text, url] of forms) {
    const allow = text.includes(":2222")
      ? { ...ALLOW, entries: [{ target: "host.example.org", ports: [2222] }] }
      : ALLOW;
    const remote = await checkRemote(text, allow, resolve);
    assert.equal(remote.url, url, text);
    assert.deepEqual(
      [remote.scheme, remote.ssh?.keyFile, remote.ssh?.knownHosts],
      ["ssh", "/keys/id", "/keys/known_hosts"],
    );
    assert.equal(remote.address, text.includes("2001") ? "2001:500:88:200::8" : PUBLIC_ADDRESS);
  }
});

test("checkRemote() refuses addresses for SSH without a key, and says the one that is taken", async () => {
  const asked = checkRemote("git@host.example.org:ada/engine.git", PUBLIC_ONLY, resolve);
  await assert.rejects(asked, /ssh, which Tidemark does not use, wanted https:\/\/host.example.org\/ada\/engine.git/);
});

test("checkRemote() checks where an address for SSH leads to", async () => {
  for (const host of [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "[::1]",
    "inside.example.org",
    "2130706433",
    "0x7f.1",
  ]) {
    await refused("address-not-allowed", `git@${host}:x/y`);
    await refused("address-not-allowed", `ssh://git@${host}/x/y`);
  }
  await refused("address-not-allowed", "ssh://git@host.example.org:6379/x");
});

test("checkRemote() refuses what ssh or a shell would take for something else", async () => {
  for (const text of [
    "ssh://-oProxyCommand=id@host.example.org/x",
    "-oProxyCommand=id@host.example.org:x",
    "ssh://ada:canary@host.example.org/x",
    "ada:canary@host.example.org:x",
    "ssh://git@-oProxyCommand=id/x",
    "ssh://git@host.example.org:99999/x",
    "ssh://git@host.example.org:0/x",
    "ssh://git@host.example.org/x?y",
    "ssh://git@host.example.org/x%0ay",
    "ssh://$(id)@host.example.org/x",
    "git@host.example.org'x:y",
    "ssh://git@host.example.org/",
  ]) {
    await refused("bad-address", text);
  }
});
