// Hostile requests over raw sockets and with forged headers: framing, hosts, sizes, types, prototypes (T12, T24, T27, T28).
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { openApi, startApi } from "../../test/helpers/api-server.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { Problem } from "./contract/contract.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
await fillHistory(db.database, organization, {
  name: "r",
  commits: [{ parents: [], files: { "m.json": { document: { x: 1 } } } }],
  branches: [{ name: "main", head: 0 }],
});

/** Sends bytes as they are. @returns all that comes back until the server closes */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.end(text, "latin1"));
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (part) => {
      answer += String(part);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

function statuses(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

const host = (): string => `Host: 127.0.0.1:${server.port}`;

test("createServer() refuses what two parsers could read in two ways", async () => {
  const cases: readonly (readonly [string, string, number])[] = [
    [
      "length and chunks",
      `POST /api/v1/session HTTP/1.1\r\n${host()}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`,
      400,
    ],
    [
      "two lengths",
      `POST /api/v1/session HTTP/1.1\r\n${host()}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
      400,
    ],
    ["two hosts", `GET /healthz HTTP/1.1\r\n${host()}\r\n${host()}\r\nConnection: close\r\n\r\n`, 421],
    ["no host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["foreign host", "GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421],
    ["foreign port", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:1\r\nConnection: close\r\n\r\n", 421],
    [
      "host that begins like ours",
      `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${server.port}.evil.example\r\nConnection: close\r\n\r\n`,
      421,
    ],
    [
      "absolute form, foreign",
      `GET http://evil.example/healthz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`,
      400,
    ],
    [
      "absolute form, ours",
      `GET http://127.0.0.1:${server.port}/healthz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`,
      400,
    ],
    ["folded header", `GET /healthz HTTP/1.1\r\n${host()}\r\nX-A: a\r\n b\r\nConnection: close\r\n\r\n`, 400],
    ["NUL in a header", `GET /healthz HTTP/1.1\r\n${host()}\r\nX-A: a\0b\r\n\r\n`, 400],
    ["NUL in the path", `GET /health\0z HTTP/1.1\r\n${host()}\r\n\r\n`, 400],
    ["blank before a colon", `GET /healthz HTTP/1.1\r\n${host()}\r\nX-A : a\r\n\r\n`, 400],
    ["headers of 17 kB", `GET /healthz HTTP/1.1\r\n${host()}\r\nX-A: ${"a".repeat(17_000)}\r\n\r\n`, 431],
    ["not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["bad escape", `GET /api/v1/repositories/%zz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`, 400],
    [
      "parameter of 300 characters",
      `GET /api/v1/repositories/${"a".repeat(300)} HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`,
      414,
    ],
    ["TRACE of nothing", `TRACE / HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`, 404],
    ["TRACE of a route", `TRACE /healthz HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`, 404],
  ];
  for (const [name, request, status] of cases) {
    const answer = await raw(request);
    assert.deepEqual(statuses(answer), [status], `${name}: ${answer.slice(0, 300)}`);
    assert.match(answer, /content-type: application\/problem\+json/i, name);
    assert.match(answer, /x-content-type-options: nosniff/i, name);
    Problem.parse(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)));
  }
});

test("createServer() answers to its loopback names", async () => {
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
    const answer = await raw(`GET /healthz HTTP/1.1\r\nHost: ${name}:${server.port}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual(statuses(answer), [200], name);
  }
});

test("createServer() takes changes only as JSON from its own pages", async () => {
  const json = { "content-type": "application/json" };
  const cases: readonly (readonly [string, Record<string, string>, number])[] = [
    ["foreign origin", { ...json, origin: "https://evil.example" }, 403],
    ["origin null", { ...json, origin: "null" }, 403],
    ["another port", { ...json, origin: "http://127.0.0.1:1" }, 403],
    ["https in place of http", { ...json, origin: server.url.replace("http:", "https:") }, 403],
    ["cross-site", { ...json, "sec-fetch-site": "cross-site", origin: server.url }, 403],
    ["same-site", { ...json, "sec-fetch-site": "same-site", origin: server.url }, 403],
    ["text/plain", { "content-type": "text/plain", origin: server.url }, 415],
    ["a form", { "content-type": "application/x-www-form-urlencoded", origin: server.url }, 415],
    ["no type", { origin: server.url }, 415],
    ["JSON with a lie", { "content-type": "text/plain; application/json", origin: server.url }, 415],
  ];
  for (const method of ["POST", "DELETE"]) {
    const path = method === "POST" ? "/api/v1/repositories/r/sync" : "/api/v1/repositories/r";
    for (const [name, headers, status] of cases) {
      // a Blob has no type of its own that fetch would add
      const answer = await fetch(server.url + path, { method, headers: { cookie: ada.cookie, ...headers } });
      assert.equal(answer.status, status, `${method}, ${name}`);
    }
    const bare = await fetch(server.url + path, { method, headers: { cookie: ada.cookie, ...json } });
    assert.equal(bare.status, 403, `${method}, no word of where it comes from`);
  }
  assert.deepEqual(server.asked, [], "nothing was done");
  const good = await ada.fetch("/api/v1/repositories/r/sync", { method: "POST", headers: json });
  assert.equal(good.status, 202);
  const site = { ...json, "sec-fetch-site": "same-origin", cookie: ada.cookie };
  assert.equal(
    (await fetch(`${server.url}/api/v1/repositories/r/sync`, { method: "POST", headers: site })).status,
    202,
  );
});

test("createServer() refuses bodies that reach for prototypes, have other fields or are too large", async () => {
  const url = '"url": "https://example.org/x"';
  const cases: readonly (readonly [string, string, number])[] = [
    ["__proto__", `{${url}, "__proto__": {"a": 1}}`, 400],
    ["__proto__ deeper", `{${url}, "x": {"__proto__": 1}}`, 400],
    ["__proto__ in escapes", `{${url}, "\\u005f_proto__": {"a": 1}}`, 400],
    ["constructor.prototype", `{${url}, "constructor": {"prototype": {"a": 1}}}`, 400],
    ["constructor", `{${url}, "constructor": 1}`, 400],
    ["an unknown field", `{${url}, "name": "x"}`, 400],
    ["organization_id", `{${url}, "organization_id": "2"}`, 400],
    ["a list for a text", `{"url": ["https://example.org/x"]}`, 400],
    ["a list", `[]`, 400],
    ["nothing", ``, 400],
    ["no JSON", `{"url": tdo_secret}`, 400],
    ["half a surrogate", `{"url": "https://example.org/\\ud800"}`, 400],
    ["64 KiB + 1", `{"url": "${"a".repeat(65_536 - 10)}"}`, 413],
    ["deep nesting", `${"[".repeat(30_000)}${"]".repeat(30_000)}`, 400],
  ];
  for (const [name, body, status] of cases) {
    const headers = { "content-type": "application/json" };
    const answer = await ada.fetch("/api/v1/repositories", { method: "POST", headers, body });
    const text = await answer.text();
    assert.equal(answer.status, status, `${name}: ${text.slice(0, 300)}`);
    if (status >= 400) Problem.parse(JSON.parse(text));
    assert.doesNotMatch(text, /tdo_secret/, "a body is never repeated");
  }
  assert.equal(Reflect.get({}, "a"), undefined);
});

test("createServer() refuses lists for scalars, controls and words for numbers in queries", async () => {
  const commits = "/api/v1/repositories/r/commits";
  for (const path of [
    `${commits}?limit=1&limit=2`,
    `${commits}?branch=a&branch=b`,
    `${commits}?limit=x`,
    `${commits}?limit=0`,
    `${commits}?limit=201`,
    `${commits}?limit=1.5`,
    `${commits}?limit=1e1`,
    `${commits}?limit=0x10`,
    `${commits}?limit=%2010`,
    `${commits}?limit=`,
    `${commits}?limit=${"9".repeat(400)}`,
    "/api/v1/repositories/r/columns?limit=1e1",
    `${commits}?branch=a%00b`,
    `${commits}?branch=a%0d%0ab`,
    `${commits}?cursor=${"A".repeat(513)}`,
    `${commits}?${"columns=m.json:x&".repeat(201)}`,
    `${commits}?columns=${"a".repeat(1_001)}`,
    "/api/v1/repositories/a%00b",
    "/api/v1/repositories/r/columns?search=a%00",
    "/api/v1/repositories/r/commits/xyz",
  ]) {
    const answer = await ada.fetch(path);
    const problem = Problem.parse(await answer.json());
    assert.equal(problem.status, 400, `${path.slice(0, 100)}: ${problem.detail}`);
    assert.match(problem.detail, /^Cannot .+: found .+, wanted .+\.$/s);
  }
  assert.equal((await ada.fetch(`${commits}?columns=m.json:%00`)).status, 400);
});

test("createServer() refuses query parameters that a route does not have, and names them and those that it has", async () => {
  const known = "one of branch, view, columns, sort, order, where, as-of, baseline, changed, went, limit, cursor";
  const cases: readonly (readonly [string, string, string])[] = [
    ...["page=2", "filter=x<1", "as_of=main", "foo", "Limit=1"].map(
      (query) => [`/commits?${query}`, query.replace(/=.*/, ""), known] as const,
    ),
    ["/commits?limit=1&foo=1&bar=2", "foo, bar", known],
    ["/commits?constructor=2", "constructor", known],
    ["/commits?__proto__=1", "__proto__", known],
    ["/columns?q=x", "q", "one of search, path, changed, sort, limit, cursor"],
    ["/compare?commit=x", "commit", "one of commits, baseline, changed, search, limit, cursor"],
    ["/events?offset=1", "offset", "one of limit, cursor, state, source"],
    ...["", "/branches", "/tags", "/warnings", "/stream", "/commits/abcd", "/commits/abcd/files/m.json"].map(
      (path) => [`${path}?foo=1`, "foo", "none"] as const,
    ),
  ];
  for (const [path, names, wanted] of cases) {
    const problem = Problem.parse(await (await ada.fetch(`/api/v1/repositories/r${path}`)).json());
    const detail = `Cannot read the query parameter "${names}": found no such query parameter, wanted ${wanted}.`;
    assert.deepEqual([problem.status, problem.detail], [400, detail], path);
  }
  const init = { method: "POST", headers: { "content-type": "application/json" } };
  assert.equal((await ada.fetch("/api/v1/repositories/r/sync?foo=1", init)).status, 400);
  assert.equal((await fetch(`${server.url}/api/v1/repositories/r?foo=1`)).status, 401, "a session first");
});

test("createServer() says of a failure of our own nothing but its number", async () => {
  const broken = await startApi(db, {
    readRawFile: () => Promise.reject(new Error("select * from secrets where password = 'hunter2'")),
    useCases: {
      addRepository: () => Promise.reject(Object.assign(new Error("hunter2"), { statusCode: 400 })),
      requestSync: () => Promise.reject(new TypeError("hunter2")),
      chooseColumn: () => Promise.reject(new Error("hunter2")),
      changeRepository: () => Promise.reject(new Error("hunter2")),
      retryEvent: () => Promise.reject(new Error("hunter2")),
      retryStrayDelivery: () => Promise.reject(new Error("hunter2")),
      removeRepository: () => Promise.reject(new Error("hunter2")),
      changeMetricFiles: () => Promise.reject(new Error("hunter2")),
      chooseIdentity: () => Promise.reject(new Error("hunter2")),
      previewPattern: () => Promise.reject(new Error("hunter2")),
      readRows: () => Promise.reject(new Error("hunter2")),
    },
  });
  try {
    const eve = await broken.signIn(organization);
    const sha =
      (
        (await eve.fetch("/api/v1/repositories/r/commits").then((answer) => answer.json())) as {
          commits: { sha: string }[];
        }
      ).commits[0]?.sha ?? "";
    const json = { "content-type": "application/json" };
    for (const [path, init] of [
      [`/api/v1/repositories/r/commits/${sha}/files/m.json`, {}],
      ["/api/v1/repositories", { method: "POST", headers: json, body: '{"url":"https://example.org/y"}' }],
      ["/api/v1/repositories/r/sync", { method: "POST", headers: json }],
      ["/api/v1/repositories/r", { method: "DELETE", headers: json }],
      ["/api/v1/repositories/r", { method: "PATCH", headers: json, body: "{}" }],
      ["/api/v1/repositories/r/events/1/retry", { method: "POST", headers: json }],
    ] as const) {
      const answer = await eve.fetch(path, init);
      const text = await answer.text();
      assert.equal(answer.status, 500, path);
      assert.doesNotMatch(text, /hunter2|select|node_modules|\.ts/, path);
      const problem = Problem.parse(JSON.parse(text));
      assert.match(problem.instance, /^urn:uuid:[0-9a-f-]{36}$/);
      assert.ok(
        problem.detail.includes(problem.instance.slice("urn:uuid:".length)),
        "the number can be found in the log",
      );
    }
  } finally {
    await broken.close();
  }
});

test("createServer() stops who asks too much, by person and by address", async () => {
  const strict = await startApi(db, {
    config: { rateLimits: { reads: 5, writes: 2, exports: 1, strangers: 3, files: 4, signIns: 2 } },
  });
  try {
    const [bob, eve] = [await strict.signIn(organization), await strict.signIn(organization)];
    const ask = async (count: number, request: () => Promise<Response>): Promise<number[]> => {
      const found: number[] = [];
      for (let i = 0; i < count; i++) found.push((await request()).status);
      return found;
    };
    const list = "/api/v1/repositories";
    assert.deepEqual(await ask(6, () => bob.fetch(list)), [200, 200, 200, 200, 200, 429]);
    assert.deepEqual(await ask(1, () => eve.fetch(list)), [200], "another person is not stopped");
    const sync = { method: "POST", headers: { "content-type": "application/json" } };
    assert.deepEqual(await ask(3, () => bob.fetch(`${list}/r/sync`, sync)), [202, 202, 429]);
    const file = `${list}/r/export?format=csv`;
    assert.match(await (await eve.fetch(file)).text(), /^commit,date,author,subject,/);
    assert.match(await (await eve.fetch(file)).text(), /found more than 1 in a minute/);
    const signIn = { method: "POST", headers: { "content-type": "application/json", origin: strict.url }, body: "{}" };
    assert.deepEqual(await ask(3, () => fetch(`${strict.url}/api/v1/session`, signIn)), [400, 400, 429]);
    assert.deepEqual(await ask(5, () => fetch(`${strict.url}/nowhere`)), [404, 404, 404, 404, 429].slice(0, 5));
    const last = await fetch(`${strict.url}/nowhere`);
    assert.equal(last.headers.get("retry-after"), "60");
    assert.equal(Problem.parse(await last.json()).code, "too-many-requests");
  } finally {
    await strict.close();
  }
});
