// Tests of copy-rows.ts and of the nouns that are copied in: what is written comes back exactly, from a real Postgres.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type {
  CatalogueColumn,
  CommitFacts,
  OrganizationId,
  RepositoryId,
  Sha,
  Value,
  Warning,
} from "../domain/model.ts";
import { catalogueColumn } from "../../test/helpers/catalogue-column.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { commitRows, copyCommits, findCommits, type NewCommit, readCommitFiles } from "./commit.ts";
import { type RowOwner, streamedRows } from "./copy-rows.ts";
import type { OrganizationStore } from "./database.ts";
import { copyFiles, fileRows, type NewFile, readDocuments } from "./metric-file.ts";
import { putColumns, readColumns, replaceColumns } from "./metric-column.ts";
import { copyShapes, shapeRows } from "./metric-shape.ts";
import { insertRepository } from "./repository.ts";

const ODD_TEXTS = [
  "",
  "plain",
  "\\",
  "\\N",
  "\\.",
  "a\tb\nc\rd\be\ff\vg",
  '"quoted" {braces} , NULL',
  "{1,2}",
  "it's ü € 😀 \u{10ffff} \u0001\u007f\u2028\u202e",
  "\\\\x00",
  "ends with \\",
] as const;
const SHA = "0123456789abcdef0123456789abcdef01234567" as Sha;
const LONG_SHA = "f".repeat(64) as Sha;

let test_: TestDatabase;
let store: OrganizationStore;
let organization: OrganizationId;

before(async () => {
  test_ = await openTestDatabase();
  organization = await test_.makeOrganization();
  store = test_.database.worker.in(organization);
});
after(() => test_.close());

let made = 0;
async function makeRepository(): Promise<RepositoryId> {
  made += 1;
  const name = `repository-${made}`;
  const id = await test_.database.web
    .in(organization)
    .write((tx) => insertRepository(tx, { name, kind: "remote", address: `https://example.org/${name}` }));
  return id as RepositoryId;
}

function ownerOf(repositoryId: RepositoryId): RowOwner {
  return { organizationId: organization, repositoryId };
}

function commitOf(position: number, text: string, changes: Partial<NewCommit> = {}): NewCommit {
  const sha = position.toString(16).padStart(40, "0") as Sha;
  const signature = { name: text, email: text, written: `${position} +0100`, at: position * 1000 + 123 };
  const facts: CommitFacts = { sha, parents: [SHA, LONG_SHA], author: signature, committer: signature, subject: text };
  return {
    position,
    ordinal: position,
    line: null,
    firstParent: position === 0 ? null : position - 1,
    facts,
    files: [],
    baselineFiles: [],
    baselinePositions: [],
    warnedFiles: null,
    warnings: [],
    ...changes,
  };
}

test("copyCommits() stores every text exactly", async () => {
  const repository = await makeRepository();
  const commits = ODD_TEXTS.map((text, position) => commitOf(position, text));
  await store.write((tx) => copyCommits(tx, commitRows(ownerOf(repository), commits)));
  const rows = await store.query<Record<string, string>>(
    `SELECT subject, author_name, author_email, committer_name, authored, parents::text AS parents,
       extract(epoch FROM authored_at) * 1000 AS at
     FROM git_commit WHERE organization_id = $1 AND repository_id = $2 ORDER BY position`,
    [repository],
  );
  assert.equal(rows.length, ODD_TEXTS.length);
  rows.forEach((row, position) => {
    const text = ODD_TEXTS[position];
    assert.deepEqual([row.subject, row.author_name, row.author_email, row.committer_name], [text, text, text, text]);
    assert.equal(row.authored, `${position} +0100`);
    assert.equal(row.parents, `{"\\\\x${SHA}","\\\\x${LONG_SHA}"}`);
    assert.equal(Number(row.at), position * 1000 + 123);
  });
});

test("readCommitFiles() gives back the lists that copyCommits() stored, with their NULLs", async () => {
  const repository = await makeRepository();
  const lists = { files: [7, 8], baselineFiles: [null, 5], baselinePositions: [null, 3], warnedFiles: [8] };
  const told = { returnedFiles: [8], unreadFrom: "z\n é/metrics.json" };
  const warnings: Warning[] = [{ reason: "too-many-files", message: 'a "message"\\ with\ta tab', limit: 200 }];
  const commits = [commitOf(4, "x", { ...lists, ...told, warnings }), commitOf(5, "y")];
  await store.write((tx) => copyCommits(tx, commitRows(ownerOf(repository), commits)));
  const [first] = await readCommitFiles(store, repository, [4]);
  assert.deepEqual(first, {
    position: 4,
    files: [7, 8],
    baselineFiles: [null, 5],
    baselinePositions: [null, 3],
    ...told,
    firstParent: 3,
  });
  const [second] = await readCommitFiles(store, repository, [5]);
  assert.deepEqual([second?.returnedFiles, second?.unreadFrom], [null, null]);
  const rows = await store.query<{ warned: number[] | null; warnings: unknown }>(
    `SELECT to_jsonb(warned_file) AS warned, warnings FROM git_commit
     WHERE organization_id = $1 AND repository_id = $2 ORDER BY position`,
    [repository],
  );
  assert.deepEqual(rows, [
    { warned: [8], warnings },
    { warned: null, warnings: null },
  ]);
  assert.deepEqual(await findCommits(store, repository, [commitOf(5, "").facts.sha, SHA]), [
    { sha: commitOf(5, "").facts.sha, position: 5, ordinal: 5 },
  ]);
});

