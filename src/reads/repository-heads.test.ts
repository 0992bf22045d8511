// Versions of repositories, remembered for a moment.
import assert from "node:assert/strict";
import test from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { HEAD_MS, RepositoryHeads, type RepositoryHead } from "./repository-heads.ts";

const ADA = "1" as OrganizationId;
const BOB = "2" as OrganizationId;
const NOVA = "7" as RepositoryId;

function headsAt() {
  const clock = { now: 0 };
  const row = { version: 1, reads: 0 };
  const heads = new RepositoryHeads(() => clock.now);
  const head = (): RepositoryHead => ({ repository: NOVA, name: "nova", version: row.version });
  const read = async (): Promise<RepositoryHead | null> => {
    row.reads += 1;
    return head();
  };
  return { heads, clock, row, head, read };
}

test("RepositoryHeads reads a version once in two seconds, so that a lost notification hides it no longer", async () => {
  const { heads, clock, row, read } = headsAt();
  await heads.of(ADA, NOVA, read);
  row.version = 2;
  clock.now = HEAD_MS - 1;
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 1);
  clock.now = HEAD_MS;
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 2);
  assert.equal(row.reads, 2);
});

test("RepositoryHeads.forget() has the version read at once; a reading that was under way is kept by nobody", async () => {
  const { heads, row, head, read } = headsAt();
  const slow = Promise.withResolvers<RepositoryHead>();
  const before = heads.of(ADA, NOVA, () => slow.promise);
  const old = head();
  row.version = 2;
  heads.forget(NOVA);
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 2);
  slow.resolve(old);
  assert.equal((await before)?.version, 1);
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 2);
  assert.equal(row.reads, 1);
  heads.forgetAll();
  await heads.of(ADA, NOVA, read);
  assert.equal(row.reads, 2);
});

test("RepositoryHeads reads once for all who ask at the same time, and again after a failure", async () => {
  const { heads, row, read } = headsAt();
  await Promise.all(Array.from({ length: 50 }, () => heads.of(ADA, NOVA, read)));
  assert.equal(row.reads, 1);
  heads.forget(NOVA);
  await assert.rejects(
    heads.of(ADA, NOVA, () => Promise.reject(new Error("no database"))),
    /no database/,
  );
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 1);
});

test("RepositoryHeads asks Postgres for a repository of another team, also while that one is being read", async () => {
  const { heads, head, read } = headsAt();
  const slow = Promise.withResolvers<RepositoryHead>();
  const own = heads.of(ADA, NOVA, () => slow.promise);
  assert.equal(await heads.of(BOB, NOVA, () => Promise.resolve(null)), null);
  slow.resolve(head());
  assert.equal((await own)?.name, "nova");
  assert.equal(await heads.of(BOB, NOVA, () => Promise.resolve(null)), null);
  assert.equal((await heads.of(ADA, NOVA, read))?.name, "nova");
});

test("RepositoryHeads remembers no repository that is not there", async () => {
  const { heads, read } = headsAt();
  assert.equal(await heads.of(ADA, NOVA, () => Promise.resolve(null)), null);
  assert.equal((await heads.of(ADA, NOVA, read))?.version, 1);
});

test("RepositoryHeads.isNews() is true of what nobody has read", async () => {
  const { heads, row, read } = headsAt();
  row.version = 4;
  assert.equal(heads.isNews(NOVA, 1), true, "nothing is known");
  await heads.of(ADA, NOVA, read);
  assert.deepEqual([heads.isNews(NOVA, 4), heads.isNews(NOVA, 5)], [false, true]);
});
