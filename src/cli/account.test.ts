// Tests of `tidemark account` and `tidemark secrets`: what they print, and that no token is in it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { FAKE_SERVER } from "../../test/helpers/fake-provider.ts";
import { commandIn, type Said } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, quietLog, urlsOf } from "../../test/helpers/test-database.ts";
import { Keyring } from "../keyring.ts";
import { parseKeys } from "../seal-keys.ts";
import { openDatabase } from "../store/database.ts";

const TOKEN = "canary pass 5b1d0c7e2f";
const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const newKey = (name: string): string => `${name}:${randomBytes(32).toString("base64")}`;
const old = newKey("old");
/** how often somebody was asked for a token */
let asked = 0;

const command = commandIn(folder);

async function run(words: readonly string[], keys = old): Promise<Said> {
  const secret = (): string => {
    asked += 1;
    return TOKEN;
  };
  const env = { ...urlsOf(db), TIDEMARK_DATA: folder, TIDEMARK_KEY: keys };
  const said = await command(words, { outIsTerminal: false, now: Date.now, secret, env });
  assert.ok(!`${said.out}${said.err}`.includes("canary"), said.out + said.err);
  return said;
}

test("tidemark account add|list|remove connects, shows and removes an account, and prints no token", async () => {
  assert.deepEqual(await run(["account", "list"]), {
    code: 0,
    out: "No accounts yet: tidemark account add <kind>\n",
    err: "",
  });
  const added = await run(["account", "add", "plain", FAKE_SERVER, "--login", "ada", "--shared"]);
  const id = /Stored: (\d+) /.exec(added.out)?.[1] ?? "";
  const line = `${id}  ada at ${FAKE_SERVER}: stored, shared, 0 repositories\n   Its password is not tried yet: no private repository there is followed. It is tried when the first one is read.\n`;
  assert.deepEqual(added, { code: 0, out: `Stored: ${line}`, err: "" });
  assert.equal((await run(["account", "list"])).out, line);
  const [view] = JSON.parse((await run(["account", "list", "--json"])).out) as { id: string; state: string }[];
  assert.deepEqual([view?.id, view?.state], [id, "active"]);
  const sealed = await run(["account", "list"], newKey("k2"));
  assert.match(
    sealed.out,
    /: sealed, shared, .*\n {3}Its password was sealed with a key that is not here: give its password once more\.\n/,
  );
  assert.equal((await run(["account", "remove", id])).out, "The account is removed, and its password with it.\n");
  const gone = await run(["account", "remove", id]);
  assert.deepEqual([gone.code, gone.out], [1, ""]);
  assert.match(gone.err, /^tidemark: Cannot find the account "\d+": found none with this id/);
});

test("tidemark account list tells what a token lacks and where it is changed, and no such page to a limited account", async () => {
  await run(["account", "add", "plain", FAKE_SERVER, "--login", "ada"]);
  const add = async (kind: string, login: string, missing: readonly string[], until: Date | null): Promise<void> => {
    const [row] = await db.database.owner.query<{ id: string }>(
      `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token, missing_scopes, limited_until)
       SELECT organization_id, user_id, $1, 'https://' || $1 || '.org', $2, $2, token, $3, $4 FROM git_account LIMIT 1
       RETURNING id::text`,
      [kind, login, missing, until],
    );
    assert.ok(row !== undefined);
  };
  await add("bitbucket", "x-token-auth", ["repository", "new-word"], null);
  await add("github", "eve", [], new Date("2100-01-01T00:00:00Z"));
  await add("gitea", "bob", [], null);
  await db.database.owner.query(
    `INSERT INTO left_webhook (organization_id, git_account_id, provider_id, provider_name, provider_hook_id, due_at)
     SELECT organization_id, id, '7', 'bob/tides', '1', now() FROM git_account WHERE login = 'bob'`,
  );
  const { out } = await run(["account", "list"]);
  assert.match(
    out,
    /x-token-auth at https:\/\/bitbucket.org: .*\n {3}Its token lacks repository, which is wanted to read the repository\.\n {3}Its token lacks new-word\.\n(?! {3})/,
  );
  assert.match(
    out,
    /eve at https:\/\/github.org: limited, .*\n {3}The server asked for a pause until 2100-.*\n(?! {3})/,
  );
  assert.match(
    out,
    /bob at https:\/\/gitea.org: .*\n {3}1 webhook that was removed here is still there: a running server tries to remove it again\.\n/,
  );
  const bob = /^(\d+) {2}bob at/m.exec(out)?.[1] ?? "";
  // its token cannot be opened here: whatever its server says, it cannot be asked
  const kept = await run(["account", "remove", bob]);
  assert.equal(kept.code, 1);
  assert.match(
    kept.err,
    /found that the webhook of bob\/tides is still at .*, or to leave it there: --leave-webhooks\.\n/,
  );
  assert.equal((await run(["account", "remove", bob, "--leave-webhooks"])).code, 0);
  await db.database.owner.query("DELETE FROM git_account");
});

