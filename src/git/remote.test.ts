// Tests of remotes over real HTTP: no secret anywhere, one address only, every fault, nothing left behind.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { mirrorOf, TEST_EGRESS } from "../../test/helpers/mirror-of.ts";
import { SEES_PROCESSES, SecretSweep } from "../../test/helpers/secret-sweep.ts";
import { makeVersions, serve, versionsOf } from "../../test/helpers/served-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { createLog } from "../log.ts";
import { checkRemote } from "../outbound.ts";
import { basicAuthorization, Secret } from "../secrets.ts";
import { fetchMirror, openMirror } from "./mirror.ts";
import { configureGit } from "./program.ts";
import { listRefs } from "./refs.ts";
import { readRemote } from "./remote.ts";

const folder = temporaryFolder();
const root = join(folder, "mirrors");
const plain = await serve(folder);
const ten = await makeVersions(folder, "ten.git", 10);
const TEN_VERSIONS = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`);
await makeVersions(folder, "thousand.git", 1_000);

afterEach(() => configureGit({}));

test("a login is in no argument, error, file or log line, in git's environment only, and reaches its server only", {
  skip: !SEES_PROCESSES,
}, async () => {
  const password = "canary-e1f64b7a90";
  const encoded = Buffer.from(`ada:${password}`).toString("base64");
  const sweep = new SecretSweep([password, encoded]);
  let log = "";
  let seen = 0;
  configureGit({ log: createLog({ level: "debug", destination: { write: (line) => (log += line) } }) });
  const server = await serve(folder, {
    login: { user: "ada", password },
    fault: () => {
      const { arguments: words, environment, networkGit } = sweep.processes();
      if (networkGit.some(({ command }) => command.includes("remote-http"))) seen += 1;
      assert.deepEqual([words, environment], [[], []]);
      return null;
    },
  });
  const authorization = basicAuthorization("ada", Secret.of(password));
  const mirror = await mirrorOf(server, "ten.git", { root, id: "canary", authorization });
  await fetchMirror(mirror);
  assert.deepEqual(await versionsOf(mirror, ten), TEN_VERSIONS);
  assert.ok(seen >= 6 && server.requests.every((request) => request.authorization?.includes(encoded)));
  const without = await mirrorOf(server, "ten.git", { root, id: "canary" });
  await assert.rejects(fetchMirror(without), (error) => !sweep.isInError(error));
  const other = basicAuthorization("ada", Secret.of(`${password}-but-wrong`));
  const wrong = await mirrorOf(server, "ten.git", { root, id: "canary", authorization: other });
  await assert.rejects(fetchMirror(wrong), (error) => !sweep.isInError(error));
  assert.deepEqual(sweep.files(root), []);
  assert.ok(log.includes("git ended") && !sweep.isIn(log));
});

test("git connects to the address that was checked, and asks nobody for another", async () => {
  const text = `http://forge.invalid:${plain.port}/ten.git`;
  const remote = await checkRemote(text, TEST_EGRESS, async () => ["127.0.0.1"]);
  assert.equal((await readRemote(remote)).head, "main", "a name that no DNS server knows");
  const other = await checkRemote(text, TEST_EGRESS, async () => ["127.0.0.9"]);
  await assert.rejects(readRemote(other), { code: "remote-unreachable" });
});

test("no redirect is followed", async () => {
  const target = await serve(folder);
  const redirecting = await serve(folder, {
    fault: (request) => ({ kind: "redirect", to: target.url + request.target }),
  });
  const remote = await checkRemote(`${redirecting.url}/ten.git`, TEST_EGRESS);
  await assert.rejects(readRemote(remote), { code: "remote-unreachable" });
  assert.equal(target.requests.length, 0);
});

for (const { name, fault, code } of [
  { name: "no such repository", fault: { kind: "status", status: 404 }, code: "access-denied" },
  { name: "no access", fault: { kind: "status", status: 403 }, code: "access-denied" },
  { name: "a failing server", fault: { kind: "status", status: 500 }, code: "remote-unreachable" },
  { name: "a page instead of a repository", fault: { kind: "body", text: "<html>\nhello" }, code: "not-a-repository" },
  { name: "a page of one line", fault: { kind: "body", text: "<html>hello" }, code: "not-a-repository" },
] as const) {
  test(`readRemote() calls ${name} ${code}`, async () => {
    const server = await serve(folder, { fault: () => fault });
    const remote = await checkRemote(`${server.url}/ten.git`, TEST_EGRESS);
    await assert.rejects(readRemote(remote), { code });
    await assert.rejects(openMirror({ root, id: "never", remote }), { code });
    assert.deepEqual(
      readdirSync(root).filter((entry) => /never|new-/.test(entry)),
      [],
      "nothing is left behind",
    );
  });
}

for (const afterBytes of [0, 100, 1_000, 20_000]) {
  test(`fetchMirror() survives a connection that breaks after ${afterBytes} bytes`, async () => {
    let faulty = true;
    const server = await serve(folder, {
      fault: ({ method }) => (faulty && method === "POST" ? { kind: "cut", afterBytes } : null),
    });
    faulty = false;
    const mirror = await mirrorOf(server, "thousand.git", { root, id: `cut-${afterBytes}` });
    faulty = true;
    await assert.rejects(fetchMirror(mirror), { code: "remote-unreachable" });
    assert.equal(existsSync(mirror.gitDir), false);
    faulty = false;
    const again = await mirrorOf(server, "thousand.git", { root, id: `cut-${afterBytes}` });
    await fetchMirror(again);
    assert.equal((await listRefs(again)).refs.length, 1);
  });
}

test("fetchMirror() can be stopped while a server hangs", async () => {
  let hangs = false;
  const stop = new AbortController();
  const server = await serve(folder, {
    fault: () => {
      if (hangs) setImmediate(() => stop.abort(new Error("stopped")));
      return hangs ? { kind: "hang" } : null;
    },
  });
  const mirror = await mirrorOf(server, "ten.git", { root, id: "hang" });
  hangs = true;
  await assert.rejects(fetchMirror(mirror, { signal: stop.signal }), /stopped/);
});
