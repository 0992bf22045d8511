// Every route through the typed client: answers are what their contracts say, and nothing of another team is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf, type TestHistory } from "../../../test/helpers/filled-history.ts";
import { until } from "../../../test/helpers/until.ts";
import { ProblemError } from "../client.ts";
import * as columns from "../contract/columns.ts";
import * as commits from "../contract/commits.ts";
import * as repositories from "../contract/repositories.ts";

const big = 12_345_678_901_234_567_890n;
const problem = { reason: "too-large", message: "it was 6.1 MiB", size: 6_396_314, limit: 4_194_304 } as const;
const history: TestHistory = {
  name: "o/r",
  commits: [
    {
      parents: [],
      files: {
        "m.json": { document: { z: 1, acc: 0.5, big, nan: Number.NaN } },
        "p.yaml": { document: { lr: "1e-3" } },
      },
    },
    {
      parents: [0],
      files: { "m.json": { document: { z: 1, acc: 0.75, big } }, "p.yaml": { problem } },
      subject: "<img onerror=alert(1)> \u202e",
    },
    {
      parents: [1],
      files: { "m.json": { document: { z: 2, acc: 0.75, big } }, "p.yaml": { problem } },
      written: "1700000000 -0330",
    },
    { parents: [0], files: { "m.json": { document: { z: 9 } } }, author: "Eve <script>" },
  ],
  branches: [
    { name: "main", head: 2 },
    { name: "feature/x", head: 3 },
  ],
};
const params = { repository: "o/r" };

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const id = await fillHistory(db.database, organization, history);

async function rejected(work: Promise<unknown>): Promise<ProblemError["problem"]> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  assert.match(error.message, /^Cannot .+: found .+, wanted .+\.$/s);
  return error.problem;
}

test("GET /repositories lists with counts, latest commit and spark", async () => {
  const answer = repositories.listRepositories.answer.parse(await ada.client.call(repositories.listRepositories, {}));
  const [repository] = answer.repositories;
  assert.equal(answer.repositories.length, 1);
  const { version: _version, syncedAt, ...rest } = repository ?? assert.fail();
  assert.ok(!Number.isNaN(Date.parse(syncedAt ?? "")));
  assert.deepEqual(rest, {
    id,
    name: "o/r",
    url: "https://example.org/o/r",
    kind: "remote",
    defaultBranch: "main",
    state: "ready",
    progress: null,
    problem: null,
    notices: [],
    candidates: 0,
    commits: 4,
    branches: 2,
    empty: null,
    files: 2,
    commitsMissingValues: 2,
    latest: { sha: shaOf("o/r", 2), subject: "Commit 2", committedAt: "2023-11-14T18:43:20-03:30" },
    spark: { column: "m.json:z", goal: "higher", values: [1, 1, 2], now: 2, change: 1 },
    sparkColumn: null,
    provider: null,
  });
});

test("GET /repositories/{id} takes the name, encoded, and the id", async () => {
  const byName = await ada.client.call(repositories.getRepository, { params });
  const byId = await ada.client.call(repositories.getRepository, { params: { repository: id } });
  assert.deepEqual(repositories.Repository.parse(byName), byId);
});

test("POST /repositories hands the URL to the use case and answers with the repository", async () => {
  const url = "https://example.org/team/new";
  const made = repositories.Repository.parse(await ada.client.call(repositories.addRepository, { body: { url } }));
  assert.equal(made.name, "team/new");
  assert.equal(made.state, "waiting");
  assert.deepEqual(server.asked.splice(0), [`add ${url}`]);
});

test("POST …/sync and DELETE ask the use case for the repository that is meant", async () => {
  assert.deepEqual(await ada.client.call(repositories.syncRepository, { params }), { event: "77" });
  assert.equal(await ada.client.call(repositories.removeRepository, { params }), null);
  assert.deepEqual(server.asked.splice(0), [`sync ${id}`, `remove ${id}`]);
});

