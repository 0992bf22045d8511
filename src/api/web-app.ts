// The built web app, kept in memory: its shell with a new nonce for each page, and its files.
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TidemarkError } from "../errors.ts";
import { matchesTag } from "./etag.ts";
import { IMMUTABLE, NOT_KEPT, shellPolicy } from "./headers.ts";

/** What the build writes where a nonce belongs. */
const NONCE_MARK = "__TIDEMARK_NONCE__";
/** 128 random bits. */
const NONCE_BYTES = 16;
/** Below the folder of hashed names: `assets/` is Vite's. */
const HASHED = "assets/";
/** What the build adds to the names of a file's compressed forms, by the names that requests have for them. */
const COMPRESSED = { gzip: ".gz", br: ".br" } as const;
/** The whole app is some 2 MB; more is not a web app but a wrong folder. */
const MAX_APP_BYTES = 64 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** A file and its compressed forms, where the build made them. */
interface WebFile {
  readonly type: string;
  readonly etag: string;
  readonly bodies: { readonly plain: Buffer; readonly gzip: Buffer | null; readonly br: Buffer | null };
}

/** The app: its shell as the parts between nonces, and its files by path. */
export interface WebApp {
  readonly shell: readonly string[];
  readonly files: ReadonlyMap<string, WebFile>;
}

function webFile(path: string, contents: ReadonlyMap<string, Buffer>, plain: Buffer): WebFile {
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  const form = (encoding: keyof typeof COMPRESSED) => contents.get(path + COMPRESSED[encoding]) ?? null;
  return { type, etag, bodies: { plain, gzip: form("gzip"), br: form("br") } };
}

/** @returns whether a file is another one's compressed form */
function isForm(path: string, contents: ReadonlyMap<string, Buffer>): boolean {
  return Object.values(COMPRESSED).some((end) => path.endsWith(end) && contents.has(path.slice(0, -end.length)));
}

/** Plain files below a folder, relative; neither links nor names that begin with a dot. */
async function listFiles(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  const lists = entries
    .filter((entry) => !entry.name.startsWith("."))
    .map(async (entry) => {
      if (entry.isDirectory()) return listFiles(folder, `${prefix}${entry.name}/`);
      return entry.isFile() ? [`${prefix}${entry.name}`] : [];
    });
  return (await Promise.all(lists)).flat();
}

/**
 * Reads the built web app.
 * @throws TidemarkError `file-not-found` when it is not built
 */
export async function loadWebApp(folder: string): Promise<WebApp> {
  const problem = (found: string) =>
    new TidemarkError("file-not-found", {
      attempt: "serve the web app from",
      value: folder,
      found,
      wanted: "what `npm run prepare` makes",
    });
  const paths = await listFiles(folder).catch(() => [] as string[]);
  if (!paths.includes("index.html")) throw problem("no index.html");
  let bytes = 0;
  const contents = new Map<string, Buffer>();
  for (const path of paths) {
    const content = await readFile(join(folder, path));
    bytes += content.length;
    if (bytes > MAX_APP_BYTES) throw problem(`more than ${MAX_APP_BYTES} bytes`);
    contents.set(path, content);
  }
  const files = new Map<string, WebFile>();
  for (const [path, plain] of contents)
    if (path !== "index.html" && !isForm(path, contents)) files.set(path, webFile(path, contents, plain));
  return { shell: contents.get("index.html")?.toString().split(NONCE_MARK) ?? [], files };
}

/** Answers with the shell: a nonce of its own, kept by nobody. */
export function sendShell(app: WebApp, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(NONCE_BYTES).toString("base64");
  return reply
    .header("content-type", "text/html; charset=utf-8")
    .header("content-security-policy", shellPolicy(nonce))
    .header("cache-control", NOT_KEPT)
    .header("vary", "accept")
    .send(app.shell.join(nonce));
}

/** The app's own pages: who takes anything, as `curl` does, gets them. Elsewhere that is a program's wish for data. */
const PAGE_PATH = /^\/(?:$|signin$|repositories\/)/;

/** @returns whether a request is for a page of the app: the app itself says what is not there */
export function isPage(request: FastifyRequest): boolean {
  const path = request.url.split("?", 1)[0] ?? "";
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (/^\/(?:api|hooks|assets)(?:\/|$)|\/\./.test(path)) return false;
  const accepted = request.headers.accept ?? "*/*";
  return accepted.includes("text/html") || (PAGE_PATH.test(path) && /(?:\*|text)\/\*/.test(accepted));
}

function sendFile(path: string, file: WebFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { plain, gzip: zipped, br } = file.bodies;
  const accepted = request.headers["accept-encoding"] ?? "";
  const encoding =
    br !== null && /\bbr\b/.test(accepted) ? "br" : zipped !== null && /\bgzip\b/.test(accepted) ? "gzip" : null;
  const etag = encoding === null ? file.etag : file.etag.replace(/"$/, `-${encoding}"`);
  reply
    .header("content-type", file.type)
    .header("cache-control", path.startsWith(HASHED) ? IMMUTABLE : "no-cache")
    .header("etag", etag)
    .header("vary", "accept-encoding");
  if (matchesTag(request.headers["if-none-match"], etag)) return reply.code(304).send();
  if (encoding !== null) reply.header("content-encoding", encoding);
  return reply.send(encoding === "br" ? br : encoding === "gzip" ? zipped : plain);
}

/** Adds a route for each file. */
export function addWebFiles(app: FastifyInstance, web: WebApp): void {
  for (const [path, file] of web.files) {
    app.get(`/${path}`, { config: { group: "files" }, schema: { hide: true } }, (request, reply) =>
      sendFile(path, file, request, reply),
    );
  }
}