test("tidemark account add says what is missing before it asks for a token", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["svn"], /of the kind "svn": found none of these, wanted github, gitlab, gitea, bitbucket, plain\.$/m],
    [["plain", FAKE_SERVER], /at "a plain Git server": found no login, wanted --login with your name there\.$/m],
    [["plain", "--login", "ada"], /found no address, wanted it after the kind: https:/],
    [["gitea"], /found no address/],
    [["github", "ghp_canaryCanaryCanaryCanary0123456789"], /at "GitHub": found what looks like a token, wanted/],
    [["gitea", "canary0123456789012345678901234567890123"], /found what looks like a token/],
    [["gitlab", "https://glpat-canary0123456789abcdef"], /found what looks like a token/],
  ];
  const before = asked;
  for (const [words, said] of cases) {
    const { code, err } = await run(["account", "add", ...words]);
    assert.equal(code, 2, err);
    assert.match(err, said);
  }
  assert.equal(asked, before);
  const refused = await run(["account", "add", "plain", "https://127.0.0.1/x", "--login", "ada"]);
  assert.match(refused.err, /found an address that must not be reached from here/);
});

test("tidemark secrets rotate seals with the current key, counts, and says which keys are still needed", async () => {
  const fresh = newKey("2027");
  for (const login of ["ada", "eve"]) await run(["account", "add", "plain", FAKE_SERVER, "--login", login]);
  const nothing = await run(["secrets", "rotate"]);
  assert.deepEqual(nothing, {
    code: 0,
    out: "0 secrets sealed anew with the key old.\n  old  2 secrets (the current one)\n",
    err: "",
  });
  const lost = await run(["secrets", "rotate"], fresh);
  assert.deepEqual(lost, {
    code: 1,
    out: "0 secrets sealed anew with the key 2027.\n  old  2 secrets (not here)\n",
    err: "2 secrets cannot be opened with the keys that are here: they stay as they are.\n",
  });
  const rotated = await run(["secrets", "rotate"], `${fresh},${old}`);
  assert.deepEqual(rotated, {
    code: 0,
    out:
      "2 secrets sealed anew with the key 2027.\n  2027  2 secrets (the current one)\n" +
      "No secret needs old any more; backups from before do.\n",
    err: "",
  });
  assert.match(
    (await run(["account", "list"], fresh)).out,
    /^\d+ {2}ada at .*: stored.*\n[^]*\d+ {2}eve at .*: stored/,
  );
});

test("tidemark secrets rotate refuses while a process that runs lacks the new key, unless it is forced", async () => {
  const fresh = newKey("2028");
  const { ownerUrl, webUrl, workerUrl } = db;
  const keyMarks = new Keyring(parseKeys("the test", old)).marks;
  const running = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog, keyMarks });
  const stop = await running.listen({ changed: () => undefined, missed: () => undefined });
  const refused = await run(["secrets", "rotate"], `${fresh},${old}`);
  assert.deepEqual([refused.code, refused.out], [2, ""]);
  assert.match(
    refused.err,
    /^tidemark: Cannot seal all secrets with the key "2028": found a running Tidemark that does not have this key, wanted /,
  );
  const forced = await run(["secrets", "rotate", "--force"], `${fresh},${old}`);
  assert.match(forced.out, /^\d+ secrets? sealed anew with the key 2028\./);
  await stop();
  await running.close();
});
