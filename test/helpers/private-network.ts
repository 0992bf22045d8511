// A network of its own with listeners on every private address: what test/private-network.test.ts starts in namespaces
// of the system. Follows every address that leads there as the worker does, and says who was connected to.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createListener, type Socket } from "node:net";
import { join } from "node:path";
import { isTidemarkError } from "../../src/errors.ts";
import { openMirror } from "../../src/git/mirror.ts";
import { freshSource, type IngestDeps } from "../../src/ingest/git-source.ts";
import { createLog } from "../../src/log.ts";
import { checkRemote, type EgressAllowance } from "../../src/outbound.ts";
import { call } from "../../src/outbound-call.ts";
import { installEgressGuard } from "../../src/outbound-guard.ts";
import type { Lease } from "../../src/store/lease.ts";
import type { StoredRepository } from "../../src/store/repository.ts";

/** What the process tells, as JSON on its standard output. */
export interface PrivateNetworkReport {
  /** addresses whose listener heard of a connection that was made to it on purpose */
  readonly heard: readonly string[];
  /** code by what was followed */
  readonly codes: Readonly<Record<string, string>>;
  /** connections to private addresses afterwards */
  readonly reached: readonly string[];
  /** connections to the public one afterwards */
  readonly public: number;
}

/** What is private, and stands on this machine's loopback for as long as the namespace lives. */
const PRIVATE = ["169.254.169.254", "10.1.2.3", "172.16.5.5", "192.168.7.7", "100.64.0.1", "fe80::1", "fd00:ec2::254"];
/** A public address, likewise. */
const PUBLIC = "93.184.216.34";
/** What an installation allows that takes http too, but nothing private. */
const ALLOW: EgressAllowance = { http: true, loopback: false, entries: [] };
const PORTS = [80, 443];

const [folder = ""] = process.argv.slice(2);
const hosts = join(folder, "hosts");
const connections: string[] = [];

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Lets names have these addresses, for us and for git alike: there is no DNS server in here. */
function setHosts(names: Readonly<Record<string, readonly string[]>>): void {
  const lines = Object.entries(names).flatMap(([name, addresses]) => addresses.map((each) => `${each} ${name}\n`));
  writeFileSync(hosts, `127.0.0.1 localhost\n::1 localhost\n${lines.join("")}`);
}

function note(socket: Socket): void {
  connections.push((socket.localAddress ?? "").replace(/^::ffff:|%.*$/g, ""));
}

/** pkt-lines of a server that can do what we want of one. */
function greeting(): string {
  const line = (text: string): string => (text.length + 5).toString(16).padStart(4, "0") + `${text}\n`;
  const second = ["version 2", "agent=x", "ls-refs", "fetch=shallow filter", "object-format=sha1"].map(line).join("");
  return `${line("# service=git-upload-pack")}0000${second}0000`;
}

/** The public server: sends on to a private one at once, or after its greeting, or names it where dumb clients look. */
function answer({ method, url = "" }: IncomingMessage, response: ServerResponse): void {
  const [, kind = "", status = "302"] = url.split("/");
  const to = `http://169.254.169.254${url}`;
  const redirect = (): unknown => response.writeHead(Number(status), { location: to }).end();
  if (kind === "at-once") return void redirect();
  if (kind === "dumb") {
    const isAlternate = url.includes("alternates");
    return void response.writeHead(200, { "content-type": "text/plain" }).end(isAlternate ? `${to}\n` : "");
  }
  if (method === "POST") return void redirect();
  response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" }).end(greeting());
}

async function listen(): Promise<void> {
  const server = createServer(answer).on("connection", note);
  const other = createListener((socket) => {
    note(socket);
    socket.destroy();
  });
  for (const [index, each] of [server, other].entries()) {
    each.listen(PORTS[index], "::");
    await once(each, "listening");
  }
}

/** Makes one connection, which ends at once. */
async function knock(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  await once(socket, "connect");
  socket.destroy();
  await once(socket, "close");
}

/** @returns what came of it: a code, or "followed" */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "followed";
  } catch (error) {
    return isTidemarkError(error) ? error.code : String(error);
  }
}

let repositories = 0;

