// What is answered while the archive cannot be read, or does not answer at all: what is in Postgres, and why there is no more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Archive } from "../src/archive/archive.ts";
import { parseArchiveKeep } from "../src/archive-keep.ts";
import { noArchive } from "../src/archive/no-archive.ts";
import { readColumnSeries } from "../src/reads/column-series.ts";
import { openExport } from "../src/reads/commit-export.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import type { CommitPageQuery } from "../src/reads/page-question.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import type { CommitPage } from "../src/api/contract/commits.ts";
import type { RepositoryId } from "../src/domain/model.ts";
import type { OrganizationStore } from "../src/store/database.ts";
import type { Replicas } from "../src/store/replicas.ts";
import { archiveNow } from "./helpers/archived-history.ts";
import { startApi } from "./helpers/api-server.ts";
import { atticOf, moveToAttic } from "./helpers/attic.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { makeVersions } from "./helpers/served-history.ts";

const COMMITS = 60;
const WINDOW = 40;
const COLUMN = "metrics.json:n";
const UNREACHED = "the archive cannot be reached.";

const bench = await openIngestBench();
after(() => bench.close());
const { organization } = bench;
const { database } = bench.database;

/** An archive that keeps whoever asks waiting, as a server does that takes connections and says nothing. */
const silent = (): Promise<never> => new Promise(() => undefined);
const silentArchive: Archive = { atOnce: 1, rows: silent, top: silent, between: silent, line: silent, times: silent };

let repository: RepositoryId;
/** As it was archived by the archiver itself, with the smallest window. */
let archived: RepositoryId;

before(async () => {
  repository = await bench.add({ folder: await makeVersions(bench.folder, "outage", COMMITS) });
  await moveToAttic(bench.database, organization, repository, COMMITS - WINDOW);
  archived = await bench.add({ folder: await makeVersions(bench.folder, "window", COMMITS) });
  const place = { organizationId: organization, repositoryId: archived };
  const { commits: keep } = parseArchiveKeep({ TIDEMARK_ARCHIVE_KEEP_COMMITS: String(WINDOW) });
  await archiveNow(database, place, { keep, folder: join(bench.folder, "archive") });
});

async function ask(reads: Reads, query: Partial<CommitPageQuery>, of = repository): Promise<CommitPage> {
  const { text } = await readCommitPage(reads, organization, of, { columns: [], limit: 40, ...query });
  return JSON.parse(text) as CommitPage;
}

test("the newest page of 40 with a window of 40 asks nothing of the archive", { timeout: 20_000 }, async () => {
  const reads = createReads(database, { archive: silentArchive });
  const page = await ask(reads, {}, archived);
  assert.equal(page.commits.length, 40);
  assert.deepEqual(page.coverage, { hot: 40, archived: 0, importedTo: null, missing: null });
  assert.equal(page.total, COMMITS);
  assert.notEqual(page.nextCursor, null);
  const all = await ask(reads, { view: "all" }, archived);
  assert.deepEqual([all.commits.length, all.coverage.missing], [40, null]);
});

test("a page of a repository that changes before each of its statements is of one version of it", async () => {
  const bump = "UPDATE git_repository SET version = version + 1 WHERE id = $1";
  const plain = await bench.add({ folder: await makeVersions(bench.folder, "restless", 12) });
  const restless = (store: OrganizationStore, id: RepositoryId): OrganizationStore => ({
    ...store,
    query: async (...asked) => {
      await database.owner.query(bump, [id]);
      return store.query(...asked);
    },
    read: async (work) => {
      await database.owner.query(bump, [id]);
      return store.read(work);
    },
  });
  const ofRepository: Replicas["ofRepository"] = (of, id, work) =>
    database.replicas.ofRepository(of, id, (store) => work(restless(store, id)));
  const replicas = new Proxy(database.replicas, {
    get: (target, name) => {
      const found: unknown = name === "ofRepository" ? ofRepository : Reflect.get(target, name, target);
      return typeof found === "function" && name !== "ofRepository" ? (found.bind(target) as unknown) : found;
    },
  });
  const [calm, changed] = [database, { ...database, replicas }].map((each) =>
    createReads(each, { archive: silentArchive, pageCacheBytes: 0 }),
  ) as [Reads, Reads];
  for (const id of [archived, plain]) {
    for (const query of [{}, { view: "all" }] as const) {
      const { version: known, ...expected } = await ask(calm, query, id);
      const { version, ...page } = await ask(changed, query, id);
      const rest = { nextCursor: "" };
      assert.deepEqual({ ...page, ...rest }, { ...expected, ...rest });
      assert.ok(version > known);
    }
  }
});

