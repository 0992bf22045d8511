// The headers of every route against one table (T30), and the web app's files.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { openApi, startApi } from "../../test/helpers/api-server.ts";
import { fillHistory, shaOf } from "../../test/helpers/filled-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { pathOf } from "./client.ts";
import * as columns from "./contract/columns.ts";
import * as compare from "./contract/compare.ts";
import * as events from "./contract/events.ts";
import * as exported from "./contract/export.ts";
import * as files from "./contract/files.ts";
import * as commits from "./contract/commits.ts";
import type { Contract } from "./contract/contract.ts";
import * as repositories from "./contract/repositories.ts";
import * as session from "./contract/session.ts";
import * as stream from "./contract/stream.ts";
import * as archiveContract from "./contract/archive.ts";
import * as healthContract from "./contract/health.ts";
import * as tags from "./contract/tags.ts";

const folder = join(temporaryFolder(), "tidemark web é ");
mkdirSync(join(folder, "assets"), { recursive: true });
writeFileSync(
  join(folder, "index.html"),
  '<meta property="csp-nonce" nonce="__TIDEMARK_NONCE__"><script src="/assets/main-abc.js" nonce="__TIDEMARK_NONCE__"></script>',
);
const script = `console.log("${"tide ".repeat(500)}");`;
writeFileSync(join(folder, "assets", "main-abc.js"), script);
writeFileSync(join(folder, "assets", "main-abc.js.gz"), gzipSync(script));
writeFileSync(join(folder, "assets", "main-abc.js.br"), brotliCompressSync(script));
writeFileSync(join(folder, "scheme.js"), "1;");
writeFileSync(join(folder, ".env"), "secret");
writeFileSync(join(folder, "assets", ".hidden.js"), "secret");
symlinkSync("/etc/hostname", join(folder, "assets", "link.js"));
const { db, server } = await openApi({ config: { webFolder: folder } });
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const repository = await fillHistory(db.database, organization, {
  name: "o/r",
  commits: [{ parents: [], files: { "m.json": { document: { x: 1 } } } }],
  branches: [{ name: "main", head: 0 }],
});

const [dead] = await db.database.owner.query<{ id: string }>(
  `INSERT INTO event (organization_id, repository_id, source, state, body) VALUES ($1, $2, 'webhook', 'dead', '{}') RETURNING id::text`,
  [organization, repository],
);

const DATA = "default-src 'none'; frame-ancestors 'none'";
const EXPLORER =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGE = { "cache-control": "private, no-cache", vary: "cookie, authorization", "content-security-policy": DATA };
const UNKEPT = { "cache-control": "no-store", "content-security-policy": DATA };

/** What each route sends beside the common headers. */
const CONTRACTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  listRepositories: PAGE,
  addRepository: UNKEPT,
  getRepository: PAGE,
  changeRepository: UNKEPT,
  syncRepository: UNKEPT,
  removeRepository: UNKEPT,
  listCommits: PAGE,
  getCommit: PAGE,
  getFile: {
    ...PAGE,
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": `attachment; filename="m.json"; filename*=UTF-8''m.json`,
    "content-type": "text/plain; charset=utf-8",
  },
  listColumns: PAGE,
  changeColumn: UNKEPT,
  listBranches: PAGE,
  listWarnings: PAGE,
  listTags: PAGE,
  getHealth: PAGE,
  getArchive: PAGE,
  compareCommits: PAGE,
  exportCommits: {
    "cache-control": "no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": `attachment; filename="o-r-main.csv"; filename*=UTF-8''o-r-main.csv`,
    "content-type": "text/csv; charset=utf-8",
  },
  listEvents: PAGE,
  getEvent: PAGE,
  getEventBody: {
    ...UNKEPT,
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": `attachment; filename="delivery-${dead?.id}"; filename*=UTF-8''delivery-${dead?.id}`,
    "content-type": "text/plain; charset=utf-8",
  },
  retryEvent: UNKEPT,
  listFiles: PAGE,
  changeFiles: UNKEPT,
  previewFiles: PAGE,
  listRows: PAGE,
  nameRows: UNKEPT,
  streamRepository: { ...UNKEPT, "content-type": "text/event-stream; charset=utf-8" },
  getSession: UNKEPT,
  signInByLink: UNKEPT,
  signOut: { ...UNKEPT, "clear-site-data": '"cache", "storage"' },
};