/** As a provider is asked: one call, and the same by anybody's own `fetch`. */
async function ask(address: string): Promise<void> {
  codes[`call ${address}`] = await outcome(() =>
    call({ method: "GET", url: address, attempt: "ask the server at" }, ALLOW),
  );
  codes[`fetch ${address}`] = await outcome(async () => {
    await fetch(address).catch((error: unknown) => {
      throw error instanceof Error && isTidemarkError(error.cause) ? error.cause : error;
    });
  });
}

function follow(address: string): Promise<string> {
  repositories += 1;
  const repository = { id: String(repositories), kind: "remote", address } as unknown as StoredRepository;
  const signal = new AbortController().signal;
  const lease = { organizationId: "1", repositoryId: repository.id, token: 1 } as Lease;
  const noRows = { query: () => Promise.resolve([]) };
  const database = { worker: { in: () => noRows } } as unknown as IngestDeps["database"];
  const deps = { database, mirrors: join(folder, "mirrors"), allow: ALLOW, log: createLog({ level: "silent" }) };
  return outcome(() => freshSource(deps, { lease, events: [], repository, signal }));
}

/** A name that is public when it is checked and private when it is connected to. */
async function followRebound(): Promise<string> {
  setHosts({ "rebound.test": [PUBLIC] });
  const remote = await checkRemote("http://rebound.test/at-once/302", ALLOW);
  setHosts({ "rebound.test": ["10.1.2.3"] });
  return outcome(() => openMirror({ root: join(folder, "mirrors"), id: "rebound", remote }));
}

/** Texts that lead to a private address, however they are written. */
function texts(): string[] {
  const literal = [...PRIVATE, "::1", "::", "::ffff:127.0.0.1", "::ffff:a01:203", "0.0.0.0", "127.0.0.1"];
  const spelled = ["2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "0", "167838211", "0251.0376.0251.0376"];
  spelled.push("127.0.0.1.", "169.254.169.254.", "１２７.0.0.1", "①②⑦.0.0.1", "10。1。2。3", "localhost", "localhost.");
  spelled.push("private.test", "private.test.", "PRIVATE.test", "bücher.test", "xn--bcher-kva.test", "mixed.test");
  const asHosts = literal.map((address) => (address.includes(":") ? `[${address}]` : address));
  return [...asHosts, ...spelled].flatMap((host) => [`http://${host}/o/n`, `https://${host}/o/n`]);
}

run("mount", "--make-rprivate", "/");
mkdirSync(folder, { recursive: true });
setHosts({});
run("mount", "--bind", hosts, "/etc/hosts");
run("ip", "link", "set", "lo", "up");
for (const each of [...PRIVATE, PUBLIC]) {
  run("ip", "addr", "add", `${each}/${each.includes(":") ? "128" : "32"}`, "dev", "lo");
}
await listen();
for (const each of [...PRIVATE, "::1", "127.0.0.1", PUBLIC]) {
  for (const port of PORTS) await knock(each === "fe80::1" ? "fe80::1%lo" : each, port);
}
const heard = [...new Set(connections)];
connections.length = 0;
const codes: Record<string, string> = {};
setHosts({
  "private.test": ["10.1.2.3"],
  "xn--bcher-kva.test": ["10.1.2.3"],
  "mixed.test": [PUBLIC, "10.1.2.3"],
});
installEgressGuard(ALLOW, createLog({ level: "silent" }));
for (const text of texts()) {
  codes[text] = await follow(text);
  await ask(text);
}
setHosts({ "public.test": [PUBLIC] });
for (const status of [301, 302, 303, 307, 308]) await ask(`http://public.test/at-once/${status}`);
for (const status of [301, 302, 303, 307, 308]) {
  for (const kind of ["at-once", "after-greeting"]) {
    const address = `http://public.test/${kind}/${status}`;
    codes[address] = await follow(address);
  }
}
codes["http://public.test/dumb/x"] = await follow("http://public.test/dumb/x");
codes["rebound"] = await followRebound();
codes["rebound, the next time"] = await follow("http://rebound.test/at-once/302");
const isPublic = (address: string): boolean => address === PUBLIC;
const report: PrivateNetworkReport = {
  heard,
  codes,
  reached: connections.filter((address) => !isPublic(address)),
  public: connections.filter(isPublic).length,
};
process.stdout.write(JSON.stringify(report), () => process.exit(0));