test("readDocuments() gives back keys and values that copyShapes() and copyFiles() stored", async () => {
  const repository = await makeRepository();
  const keys = [...new Set(ODD_TEXTS)];
  const values: Value[] = [...ODD_TEXTS.slice(0, -5), Number.NaN, -1.5e-7, 9007199254740993n, true, null];
  const file = (number: number, changes: Partial<NewFile>): NewFile => ({
    number,
    path: `a\tb\\${number}.json`,
    oid: SHA,
    size: 12,
    adapter: "json",
    adapterVersion: 1,
    problem: null,
    warnings: [],
    shape: 1,
    values,
    ...changes,
  });
  const problem: Warning = { reason: "not-readable", message: "line 1\nline \\2", line: 1, column: 2 };
  await store.write(async (tx) => {
    const owner = ownerOf(repository);
    await copyShapes(tx, shapeRows(owner, [{ number: 1, hash: "ab".repeat(32), keys }]));
    await copyFiles(tx, fileRows(owner, [file(1, {}), file(2, { problem, shape: null, values: null })]));
  });
  const documents = (await readDocuments(store, repository, [1, 2])).toSorted((a, b) => a.number - b.number);
  assert.deepEqual(documents, [
    { number: 1, path: "a\tb\\1.json", oid: SHA, readable: true, warned: false, keys, values },
    { number: 2, path: "a\tb\\2.json", oid: SHA, readable: false, warned: true, keys: null, values: null },
  ]);
});

test("putColumns() replaces the columns it is given and no others", async () => {
  const repository = await makeRepository();
  const best = { goal: "higher", goalFrom: "name", bestValue: 0.1, bestPosition: 3 } as const;
  const column = (path: string, key: string, more: Partial<CatalogueColumn> = {}): CatalogueColumn =>
    catalogueColumn(path, key, { ...best, ...more });
  await store.write((tx) => replaceColumns(tx, repository, [column("a", "x"), column("a", "y\t\\"), column("b", "x")]));
  await store.write((tx) =>
    putColumns(tx, repository, [column("a", "y\t\\", { changes: 4, writtenOrder: 1 }), column("c", "z")]),
  );
  assert.deepEqual(await readColumns(store, repository, ["a", "b", "c"]), [
    column("a", "x"),
    column("a", "y\t\\", { changes: 4, writtenOrder: 1 }),
    column("b", "x"),
    column("c", "z"),
  ]);
});

test("streamedRows() gives chunks of about 64 KiB that hold all rows", () => {
  const owner = { organizationId: "1" as OrganizationId, repositoryId: "2" as RepositoryId };
  const text = "x".repeat(99);
  const numbers = Array.from({ length: 5000 }).keys();
  const chunks = [...streamedRows(owner, numbers, (row, number) => row.number(number).text(text).endRow())];
  assert.ok(chunks.length >= 5 && chunks.every((chunk) => chunk.length < 70_000));
  const lines = Buffer.concat(chunks).toString().split("\n");
  assert.equal(lines.length, 5001);
  assert.equal(lines[4999], `1\t2\t4999\t${text}`);
});

test("commitRows() writes times as toISOString() does", () => {
  const owner = { organizationId: "1" as OrganizationId, repositoryId: "2" as RepositoryId };
  for (const at of [0, 1, 999, 86_399_999, 86_400_000, 951_782_400_000, 1_709_251_199_007, 4_102_444_800_000]) {
    const rows = [...streamedRows(owner, [at], (row, time) => row.time(time).endRow())];
    assert.equal(Buffer.concat(rows).toString(), `1\t2\t${new Date(at).toISOString()}\n`);
  }
});

test("a row that Postgres refuses rolls all of its transaction back", async () => {
  const repository = await makeRepository();
  await assert.rejects(
    store.write(async (tx) => {
      await copyCommits(tx, commitRows(ownerOf(repository), [commitOf(0, "fine")]));
      await copyCommits(tx, commitRows(ownerOf(repository), [commitOf(0, "the same position again")]));
    }),
  );
  const [row] = await store.query<{ count: number }>(
    "SELECT count(*) FROM git_commit WHERE organization_id = $1 AND repository_id = $2",
    [repository],
  );
  assert.equal(row?.count, 0);
});
