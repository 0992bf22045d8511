// What a person can do at a simulated provider by a line of text: push, rename, break; each answers in a line or some.
import { git } from "../git-history.ts";
import { refsOf } from "./bare-repository.ts";
import type { ProviderSimulator } from "./simulator.ts";

/** One command: what it is called with, and what it does. */
interface Command {
  readonly usage: string;
  run(simulator: ProviderSimulator, words: readonly string[]): string;
}

/** A figure that falls over the pushes, so that there is something to see. */
function metricsOf(number: number): string {
  const loss = Math.round(1_000_000 / (1 + number / 3)) / 1_000_000;
  return `${JSON.stringify({ loss, accuracy: Math.round((1 - loss / 2) * 10_000) / 10_000, epoch: number }, null, 2)}\n`;
}

function commitsOf(simulator: ProviderSimulator, name: string): number {
  const refs = [...refsOf(simulator.repository(name).folder).values()];
  return refs.length === 0 ? 0 : Number(git(simulator.repository(name).folder, "rev-list", "--count", ...refs));
}

function push(simulator: ProviderSimulator, [name = "", branch = "main", count = "1"]: readonly string[]): string {
  const before = commitsOf(simulator, name);
  const now = Math.floor(Date.now() / 1_000);
  const commits = Array.from({ length: Number(count) }, (_, index) => ({
    files: { "metrics.json": metricsOf(before + index) },
    at: now - Number(count) + 1 + index,
  }));
  return `pushed ${simulator.pushAll(name, commits, { branch })} to ${branch}`;
}

/** The tip is replaced by another commit on its parent. */
function force(simulator: ProviderSimulator, [name = "", branch = "main"]: readonly string[]): string {
  const { folder } = simulator.repository(name);
  const parents = git(folder, "rev-list", "--parents", "--max-count=1", branch).split(" ");
  const content = metricsOf(commitsOf(simulator, name) + 100);
  const files = { "metrics.json": content };
  const sha = simulator.push(name, { branch, files, parent: parents[1] ?? null, at: Math.floor(Date.now() / 1_000) });
  return `${branch} is ${sha} now instead of ${parents[0]}`;
}

function hooks(simulator: ProviderSimulator, [name = ""]: readonly string[]): string {
  const lines = simulator.repository(name).hooks.map(({ id, url, active, events, disabledUntil, deliveries }) => {
    const last = deliveries.slice(-5).map(({ event, status }) => `${event} ${status}`);
    const state = active && disabledUntil === null ? "on" : "off";
    return `${id} ${url} ${state} [${events.join(" ")}] last: ${last.join(", ") || "none"}`;
  });
  return lines.join("\n") || "none";
}

/** Changes the secret at the provider only: its deliveries are refused from now on. */
function breakHook(simulator: ProviderSimulator, [name = ""]: readonly string[]): string {
  for (const hook of simulator.repository(name).hooks) hook.secret = hook.signingToken = "somebody changed it";
  return "its secret is another one now";
}

function list(simulator: ProviderSimulator): string {
  const lines = simulator.world.repositories.map(
    (it) =>
      `${it.id} ${simulator.url}/${it.name}.git ${it.isPrivate ? "private" : "public"}${it.archived ? " archived" : ""}`,
  );
  return lines.join("\n");
}

const done = (run: (simulator: ProviderSimulator, words: readonly string[]) => void): Command["run"] => {
  return (simulator, words) => {
    run(simulator, words);
    return "done";
  };
};

const COMMANDS: Readonly<Record<string, Command>> = {
  list: { usage: "list", run: list },
  push: { usage: "push NAME [BRANCH] [COMMITS]", run: push },
  force: { usage: "force NAME [BRANCH]", run: force },
  branch: {
    usage: "branch NAME NEW [FROM]",
    run: done((it, [name = "", to, from = "main"]) =>
      it.setRefs(name, { [`refs/heads/${to}`]: git(it.repository(name).folder, "rev-parse", from) }),
    ),
  },
  tag: {
    usage: "tag NAME TAG [FROM]",
    run: done((it, [name = "", to, from = "main"]) =>
      it.setRefs(name, { [`refs/tags/${to}`]: git(it.repository(name).folder, "rev-parse", from) }),
    ),
  },
  "delete-branch": {
    usage: "delete-branch NAME BRANCH",
    run: done((it, [name = "", branch]) => it.setRefs(name, { [`refs/heads/${branch}`]: null })),
  },
  add: {
    usage: "add NAME",
    run: done((it, [name = ""]) => void it.addRepository(name, { permissions: { ada: "admin" } })),
  },
  rename: { usage: "rename NAME NEW", run: done((it, [from = "", to = ""]) => it.rename(from, to)) },
  transfer: { usage: "transfer NAME NEW", run: done((it, [from = "", to = ""]) => it.transfer(from, to)) },
  archive: { usage: "archive NAME", run: done((it, [name = ""]) => it.archive(name)) },
  private: { usage: "private NAME", run: done((it, [name = ""]) => it.setPrivate(name)) },
  public: { usage: "public NAME", run: done((it, [name = ""]) => it.setPrivate(name, false)) },
  leave: {
    usage: "leave NAME",
    run: done((it, [name = ""]) => void it.repository(name).permissions.delete("ada")),
  },
  join: {
    usage: "join NAME",
    run: done((it, [name = ""]) => void it.repository(name).permissions.set("ada", "admin")),
  },
  remove: { usage: "remove NAME", run: done((it, [name = ""]) => it.remove(name)) },
  hooks: { usage: "hooks NAME", run: hooks },
  "break-hook": { usage: "break-hook NAME", run: breakHook },
  "remove-hooks": {
    usage: "remove-hooks NAME",
    run: done((it, [name = ""]) => void it.repository(name).hooks.splice(0)),
  },
  silent: { usage: "silent on|off", run: done((it, [word]) => void (it.sender.silent = word === "on")) },
  revoke: {
    usage: "revoke TOKEN",
    run: done((it, [text]) => {
      for (const token of it.world.tokens) if (token.text === text) token.revoked = true;
    }),
  },
  limit: {
    usage: "limit SECONDS",
    run: done((it, [seconds = "60"]) => {
      it.world.limit = { limit: 60, remaining: 0, resetAt: it.world.now() + Number(seconds) * 1_000 };
    }),
  },
  "limit-git": {
    usage: "limit-git off|403|429 [SECONDS]",
    run: done((it, [status, seconds = "60"]) => {
      it.git.limit = status === "off" ? null : { status: status === "403" ? 403 : 429, seconds: Number(seconds) };
    }),
  },
  lag: { usage: "lag NAME READS", run: done((it, [name = "", reads = "5"]) => it.lag(name, Number(reads))) },
};

/** Carries out one line. @returns what came of it; a mistake is said, never thrown */
export function runCommand(simulator: ProviderSimulator, line: string): string {
  const [name = "", ...words] = line.trim().split(/\s+/);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    return Object.values(COMMANDS)
      .map(({ usage }) => usage)
      .join("\n");
  try {
    return command.run(simulator, words);
  } catch (error) {
    return `${command.usage}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