test("a first page that reaches into an archive that says nothing ends above it", { timeout: 20_000 }, async () => {
  const page = await ask(createReads(database, { archive: silentArchive }), { limit: 50 });
  assert.equal(page.commits.length, WINDOW);
  assert.equal(
    page.coverage.missing,
    "Older commits cannot be shown just now: the archive is busy, or too slow just now.",
  );
});

test("a line ends above what cannot be read, and its cursor goes on there once it can", async () => {
  const down = createReads(database, { archive: noArchive });
  const page = await ask(down, { limit: 50 });
  assert.equal(page.coverage.missing, `Older commits cannot be shown just now: ${UNREACHED}`);
  const cursor = page.nextCursor ?? "";
  await assert.rejects(ask(down, { limit: 50, cursor }), { code: "archive-store-unreachable" });
  const rest = await ask(createReads(database, { archive: atticOf(bench.database) }), { limit: 50, cursor });
  assert.deepEqual([rest.commits.length, rest.coverage.missing, rest.nextCursor], [COMMITS - WINDOW, null, null]);
  const ordinals = [...page.commits, ...rest.commits].map(({ ordinal }) => ordinal);
  assert.deepEqual(
    ordinals,
    Array.from({ length: COMMITS }, (_, i) => COMMITS - 1 - i),
  );
});

test("a list is of what is in Postgres, and says how much was looked through", async () => {
  const down = createReads(database, { archive: noArchive });
  const said = `Only the newest ${WINDOW} commits were looked through: ${UNREACHED}`;
  const sorted = await ask(down, { sort: [COLUMN], order: ["asc"], limit: 10 });
  assert.deepEqual(
    sorted.commits.map(({ values }) => values[0]),
    Array.from({ length: 10 }, (_, i) => COMMITS - WINDOW + i),
  );
  assert.deepEqual([sorted.coverage.missing, sorted.total], [said, null]);
  const second = await ask(down, { sort: [COLUMN], order: ["asc"], limit: 10, cursor: sorted.nextCursor ?? "" });
  assert.deepEqual([second.commits[0]?.values[0], second.coverage.missing], [COMMITS - WINDOW + 10, said]);
  const found = await ask(down, { where: "n < 25", limit: 10 });
  assert.deepEqual(
    found.commits.map(({ values }) => values[0]),
    [24, 23, 22, 21, 20],
  );
  assert.equal(found.coverage.missing, said);
  // the archived ones come last: the list goes on below
  const up = createReads(database, { archive: atticOf(bench.database) });
  const further = await ask(up, { where: "n < 25", limit: 10, cursor: found.nextCursor ?? "" });
  assert.deepEqual([further.commits[0]?.values[0], further.coverage.missing], [19, null]);
});

test("of a commit whose parent is archived nobody says that it touched anything", async () => {
  const page = await ask(createReads(database, { archive: noArchive }), { view: "touching", limit: 50 });
  assert.equal(page.commits.length, WINDOW - 1);
  assert.equal(page.coverage.missing, `Only the newest ${WINDOW - 1} commits were looked through: ${UNREACHED}`);
});

test("where nothing can be shown without the archive, that is said", async () => {
  const down = createReads(database, { archive: noArchive });
  const failure = { code: "archive-store-unreachable" };
  await assert.rejects(ask(down, { where: "n < 5" }), failure);
  await assert.rejects(
    readColumnSeries(down, organization, repository, { columns: [COLUMN], branch: ["main"], points: 50 }),
    failure,
  );
  const { text } = await openExport(down, organization, repository, {
    format: "ndjson",
    columns: [],
    sort: [COLUMN],
  } as never).catch((error: unknown) => ({ text: Promise.reject(error as Error) }));
  await assert.rejects(async () => Array.fromAsync(await text), failure);
});

test("over HTTP such a page is not kept by anybody, and a failure says nothing of where the archive lies", async () => {
  const server = await startApi(bench.database, { archive: noArchive });
  try {
    const ada = await server.signIn(organization);
    const path = `/api/v1/repositories/${repository}/commits`;
    const whole = await ada.fetch(`/api/v1/repositories/${archived}/commits?limit=40`);
    assert.notEqual(whole.headers.get("etag"), null);
    for (let time = 0; time < 2; time += 1) {
      const part = await ada.fetch(`${path}?limit=50`);
      assert.deepEqual(
        [part.status, part.headers.get("etag"), part.headers.get("cache-control")],
        [200, null, "no-store"],
      );
    }
    const failed = await ada.fetch(`${path}?where=${encodeURIComponent("n < 5")}`);
    const problem = (await failed.json()) as { code: string; detail: string };
    assert.deepEqual([failed.status, problem.code], [503, "archive-store-unreachable"]);
    assert.match(
      problem.detail,
      /^Cannot read older commits: found that the archive cannot be reached, noted in the log as /,
    );
    assert.ok(!problem.detail.includes("TIDEMARK_ARCHIVE"));
  } finally {
    await server.close();
  }
});
