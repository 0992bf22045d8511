// What stays in Postgres of archived commits: ids of both lengths, read one by one and found by their first digits.
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, test } from "node:test";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import type { RepositoryId, Sha } from "../domain/model.ts";
import { type ArchivedChunk, CHUNK_COMMITS, findArchived, putArchived, readArchivedShas } from "./archived-commit.ts";

const db = await openTestDatabase();
after(() => db.close());
const organization = await db.makeOrganization();
const store = db.database.worker.in(organization);

/** Commits of which every seventh is not stored any more. */
function chunkAt(position: number, commits: number, digits: number): ArchivedChunk {
  const list = Int32Array.from({ length: commits }, (_, index) => position + index);
  return {
    position,
    shas: Array.from(list, (at) => (at % 7 === 6 ? null : shaAt(at, digits))),
    firstParents: list.map((at) => at - 1),
    ordinals: list,
    lines: new Int32Array(commits).fill(1),
    otherParents: new Map(),
    unreachable: new Map(),
  };
}

const shaAt = (position: number, digits: number): Sha => hash("sha256", String(position)).slice(0, digits) as Sha;

for (const digits of [40, 64]) {
  test(`ids of ${digits} digits are read by their positions, and found by how they begin`, async () => {
    const insert =
      "INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, 'remote', $2) RETURNING id::text";
    const [row] = await db.database.owner.query<{ id: RepositoryId }>(insert, [organization, `of-${digits}`]);
    const id = row?.id ?? assert.fail();
    const chunks = [chunkAt(0, CHUNK_COMMITS, digits), chunkAt(CHUNK_COMMITS, 100, digits)];
    await store.write((tx) => putArchived(tx, id, chunks, digits));
    const wanted = [0, 1, 100, CHUNK_COMMITS - 1, CHUNK_COMMITS, CHUNK_COMMITS + 99];
    const shas = await store.read((reader) => readArchivedShas(reader, id, Int32Array.from(wanted)));
    assert.deepEqual(
      [...shas].toSorted(([a], [b]) => a - b),
      wanted.map((at) => [at, shaAt(at, digits)]),
    );
    const found = await store.read((reader) => findArchived(reader, id, [shaAt(100, digits).slice(0, 11)]));
    assert.deepEqual(
      found.map(({ position, sha }) => [position, sha]),
      [[100, shaAt(100, digits)]],
    );
  });
}