test("GET …/commits answers with a page, and 304 to whom has it", async () => {
  const query = { columns: ["m.json:acc", "p.yaml:lr"], limit: 2 };
  const page = commits.CommitPage.parse(await ada.client.call(commits.listCommits, { params, query }));
  assert.deepEqual(
    page.commits.map((row) => row.values),
    [
      [0.75, null],
      [0.75, null],
    ],
  );
  assert.deepEqual(
    page.commits.map((row) => row.baselineValues),
    [
      [0.75, 0.001],
      [0.5, 0.001],
    ],
  );
  const path = "/api/v1/repositories/o%2Fr/commits?limit=2";
  const first = await ada.fetch(path);
  const headers = { "if-none-match": first.headers.get("etag") ?? "" };
  assert.equal((await ada.fetch(path, { headers })).status, 304);
  assert.equal((await ada.fetch(`${path}1`, { headers })).status, 200, "another question");
  const eve = await server.signIn(await db.makeOrganization("Eve's"));
  assert.equal((await eve.fetch(path, { headers })).status, 404, "another team");
  assert.equal((await fetch(server.url + path, { headers })).status, 401, "nobody");
  await fillHistory(db.database, organization, history);
  // a version that was read a moment ago is believed until Postgres tells of the next
  await until("a newer version", async () => (await ada.fetch(path, { headers })).status === 200);
});

test("GET …/commits sends a branch whose name holds a slash, and long integers with all digits", async () => {
  const answer = await ada.fetch(
    "/api/v1/repositories/o%2Fr/commits?branch=feature%2Fx&columns=m.json%3Abig&columns=m.json%3Anan",
  );
  const text = await answer.text();
  assert.ok(text.includes(`"values":[null,null]`) && text.includes(`"values":[${big},"NaN"]`), text);
  const page = commits.CommitPage.parse(JSON.parse(text));
  assert.equal(page.branch, "feature/x");
  assert.deepEqual(
    page.commits.map((row) => row.branches),
    [["feature/x"], ["main"]],
  );
});

test("GET …/commits/{sha} gives all values in written order, each beside its baseline's", async () => {
  const sha = shaOf("o/r", 1);
  const answer = await ada.fetch(`/api/v1/repositories/o%2Fr/commits/${sha.slice(0, 12)}`);
  const text = await answer.text();
  assert.ok(text.includes(`"value":${big},"baseline":${big}`), text);
  const commit = commits.Commit.parse(JSON.parse(text));
  assert.equal(commit.sha, sha);
  assert.equal(commit.subject, "<img onerror=alert(1)> \u202e");
  assert.deepEqual(commit.values.slice(0, 2), [
    { column: "m.json:z", value: 1, baseline: 1, goal: "higher", unit: null },
    { column: "m.json:acc", value: 0.75, baseline: 0.5, goal: "higher", unit: null },
  ]);
  assert.deepEqual(
    commit.files.map(({ path, changed, problem: p }) => ({ path, changed, reason: p?.reason })),
    [
      { path: "m.json", changed: true, reason: undefined },
      { path: "p.yaml", changed: true, reason: "too-large" },
    ],
  );
  assert.deepEqual(commit.warnings, [{ ...problem, path: "p.yaml" }]);
  const child = commits.Commit.parse(
    await ada.client.call(commits.getCommit, { params: { ...params, sha: shaOf("o/r", 2) } }),
  );
  assert.deepEqual(
    child.files.map((file) => file.changed),
    [true, false],
  );
  assert.deepEqual(child.baseline, { sha, reason: "first-parent", except: [{ path: "p.yaml", sha: shaOf("o/r", 0) }] });
  assert.equal(child.committedAt, "2023-11-14T18:43:20-03:30");
  const root = commits.Commit.parse(
    await ada.client.call(commits.getCommit, { params: { ...params, sha: shaOf("o/r", 0) } }),
  );
  assert.equal(root.baseline, null);
  assert.ok(
    root.values.some((value) => value.column === "p.yaml:lr" && value.value === "1e-3"),
    "the text as it is",
  );
});

test("GET …/commits/{sha} says which commit is not there, and which digits are too few", async () => {
  const sha = shaOf("o/r", 0);
  const ask = (digits: string) => rejected(ada.client.call(commits.getCommit, { params: { ...params, sha: digits } }));
  assert.equal((await ask("0".repeat(40))).code, "commit-not-found");
  assert.equal((await ask(`${sha}0`)).code, "commit-not-found");
  assert.equal((await ask(sha.slice(0, 39).replace(/.$/, (c) => (c === "0" ? "1" : "0")))).code, "commit-not-found");
});

