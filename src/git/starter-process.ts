// The small process that starts git for a large one: to start a process costs time by the memory of who starts it.
// It is given pairs of sockets as the streams of processes, commands by messages, and ends with who started it.
import { spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import { nameOf, type StartedMessage, type StarterMessage } from "./starter-messages.ts";

/** Our ends of streams that no process has yet, by number. */
const streams = new Map<number, Socket>();
/** Ids of the processes that run: each leads a group. */
const running = new Set<number>();

function tell(message: StartedMessage): void {
  process.send?.(message, () => undefined); // an error of who is gone, which "disconnect" tells
}

function connect({ address, token, numbers }: Extract<StarterMessage, { what: "connect" }>): void {
  for (const number of numbers) {
    const socket = createConnection(address, () => socket.write(nameOf(token, number)));
    socket.on("error", () => streams.delete(number)); // who waits for it has gone
    socket.pause(); // what comes in is for the process that gets it
    streams.set(number, socket);
  }
}

function start({ id, command, args, env, stdio }: Extract<StarterMessage, { what: "start" }>): void {
  const own = stdio.map((number) => (number === null ? "ignore" : (streams.get(number) ?? "ignore")));
  const child = spawn(command, [...args], { cwd: "/", env, stdio: own, detached: true });
  const { pid } = child;
  for (const number of stdio) {
    if (number === null) continue;
    streams.get(number)?.destroy(); // the process has it now
    streams.delete(number);
  }
  child.once("error", ({ message, code = "" }: NodeJS.ErrnoException) => tell({ what: "failed", id, message, code }));
  if (pid === undefined) return;
  running.add(pid);
  tell({ what: "started", id, pid });
  child.once("exit", (status, signal) => {
    running.delete(pid);
    tell({ what: "ended", id, status, signal });
  });
}

process.on("message", (message: StarterMessage) => {
  if (message.what === "start") start(message);
  else connect(message);
});
process.on("disconnect", () => {
  for (const pid of running) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // it ended meanwhile
    }
  }
  process.exit();
});
