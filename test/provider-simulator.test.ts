// Tests of the simulated providers themselves: real Git over HTTP behind them, and their senders' rules.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { git, TEST_GIT_ENVIRONMENT } from "./helpers/git-history.ts";
import { runCommand } from "./helpers/provider-simulator/commands.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import type { SimulatedHook } from "./helpers/provider-simulator/world.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./helpers/webhook-receiver.ts";

const folder = temporaryFolder();
const run = promisify(execFile);
let simulator: ProviderSimulator;
let receiver: WebhookReceiver;

before(async () => {
  mkdirSync(join(folder, "root"));
  simulator = await ProviderSimulator.start({ kind: "gitea", root: join(folder, "root") });
  receiver = await startWebhookReceiver();
  simulator.addAccount("ada");
  simulator.addAccount("guest");
});
after(async () => {
  await simulator.close();
  await receiver.close();
});

/** Git as a person runs it; not blocking, since the server is in this process. */
async function gitAs(token: string | null, ...args: readonly string[]): Promise<string> {
  const login =
    token === null
      ? []
      : ["-c", `http.extraHeader=Authorization: Basic ${Buffer.from(`x:${token}`).toString("base64")}`];
  const { stdout } = await run("git", [...login, "-c", "http.followRedirects=false", ...args], {
    env: { ...TEST_GIT_ENVIRONMENT, GIT_TERMINAL_PROMPT: "0" },
  });
  return stdout;
}

function hook(name: string, events: readonly string[]): SimulatedHook {
  return simulator.world.addHook(simulator.repository(name), { url: `${receiver.url}/h`, secret: "s", events });
}

test("a push by Git arrives, is told once a ref with its ids, and is refused to who may only read", async () => {
  const { text } = simulator.addToken(simulator.world.accounts[0] ?? null);
  const guest = simulator.addToken(simulator.world.accounts[1] ?? null);
  simulator.addRepository("ada/pushed", { isPrivate: true, permissions: { guest: "read" } });
  hook("ada/pushed", ["push"]);
  const url = `${simulator.url}/ada/pushed.git`;
  const clone = join(folder, "clone");
  await gitAs(text, "clone", "--quiet", url, clone);
  git(clone, "checkout", "-q", "-b", "main");
  git(clone, "commit", "-q", "--allow-empty", "-m", "one");
  await gitAs(text, "-C", clone, "push", "--quiet", "origin", "main", "main:refs/heads/other");
  await simulator.settled();
  const sha = git(clone, "rev-parse", "main");
  const told = receiver.received.map(({ body }) => JSON.parse(body.toString()) as { ref: string; after: string });
  assert.deepEqual(told.map(({ ref, after: to }) => `${ref} ${to}`).sort(), [
    `refs/heads/main ${sha}`,
    `refs/heads/other ${sha}`,
  ]);
  await assert.rejects(gitAs(guest.text, "-C", clone, "push", "--quiet", "origin", "main:refs/heads/third"), /403/);
  assert.match(await gitAs(guest.text, "ls-remote", url), new RegExp(sha));
  await assert.rejects(gitAs(null, "ls-remote", url), /could not read Username/);
  await assert.rejects(gitAs("no-token", "ls-remote", url), /Authentication failed|could not read/);
});

test("an old name redirects, which Git does not follow", async () => {
  simulator.addRepository("ada/old");
  simulator.push("ada/old", { files: { a: "1" } });
  simulator.rename("ada/old", "ada/new");
  await assert.rejects(gitAs(null, "ls-remote", `${simulator.url}/ada/old.git`), /redirect|301/);
  assert.match(await gitAs(null, "ls-remote", `${simulator.url}/ada/new.git`), /refs\/heads\/main/);
});

test("lag() shows the older state for so many looks", async () => {
  simulator.addRepository("ada/late");
  const first = simulator.push("ada/late", { files: { a: "1" } });
  simulator.lag("ada/late", 2);
  const second = simulator.push("ada/late", { files: { a: "2" } });
  const url = `${simulator.url}/ada/late.git`;
  const seen: string[] = [];
  for (let look = 0; look < 3; look += 1)
    seen.push((await gitAs(null, "ls-remote", url, "refs/heads/main")).slice(0, 40));
  assert.deepEqual(seen, [first, first, second]);
});

test("a force-push is told with both commits, a deleted branch with none after", async () => {
  simulator.addRepository("ada/forced");
  hook("ada/forced", ["push", "delete"]);
  simulator.push("ada/forced", { files: { a: "1" } });
  const second = simulator.push("ada/forced", { files: { a: "2" } });
  await simulator.settled();
  receiver.received.length = 0;
  const other = simulator.push("ada/forced", { files: { a: "3" }, parent: null });
  simulator.setRefs("ada/forced", { "refs/heads/main": null });
  await simulator.settled();
  const bodies = receiver.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  assert.deepEqual([bodies[0]?.["before"], bodies[0]?.["after"]], [second, other]);
  assert.deepEqual([bodies[1]?.["ref"], bodies[1]?.["ref_type"]], ["main", "branch"]);
});

test("a receiver that does not answer in time is told nothing more", async () => {
  simulator.addRepository("ada/slow");
  const { deliveries } = hook("ada/slow", ["push"]);
  simulator.sender.timeoutMs = 50;
  receiver.status = null;
  simulator.push("ada/slow", { files: { a: "1" } });
  await simulator.settled();
  receiver.status = 202;
  simulator.sender.timeoutMs = 5_000;
  assert.deepEqual(
    deliveries.map(({ status }) => status),
    [0],
  );
});

test("runCommand() does what a person types, and says how where it cannot", () => {
  assert.equal(runCommand(simulator, "add ada/typed"), "done");
  assert.match(runCommand(simulator, "push ada/typed main 3"), /^pushed [0-9a-f]{40} to main$/);
  assert.match(runCommand(simulator, "force ada/typed"), /^main is [0-9a-f]{40} now instead of [0-9a-f]{40}$/);
  assert.equal(runCommand(simulator, "branch ada/typed other"), "done");
  assert.equal(runCommand(simulator, "delete-branch ada/typed other"), "done");
  assert.equal(runCommand(simulator, "rename ada/typed ada/retyped"), "done");
  assert.match(runCommand(simulator, "list"), /ada\/retyped\.git public/);
  assert.match(runCommand(simulator, "push ada/nowhere"), /^push NAME .*: no repository/);
  assert.match(runCommand(simulator, "what"), /break-hook NAME/);
});
