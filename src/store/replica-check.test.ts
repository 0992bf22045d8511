// Tests what of a wrong list of replicas stops the start.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openStandbyLab } from "../../test/helpers/standby-lab.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, quietLog } from "../../test/helpers/test-database.ts";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import { checkReplicas } from "./replica-check.ts";

const db = await openTestDatabase();
after(() => db.close());

const named = (url: string): Secret => Secret.of(url, "TIDEMARK_REPLICAS");

test("checkReplicas() refuses a server that follows no other one, and names the setting", async () => {
  const replica = { id: "oslo", url: named(db.webUrl.reveal()) };
  await assert.rejects(checkReplicas(db.webUrl, [replica], quietLog), (error) => {
    assert.ok(isTidemarkError(error, "bad-setting"));
    assert.equal(error.parts.attempt, "use the replica oslo");
    assert.match(error.parts.value, /TIDEMARK_REPLICAS/);
    assert.match(error.parts.found, /follows no other one/);
    assert.doesNotMatch(error.message, new RegExp(new URL(db.webUrl.reveal()).password));
    return true;
  });
});

test("checkReplicas() refuses a standby of another cluster, and takes one that is away", async () => {
  const lab = await openStandbyLab(temporaryFolder(), 1);
  try {
    await lab.untilUp();
    const { replicas } = lab.standbys;
    await checkReplicas(lab.postgres.webUrl, replicas, quietLog);
    await assert.rejects(checkReplicas(db.webUrl, replicas, quietLog), (error) => {
      assert.ok(isTidemarkError(error, "bad-setting"));
      assert.match(error.parts.found, /^a standby of another cluster \(\d+\)$/);
      return true;
    });
  } finally {
    await lab.close();
  }
});

test("checkReplicas() lets a server start whose replica is away, and refuses a wrong password", async () => {
  await checkReplicas(db.webUrl, [{ id: "oslo", url: named("postgres://a:b@127.0.0.1:1/tidemark") }], quietLog);
  const wrong = new URL(db.webUrl.reveal());
  wrong.password = "wrong";
  await assert.rejects(checkReplicas(db.webUrl, [{ id: "oslo", url: named(wrong.href) }], quietLog), (error) =>
    isTidemarkError(error, "database-unreachable"),
  );
});
