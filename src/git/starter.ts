// Starts processes by a small process of our own, where one is there: to start one copies the table of all memory of who
// starts it, 10 ms of a server's and 1 ms of a small process's, in which a server answers nobody.
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { NAME_BYTES, numberOf, type StartedMessage, type StarterMessage } from "./starter-messages.ts";

/** Streams that are open before a process has them: eight may be started at one moment. Who is the ninth starts itself. */
const SPARE_STREAMS = 24;

/** One that is not ready within this, in ms, is none: a server that stops waits for it. */
const START_MS = 5_000;
/** Between the end of one that was killed and the next one, in ms: a machine without memory is left alone. */
const AGAIN_MS = 10_000;

/** How a process ended. */
interface ProcessEnd {
  readonly status: number | null;
  readonly signal: string | null;
}

/** A process that was started. */
export interface StartedProcess {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** resolves when it has ended and its output is at its end; rejects when it could not be started */
  readonly ended: Promise<ProcessEnd>;
  /** Kills it with its group. */
  kill(): void;
}

/** What is started: a program by its path, with an environment that nothing is added to. */
export interface ProcessCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly hasInput: boolean;
}

interface Job {
  pid: number | null;
  isKilled: boolean;
  readonly settle: (end: ProcessEnd) => void;
  readonly fail: (error: Error) => void;
}

let current: Starter | null = null;

/**
 * Has the processes of this one started by a small one, from when it is ready on. For servers: it costs 40 MB. Only where
 * sockets need no file (Linux); elsewhere, and while there is none, processes are started as ever.
 * @param againMs after how long there is another one, when it was killed
 * @returns how to end that
 */
export async function openStarter(againMs: number = AGAIN_MS): Promise<() => Promise<void>> {
  let isWanted = process.platform === "linux";
  let own: Starter | null = null;
  const open = async (): Promise<void> => {
    if (!isWanted) return;
    const starter = await Starter.open().catch(() => null);
    if (starter === null) return; // no socket, no process more: the machine has other troubles
    current = own = starter;
    void starter.gone.then(async () => {
      await wait(againMs, undefined, { ref: false });
      return open();
    });
  };
  await open();
  return async () => {
    isWanted = false;
    if (current === own) current = null;
    await own?.close();
  };
}

/** Starts a process, when a starter is there that can just now. @returns null: whoever asks starts it */
export function startByStarter(command: ProcessCommand): StartedProcess | null {
  return current?.start(command) ?? null;
}

class Starter {
  readonly #child: ChildProcess;
  readonly #server: Server;
  readonly #address: string;
  /** proves that it is our own process that connects */
  readonly #token = randomBytes(16).toString("hex");
  readonly #spare = new Map<number, Socket>();
  readonly #jobs = new Map<number, Job>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  #streams = 0;
  #ids = 0;
  #isOpen = true;

  private constructor(child: ChildProcess, server: Server, address: string) {
    this.#child = child;
    this.#server = server;
    this.#address = address;
    server.on("connection", (socket) => this.#take(socket));
    child.on("message", (message: StartedMessage) => this.#hear(message));
    // what it has told is heard first, also when it was killed: else its processes would not be known
    child.once("disconnect", () => this.#end());
    child.once("error", () => this.#end());
    this.#connect(SPARE_STREAMS);
  }

  static async open(): Promise<Starter> {
    const address = `\0tidemark-${randomBytes(16).toString("hex")}`;
    const server = createServer().listen(address);
    await once(server, "listening");
    const child = fork(join(import.meta.dirname, "starter-process.ts"), [], {
      cwd: "/",
      env: {},
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      detached: true, // a Ctrl-C is for us: what we have begun may end
    });
    const starter = new Starter(child, server, address);
    const late = setTimeout(() => child.kill("SIGKILL"), START_MS);
    await starter.#ready.promise;
    clearTimeout(late);
    for (const each of [child, child.channel, server]) each?.unref(); // nobody stays for it
    return starter;
  }

  /** Resolves when it has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  start({ command, args, env, hasInput }: ProcessCommand): StartedProcess | null {
    const wanted = hasInput ? 3 : 2;
    if (!this.#isOpen || this.#spare.size < wanted) return null;
    const taken = [...this.#spare].slice(0, wanted);
    const [output, complaints, input = null] = taken.map(([number]) => number) as [number, number, number?];
    const [stdout, stderr, stdin = null] = taken.map(([, socket]) => socket) as [Socket, Socket, Socket?];
    for (const [number, socket] of taken) {
      this.#spare.delete(number);
      socket.ref();
    }
    const id = (this.#ids += 1);
    const exit = new Promise<ProcessEnd>((settle, fail) => {
      this.#jobs.set(id, { pid: null, isKilled: false, settle, fail });
    });
    this.#child.ref(); // until we are told how all of them ended
    this.#child.channel?.ref();
    this.#tell({ what: "start", id, command, args, env, stdio: [input, output, complaints] });
    this.#connect(wanted);
    stdin?.resume(); // hears when the process takes no more
    const over = [stdout, stderr].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    const ended = Promise.all([exit, ...over]).then(([end]) => end);
    exit.then(
      () => stdin?.destroy(),
      () => taken.forEach(([, socket]) => socket.destroy()),
    );
    return { stdin, stdout, stderr, ended, kill: () => this.#kill(id) };
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#child.ref();
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  #kill(id: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    job.isKilled = true;
    if (job.pid !== null) killGroup(job.pid);
  }

  #connect(count: number): void {
    const numbers = Array.from({ length: count }, () => (this.#streams += 1));
    this.#tell({ what: "connect", address: this.#address, token: this.#token, numbers });
  }

  #tell(message: StarterMessage): void {
    if (this.#child.connected) this.#child.send(message, () => undefined); // its end is heard of by itself
  }

  /** Takes a stream in when it names itself; who else connects is sent away. */
  #take(socket: Socket): void {
    socket.unref();
    socket.on("error", () => undefined); // it has ended, or did not take what was written: its status says the rest
    const hear = (): void => {
      const bytes = socket.read(NAME_BYTES) as Buffer | null;
      if (bytes === null) return;
      socket.off("readable", hear);
      const number = numberOf(bytes.toString("latin1"), this.#token);
      if (number === null || !this.#isOpen) socket.destroy();
      else this.#spare.set(number, socket);
      if (this.#spare.size >= SPARE_STREAMS) this.#ready.resolve();
    };
    socket.on("readable", hear);
  }

  #hear(message: StartedMessage): void {
    const job = this.#jobs.get(message.id);
    if (job === undefined) return;
    if (message.what === "started") {
      job.pid = message.pid;
      if (job.isKilled) this.#kill(message.id);
      return;
    }
    this.#jobs.delete(message.id);
    if (this.#jobs.size === 0) for (const each of [this.#child, this.#child.channel]) each?.unref();
    if (message.what === "failed") job.fail(Object.assign(new Error(message.message), { code: message.code }));
    else job.settle(message);
  }

  /** It is gone, and with it what it had started: the next ones we start ourselves. */
  #end(): void {
    this.#isOpen = false;
    this.#ready.resolve();
    this.#gone.resolve();
    this.#server.close();
    for (const socket of this.#spare.values()) socket.destroy();
    this.#spare.clear();
    for (const { pid } of this.#jobs.values()) if (pid !== null) killGroup(pid);
    for (const job of this.#jobs.values()) job.settle({ status: null, signal: "SIGKILL" });
    this.#jobs.clear();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended
  }
}