test("ids of commits are taken in capitals too", async () => {
  const sha = shaOf("o/r", 0);
  const at = (rest: string) => `/api/v1/repositories/o%2Fr/${rest}`;
  for (const name of [sha.slice(0, 8).toUpperCase(), sha.toUpperCase()]) {
    const found = commits.CommitPage.parse(
      await (await ada.fetch(at(`commits?as-of=${name}&baseline=${name}`))).json(),
    );
    assert.deepEqual(
      found.commits.map((row) => [row.sha, row.baseline?.sha]),
      [[sha, sha]],
    );
    assert.equal(((await (await ada.fetch(at(`commits/${name}`))).json()) as { sha: string }).sha, sha);
    const compared = await (await ada.fetch(at(`compare?commits=${name}&commits=${sha}`))).json();
    assert.deepEqual(
      (compared as { commits: { sha: string }[] }).commits.map((each) => each.sha),
      [sha, sha],
    );
  }
});

test("GET …/files gives the bytes of a metric file as a download, and of no other file", async () => {
  const sha = shaOf("o/r", 0);
  const answer = await ada.fetch(`/api/v1/repositories/o%2Fr/commits/${sha}/files/m.json`);
  assert.equal(await answer.text(), `m.json at ${sha}`);
  for (const path of ["secrets.env", "../m.json", "m.json/", "a".repeat(4_096)]) {
    const other = await ada.fetch(`/api/v1/repositories/o%2Fr/commits/${sha}/files/${path}`);
    assert.equal(other.status, 404, path.slice(0, 20));
  }
  for (const path of ["%00", "a".repeat(4_097)]) {
    const refused = await ada.fetch(`/api/v1/repositories/o%2Fr/commits/${sha}/files/${path}`);
    assert.equal(refused.status, 400, path.slice(0, 20));
  }
});

test("GET …/files names its answer by the file's contents, and answers HEAD", async () => {
  const at = (position: number) => `/api/v1/repositories/o%2Fr/commits/${shaOf("o/r", position)}/files/m.json`;
  const first = await ada.fetch(at(0));
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^"[0-9a-f]{40}"$/);
  const head = await ada.fetch(at(0), { method: "HEAD" });
  assert.equal(head.status, 200);
  for (const name of ["etag", "content-type", "content-length", "content-disposition", "cache-control"]) {
    assert.equal(head.headers.get(name), first.headers.get(name), name);
  }
  const again = await ada.fetch(at(0), { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  assert.equal(again.headers.get("etag"), etag);
  const other = await ada.fetch(at(1), { headers: { "if-none-match": etag } });
  assert.equal(other.status, 200);
  assert.notEqual(other.headers.get("etag"), etag);
});

test("GET …/columns pages through what matches all words", async () => {
  const all = columns.listColumns.answer.parse(await ada.client.call(columns.listColumns, { params, query: {} }));
  assert.deepEqual(
    all.columns.map((column) => column.id),
    ["m.json:z", "m.json:acc", "m.json:big", "m.json:nan", "p.yaml:lr"],
  );
  assert.deepEqual(all.columns[1]?.best, { sha: shaOf("o/r", 1), value: 0.75 });
  assert.equal(all.columns[1]?.lastChanged, shaOf("o/r", 1));
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { search: "M.JSON  a", limit: 1, ...(cursor === undefined ? {} : { cursor }) };
    const page = columns.listColumns.answer.parse(await ada.client.call(columns.listColumns, { params, query }));
    assert.equal(page.total, 2);
    seen.push(...page.columns.map((column) => column.key));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ["acc", "nan"]);
  const first = await ada.client.call(columns.listColumns, { params, query: { limit: 1 } });
  const foreign = { search: "z", limit: 1, cursor: first.nextCursor ?? "" };
  assert.equal(
    (await rejected(ada.client.call(columns.listColumns, { params, query: foreign }))).code,
    "cursor-mismatch",
  );
});

test("GET …/columns takes signs of patterns as they are", async () => {
  for (const search of ["%", "_", "\\", "'", '"; DROP TABLE metric_column; --', "(", "[a-z]"]) {
    const page = await ada.client.call(columns.listColumns, { params, query: { search } });
    assert.equal(page.total, 0, search);
  }
});