/** What some routes cannot be asked without. */
const BODIES: Readonly<Record<string, string>> = {
  addRepository: '{"url":"https://example.org/new"}',
  changeRepository: "{}",
  changeColumn: "{}",
  changeFiles: "{}",
  nameRows: '{"path":"metrics.json","array":"","fields":["a"]}',
};
const QUERIES: Readonly<Record<string, string>> = {
  previewFiles: "?pattern=a",
  listRows: "?path=a",
  compareCommits: "?commits=main&commits=main",
  exportCommits: "?format=csv",
};

const OTHERS: readonly (readonly [string, number, Readonly<Record<string, string>>])[] = [
  ["/healthz", 200, UNKEPT],
  ["/api/v1/openapi.json", 200, { "content-security-policy": DATA, "cache-control": "no-cache" }],
  ["/api", 200, { "content-security-policy": EXPLORER }],
  ["/api/static/swagger-ui.css", 200, { "content-security-policy": EXPLORER }],
  [
    "/assets/main-abc.js",
    200,
    { "cache-control": "public, max-age=31536000, immutable", "content-type": "text/javascript; charset=utf-8" },
  ],
  ["/scheme.js", 200, { "cache-control": "no-cache" }],
  ["/nowhere", 404, UNKEPT],
  ["/api/v1/nowhere", 404, UNKEPT],
  ["/.env", 404, UNKEPT],
  ["/assets/.hidden.js", 404, UNKEPT],
  ["/assets/link.js", 404, UNKEPT],
  ["/assets/%2e%2e/index.html", 404, UNKEPT],
  ["/assets/..%2f..%2fetc/passwd", 404, UNKEPT],
  ["/index.html", 404, UNKEPT],
  ["/api/auth/get-session", 404, UNKEPT],
];

const EVERYWHERE: Readonly<Record<string, string | null>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
  "strict-transport-security": null,
  "access-control-allow-origin": null,
  "x-powered-by": null,
  server: null,
};

function assertHeaders(answer: Response, expected: Readonly<Record<string, string | null>>, name: string): void {
  for (const [header, value] of Object.entries({ ...EVERYWHERE, ...expected })) {
    assert.equal(answer.headers.get(header), value, `${name}: ${header}`);
  }
  assert.match(answer.headers.get("permissions-policy") ?? "", /geolocation=\(\)/, name);
}

test("every route of a contract sends the headers of the table", async () => {
  const modules = [
    repositories,
    commits,
    columns,
    compare,
    tags,
    healthContract,
    archiveContract,
    files,
    exported,
    events,
    stream,
    session,
  ];
  const all = modules.flatMap((module) => Object.entries<unknown>(module));
  const contracts = all.filter((entry): entry is [string, Contract] => typeof (entry[1] as Contract)?.url === "string");
  assert.deepEqual(contracts.map(([name]) => name).sort(), Object.keys(CONTRACTS).sort(), "each has a row");
  const last = (name: string) => (name === "signOut" ? 1 : 0);
  for (const [name, contract] of contracts.sort(([a], [b]) => last(a) - last(b))) {
    const params = {
      repository: "o/r",
      sha: shaOf("o/r", 0),
      "*": "m.json",
      event: dead?.id ?? "",
      column: "m.json:x",
    };
    const abort = new AbortController();
    const answer = await ada.fetch(pathOf(contract.url, params) + (QUERIES[name] ?? ""), {
      method: contract.method,
      signal: abort.signal,
      ...(contract.method === "GET" ? {} : { headers: { "content-type": "application/json" } }),
      ...(BODIES[name] === undefined ? {} : { body: BODIES[name] }),
    });
    assert.equal(answer.status, name === "signInByLink" ? 400 : contract.status, name);
    assertHeaders(answer, CONTRACTS[name] ?? {}, name);
    abort.abort();
  }
});

test("everything else sends the headers of the table", async () => {
  for (const [path, status, expected] of OTHERS) {
    const answer = await fetch(server.url + path);
    assert.equal(answer.status, status, path);
    assertHeaders(answer, expected, path);
    await answer.bytes();
  }
});

