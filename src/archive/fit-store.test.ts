// Nothing is archived to a place that lacks what was archived before: a disk that is not mounted looks like an empty folder.
import assert from "node:assert/strict";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { archiveIn, archiveNow } from "../../test/helpers/archived-history.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { assertFitStore } from "./fit-store.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const never = new AbortController().signal;
const deps = { database: db.database, objects: archiveIn(folder) };

test("assertFitStore() takes an empty place for a first archive, and refuses one that lacks what was archived", async () => {
  await assertFitStore(deps, never);
  const organizationId = await db.makeOrganization();
  const commits = Array.from({ length: 9 }, (_, at) => ({
    parents: at === 0 ? [] : [at - 1],
    files: { "metrics.json": { document: { loss: at } } },
  }));
  const history = { name: "unmounted", commits, branches: [{ name: "main", head: 8 }] };
  const repositoryId = await fillHistory(db.database, organizationId, history);
  await archiveNow(db.database, { organizationId, repositoryId }, { keep: 2, folder });
  await assertFitStore(deps, never);

  const place = join(folder, "objects");
  renameSync(place, `${place}.away`);
  const found = /found none of the objects that were archived before, wanted the place that has them/;
  await assert.rejects(assertFitStore(deps, never), { code: "archive-store-unfit", message: found });
  assert.ok(!existsSync(place), "and none is made in its stead");
  renameSync(`${place}.away`, place);
  await assertFitStore(deps, never);
});
