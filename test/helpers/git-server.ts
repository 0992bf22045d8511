// A Git server on loopback for tests: `git http-backend` behind node:http, with a request log and faults on demand.
import { startProcess } from "../../src/git/start-process.ts";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request meets instead of an ordinary answer. */
export type GitServerFault =
  | {
      /** "stall": nothing more comes, and the connection stays open */
      readonly kind: "cut" | "stall" /** bytes of body that get through before the connection closes */;
      readonly afterBytes: number;
    }
  | { readonly kind: "hang" }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** plain text, which git shows behind "remote: "; default "no" */
      readonly text?: string;
    }
  | { readonly kind: "body" /** sent as HTML instead of Git's answer */; readonly text: string }
  | { readonly kind: "redirect"; readonly to: string };

/** A fault in the middle of an answer. */
type BreakOff = Extract<GitServerFault, { readonly afterBytes: number }>;

/** One request as it came. */
export interface GitServerRequest {
  readonly method: string;
  /** path and query */
  readonly target: string;
  readonly authorization: string | null;
  readonly protocol: string | null;
}

export interface GitServerOptions {
  /** folder that holds the bare repositories */
  readonly root: string;
  /** partial clone and fetching objects by id; default true */
  readonly allowFilter?: boolean;
  /** "v0" keeps the client's wish for version 2 from git */
  readonly protocol?: "v0" | "v2";
  /** whether pushes are taken; default false */
  readonly allowPush?: boolean;
  /** basic authentication that every request must carry */
  readonly login?: { readonly user: string; readonly password: string };
  /** asked for each request; null means an ordinary answer */
  readonly fault?: (request: GitServerRequest, number: number) => GitServerFault | null;
}

export interface GitServer {
  /** `http://127.0.0.1:<port>`; a repository `x.git` below `root` is at `${url}/x.git` */
  readonly url: string;
  readonly port: number;
  readonly requests: GitServerRequest[];
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: GitServerRequest[] = [];
  const server = createServer((incoming, answer) => {
    const request = requestOf(incoming);
    const number = requests.push(request) - 1;
    incoming.on("error", () => undefined);
    if (options.login && request.authorization !== basic(options.login)) return refuse(answer);
    const fault = options.fault?.(request, number) ?? null;
    if (fault !== null && !("afterBytes" in fault)) return fail(answer, fault);
    answerByGit(options, incoming, answer, fault);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, port, requests, close };
}

function requestOf(incoming: IncomingMessage): GitServerRequest {
  const { authorization = null } = incoming.headers;
  const protocol = (incoming.headers["git-protocol"] as string | undefined) ?? null;
  return { method: incoming.method ?? "", target: incoming.url ?? "", authorization, protocol };
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function refuse(answer: ServerResponse): void {
  answer.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
}

function fail(answer: ServerResponse, fault: Exclude<GitServerFault, BreakOff>): void {
  if (fault.kind === "hang") return;
  if (fault.kind === "redirect") answer.writeHead(302, { location: fault.to }).end();
  else if (fault.kind === "status")
    answer.writeHead(fault.status, { "content-type": "text/plain", ...fault.headers }).end(fault.text ?? "no");
  else answer.writeHead(200, { "content-type": "text/html" }).end(fault.text);
}

/**
 * Lets `git http-backend` answer one request. One CGI call: RFC 3875 environment, body on stdin, headers and body on stdout.
 * @param target path and query below `options.root`, where they are others than the request's
 */
export function answerByGit(
  options: GitServerOptions,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: BreakOff | null = null,
  target: string = incoming.url ?? "",
): void {
  const env = cgiEnvironment(options, incoming, target);
  // by the small process where a test has one: to start from a large one costs several times as much
  const child = startProcess({ command: "git", args: ["http-backend"], env, hasInput: true });
  child.stderr.resume();
  child.stdin?.on("error", () => undefined);
  if (child.stdin !== null) incoming.pipe(child.stdin);
  answer.on("close", () => child.kill());
  let head: Buffer | null = Buffer.alloc(0);
  let left = fault?.afterBytes ?? Number.POSITIVE_INFINITY;
  child.stdout.on("data", (chunk: Buffer) => {
    let body = chunk;
    if (head) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      writeHead(answer, head.toString("latin1", 0, end));
      body = head.subarray(end + 4);
      head = null;
    }
    if (body.length > left) {
      answer.write(body.subarray(0, left), () => fault?.kind === "cut" && answer.destroy());
      left = 0;
      if (fault?.kind === "stall") child.stdout.pause();
      return;
    }
    left -= body.length;
    if (!answer.write(body)) {
      child.stdout.pause();
      answer.once("drain", () => child.stdout.resume());
    }
  });
  const end = (): void => {
    if (head) answer.writeHead(500);
    if (!answer.destroyed) answer.end();
  };
  void child.ended.then(end, end);
}

function cgiEnvironment(options: GitServerOptions, incoming: IncomingMessage, target: string): Record<string, string> {
  const [path = "", query = ""] = target.split("?");
  const header = (name: string) => String(incoming.headers[name] ?? "");
  const environment: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query,
    REQUEST_METHOD: incoming.method ?? "GET",
    CONTENT_TYPE: header("content-type"),
    HTTP_CONTENT_ENCODING: header("content-encoding"),
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_USER: "test",
    ...configuration({
      "safe.directory": "*",
      ...(options.allowPush === true ? { "http.receivepack": "true", "core.logAllRefUpdates": "false" } : {}),
      "uploadpack.allowFilter": String(options.allowFilter ?? true),
      "uploadpack.allowAnySHA1InWant": String(options.allowFilter ?? true),
    }),
  };
  if (incoming.headers["content-length"]) environment["CONTENT_LENGTH"] = header("content-length");
  if (options.protocol !== "v0") environment["GIT_PROTOCOL"] = header("git-protocol");
  return environment;
}

function configuration(settings: Record<string, string>): Record<string, string> {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(Object.keys(settings).length) };
  Object.entries(settings).forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

function writeHead(answer: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split("\r\n")) {
    const [name = "", value = ""] = line.split(/:\s*(.*)/s);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (name) answer.setHeader(name, value);
  }
  answer.writeHead(status);
}
