// The first run, and the link that signs its owner in.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { hashToken, makeToken } from "../secrets.ts";
import { ensureLocalOrganization, findLocalOwner } from "./first-run.ts";
import { createOwnerLink, OWNER_LINK_MS, redeemOwnerLink } from "./owner-link.ts";

const db = await openTestDatabase();
after(() => db.close());
const { database } = db;
const NOW = Date.UTC(2026, 10, 24, 12);

test("findLocalOwner() finds nobody before the first run", async () => {
  assert.equal(await findLocalOwner(database.people), null);
});

test("ensureLocalOrganization() makes one organisation with one owner, also by several at once", async () => {
  const all = await Promise.all([1, 2, 3].map(() => ensureLocalOrganization(database)));
  for (const each of all) assert.deepEqual(each, all[0]);
  assert.deepEqual(await findLocalOwner(database.people), all[0]);
  assert.deepEqual(await database.owner.query("SELECT name FROM organization"), [{ name: "Local" }]);
  assert.deepEqual(await database.owner.query("SELECT role FROM membership"), [{ role: "owner" }]);
});

test("redeemOwnerLink() signs the owner in once", async () => {
  const token = await createOwnerLink(database, NOW);
  assert.deepEqual(await redeemOwnerLink(database, token.reveal(), NOW + 1), await findLocalOwner(database.people));
  assert.equal(await redeemOwnerLink(database, token.reveal(), NOW + 2), null);
});

test("redeemOwnerLink() takes a link until ten minutes are over", async () => {
  const token = await createOwnerLink(database, NOW);
  assert.equal(await redeemOwnerLink(database, token.reveal(), NOW + OWNER_LINK_MS), null);
  const fresh = await createOwnerLink(database, NOW);
  assert.notEqual(await redeemOwnerLink(database, fresh.reveal(), NOW + OWNER_LINK_MS - 1), null);
});

test("createOwnerLink() makes the link before it worthless, and stores no token", async () => {
  const first = await createOwnerLink(database, NOW);
  const second = await createOwnerLink(database, NOW);
  const rows = await database.people.query<{ value: string }>("SELECT value FROM verification");
  assert.deepEqual(rows, [{ value: hashToken(second.reveal()) }]);
  assert.equal(await redeemOwnerLink(database, first.reveal(), NOW), null);
});

test("redeemOwnerLink() knows no token of another kind and no guess", async () => {
  for (const token of [makeToken("tdo").reveal(), makeToken("tdm").reveal(), "", "tdo_"]) {
    assert.equal(await redeemOwnerLink(database, token, NOW), null);
  }
});