test("GET …/branches tells the default branch first, and where others leave it", async () => {
  const { branches } = columns.listBranches.answer.parse(await ada.client.call(columns.listBranches, { params }));
  assert.deepEqual(branches, [
    { name: "main", default: true, head: shaOf("o/r", 2), state: "live", commits: 3, fork: null },
    {
      name: "feature/x",
      default: false,
      head: shaOf("o/r", 3),
      state: "live",
      commits: 1,
      fork: { branch: "main", ordinal: 0 },
    },
  ]);
});

test("GET …/warnings says in a sentence how many commits miss values, and why", async () => {
  const { missing, notices } = columns.listWarnings.answer.parse(
    await ada.client.call(columns.listWarnings, { params }),
  );
  assert.deepEqual(notices, []);
  assert.deepEqual(missing, [
    {
      path: "p.yaml",
      reason: "too-large",
      commits: 2,
      sentence: '2 commits miss values because "p.yaml" was 6.1 MiB, limit 4 MiB',
      sha: shaOf("o/r", 1),
    },
  ]);
});

test("what is not yours is answered as what does not exist", async () => {
  const eve = await server.signIn(await db.makeOrganization("Eve's team"));
  const sha = shaOf("o/r", 0);
  const json = { "content-type": "application/json" };
  const asks: readonly (readonly [string, RequestInit])[] = [
    ["", {}],
    ["", { method: "DELETE", headers: json }],
    ["/sync", { method: "POST", headers: json }],
    ["/commits", {}],
    ["/commits?cursor=x", {}],
    [`/commits/${sha}`, {}],
    [`/commits/${sha}/files/m.json`, {}],
    ["/columns", {}],
    ["/columns/m.json%3Az", { method: "PATCH", headers: json, body: '{"goal":"lower"}' }],
    ["/columns/m.json%3Az/blame", {}],
    ["/columns/m.json%3Az/best", {}],
    ["/series?columns=m.json%3Az", {}],
    ["/branches", {}],
    ["/warnings", {}],
    ["/compare?commits=main&commits=dev", {}],
    ["/tags", {}],
    ["/events", {}],
    ["/events/1/retry", { method: "POST", headers: json }],
    ["", { method: "PATCH", headers: json, body: '{"name":"stolen"}' }],
    ["/files", {}],
    ["/files", { method: "POST", headers: json, body: '{"add":["a.json"]}' }],
    ["/files/preview?pattern=a", {}],
    ["/files/rows?path=a", {}],
    ["/files/rows", { method: "POST", headers: json, body: '{"path":"a","array":"","fields":["b"]}' }],
    ["/stream", {}],
  ];
  for (const [path, init] of asks) {
    const bodies = await Promise.all(
      ["o%2Fr", "o%2Fq", id, "999999"].map(async (repository) => {
        const answer = await eve.fetch(`/api/v1/repositories/${repository}${path}`, init);
        assert.equal(answer.status, 404, path);
        const name = decodeURIComponent(repository);
        return (await answer.text())
          .replace(/urn:uuid:[0-9a-f-]+/, "")
          .replace(JSON.stringify(JSON.stringify(name)).slice(1, -1), "");
      }),
    );
    assert.equal(new Set(bodies).size, 1, `${path}: ${bodies.join("\n")}`);
  }
  assert.deepEqual(server.asked, [], "nothing was done");
  assert.deepEqual(await eve.client.call(repositories.listRepositories, {}), { repositories: [] });
});

test("roles may do what the table says", async () => {
  const expected: Readonly<Record<string, readonly number[]>> = {
    owner: [200, 202, 201, 204],
    admin: [200, 202, 201, 204],
    member: [200, 202, 201, 403],
    viewer: [200, 403, 403, 403],
  };
  const headers = { "content-type": "application/json" };
  for (const [role, statuses] of Object.entries(expected)) {
    const person = await server.signIn(organization, role);
    const body = JSON.stringify({ url: `https://example.org/by-${role}` });
    const found = [
      await person.fetch("/api/v1/repositories"),
      await person.fetch("/api/v1/repositories/o%2Fr/sync", { method: "POST", headers }),
      await person.fetch("/api/v1/repositories", { method: "POST", headers, body }),
      await person.fetch("/api/v1/repositories/o%2Fr", { method: "DELETE", headers }),
    ].map((answer) => answer.status);
    assert.deepEqual(found, statuses, role);
  }
  server.asked.length = 0;
});