test("the shell comes for every page, each time with a nonce of its own that its policy names", async () => {
  const nonces = new Set<string>();
  for (const path of ["/", "/signin", "/repositories/o%2Fr", "/repositories/o%2Fr/commits/abcd", "/some/where.js"]) {
    const answer = await fetch(server.url + path, { headers: { accept: "text/html,*/*" } });
    const text = await answer.text();
    assert.equal(answer.status, 200, path);
    const [, nonce = ""] = /nonce="([^"]{22,})"/.exec(text) ?? [];
    assert.doesNotMatch(text, /__TIDEMARK_NONCE__/);
    assert.equal(text.split(nonce).length, 3, "both places");
    nonces.add(nonce);
    assertHeaders(answer, { "cache-control": "no-store", "content-type": "text/html; charset=utf-8" }, path);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.ok(policy.includes(`style-src-elem 'self' 'nonce-${nonce}'`), policy);
    assert.match(
      policy,
      /default-src 'none'; script-src 'self';.*require-trusted-types-for 'script'; trusted-types default/,
    );
    assert.doesNotMatch(policy, /unsafe/);
  }
  assert.equal(nonces.size, 5);
  for (const path of ["/api/v1/nowhere", "/.git/config", "/assets/gone.js", "/x/.env"]) {
    const answer = await fetch(server.url + path, { headers: { accept: "text/html" } });
    assert.equal(answer.status, 404, path);
    await answer.bytes();
  }
});

test("a page comes also to who takes anything, as curl says, and to nobody who wants JSON", async () => {
  for (const [path, accept, status] of [
    ["/", "*/*", 200],
    ["/?from=mail", "*/*", 200],
    ["/signin", "text/*", 200],
    ["/repositories/o%2Fr", "*/*", 200],
    ["/", "application/json", 404],
    ["/robots.txt", "*/*", 404],
    ["/api/v1/nowhere", "*/*", 404],
  ] as const) {
    const answer = await fetch(server.url + path, { headers: { accept } });
    assert.equal(answer.status, status, `${path} as ${accept}`);
    const type = status === 200 ? /^text\/html/ : /^application\/problem\+json/;
    assert.match(answer.headers.get("content-type") ?? "", type, `${path} as ${accept}`);
    await answer.bytes();
  }
});

test("files of the app come compressed as the browser likes it, and not again when it has them", async () => {
  const path = `${server.url}/assets/main-abc.js`;
  const sizes: Record<string, number> = {};
  for (const encoding of ["br", "gzip", "identity"]) {
    const answer = await fetch(path, { headers: { "accept-encoding": encoding } });
    assert.equal(answer.headers.get("content-encoding"), encoding === "identity" ? null : encoding);
    assert.equal(answer.headers.get("vary"), "accept-encoding");
    sizes[encoding] = Number(answer.headers.get("content-length"));
    assert.match(await answer.text(), /^console\.log\("tide tide/);
    const headers = { "accept-encoding": encoding, "if-none-match": answer.headers.get("etag") ?? "" };
    assert.equal((await fetch(path, { headers })).status, 304);
  }
  assert.ok((sizes["br"] ?? 0) < (sizes["gzip"] ?? 0) && (sizes["gzip"] ?? 0) < 200);
  // a file without such forms comes as it is, and forms are no files of their own
  const plain = await fetch(`${server.url}/scheme.js`, { headers: { "accept-encoding": "br, gzip" } });
  assert.equal(plain.headers.get("content-encoding"), null);
  assert.equal(await plain.text(), "1;");
  for (const form of [".br", ".gz"]) assert.equal((await fetch(path + form)).status, 404);
});

test("an https address brings HSTS and a __Host- cookie, and is answered to beside loopback", async () => {
  const secure = await startApi(db, { config: { publicUrl: "https://tide.example.org" } });
  try {
    const health = await fetch(`${secure.url}/healthz`);
    assertHeaders(health, { ...UNKEPT, "strict-transport-security": "max-age=31536000" }, "/healthz");
    const eve = await secure.signIn(organization);
    assert.match(eve.cookie, /^__Host-tidemark\.session_token=/);
    assert.equal((await eve.fetch("/api/v1/session")).status, 200);
  } finally {
    await secure.close();
  }
});

test("createServer() refuses a folder without a built app", async () => {
  await assert.rejects(startApi(db, { config: { webFolder: join(folder, "assets") } }), {
    code: "file-not-found",
  });
});
