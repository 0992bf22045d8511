// Tests of remotes over real HTTP: no secret anywhere, one address only, every fault, nothing left behind.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { mirrorOf, TEST_EGRESS } from "../../test/helpers/mirror-of.ts";
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

test("a login is in no argument, file or log line, and reaches its server only", {
  skip: !existsSync("/proc/self/cmdline"),
}, async () => {
  const password = "canary-e1f64b7a90";
  const canaries = [password, Buffer.from(`ada:${password}`).toString("base64").replace(/=+$/, "")];
  let log = "";
  let seen = 0;
  configureGit({ log: createLog({ level: "debug", destination: { write: (line) => (log += line) } }) });
  const server = await serve(folder, {
    login: { user: "ada", password },
    fault: () => {
      seen += 1;
      const lines = readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(commandLine);
      assert.ok(
        lines.some((line) => line.includes("remote-http")),
        "git is at work just now",
      );
      for (const canary of canaries)
        assert.deepEqual(
          lines.filter((line) => line.includes(canary)),
          [],
        );
      return null;
    },
  });
  const authorization = basicAuthorization("ada", Secret.of(password));
  const mirror = await mirrorOf(server, "ten.git", { root, id: "canary", authorization });
  await fetchMirror(mirror);
  assert.deepEqual(await versionsOf(mirror, ten), TEN_VERSIONS);
  assert.ok(seen >= 6 && server.requests.every((request) => request.authorization?.includes(canaries[1] as string)));
  const without = await mirrorOf(server, "ten.git", { root, id: "canary" });
  await assert.rejects(
    fetchMirror(without),
    (error: Error) => !canaries.some((canary) => String(error.cause).includes(canary)),
  );
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = files.filter((entry) =>
    canaries.some((canary) => readFileSync(join(entry.parentPath, entry.name)).includes(canary)),
  );
  assert.deepEqual(holding, []);
  assert.ok(log.includes("git ended") && !canaries.some((canary) => log.includes(canary)));
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it ended meanwhile
  }
}

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
    assert.deepEqual((await listRefs(mirror)).refs, []);
    faulty = false;
    await fetchMirror(mirror);
    assert.equal((await listRefs(mirror)).refs.length, 1);
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
