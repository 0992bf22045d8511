// Repositories that were read and have nothing to show: new ones, and those whose last branch was deleted.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { readHealth } from "../src/reads/health.ts";
import { createReads } from "../src/reads/reads.ts";
import { readRepositoryView } from "../src/reads/repository-list.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** What is said of a repository: why it is empty, the branch that was deleted last, its signs that are about that. */
async function said(id: RepositoryId) {
  const reads = createReads(bench.database.database);
  const { empty, state, problem } = await readRepositoryView(reads, bench.organization, id);
  assert.equal(state, "ready", problem ?? "");
  const health = await readHealth(reads, bench.organization, id, { now: Date.now(), pollSeconds: 300 });
  assert.deepEqual(health.empty, empty);
  const isAbout = /^(?:branches-deleted|no-commits)$/;
  return [empty?.reason, empty?.branch?.name, ...health.signs.filter((sign) => isAbout.test(sign))];
}

test("a repository says why it is empty: no commit yet, or its last branch was deleted", async () => {
  const pushed = new PushedRepository(join(bench.folder, "empty.git"));
  const id = await bench.add({ folder: pushed.folder });
  assert.deepEqual(await said(id), ["new", undefined, "no-commits"]);
  pushed.commit("main");
  pushed.commit("dev");
  await bench.syncFully(id);
  assert.deepEqual(await said(id), [undefined, undefined]);
  pushed.remove("dev");
  await bench.syncFully(id);
  assert.deepEqual(await said(id), [undefined, undefined]);
  pushed.remove("main");
  await bench.syncFully(id);
  assert.deepEqual(await said(id), ["deleted", "main", "branches-deleted"]);
  const { empty } = await readRepositoryView(createReads(bench.database.database), bench.organization, id);
  const age = Date.now() - Date.parse(empty?.branch?.deletedAt ?? "");
  assert.ok(age >= 0 && age < 60_000, String(empty?.branch?.deletedAt));
  await bench.database.database.owner.query("DELETE FROM git_branch WHERE repository_id = $1", [id]);
  assert.deepEqual(await said(id), ["deleted", undefined, "branches-deleted"], "after 30 days");
  pushed.commit("main", { parents: [] });
  await bench.syncFully(id);
  assert.deepEqual(await said(id), [undefined, undefined]);
});
