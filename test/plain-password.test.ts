// The password of a plain Git server, against a real one: tried at a repository, refused in words, never put in a good one's place.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { gitAuthorization } from "../src/account-access.ts";
import type { RepositoryId } from "../src/domain/model.ts";
import { type ErrorCode, isTidemarkError } from "../src/errors.ts";
import { basicAuthorization, Secret } from "../src/secrets.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { setRepositoryAccount } from "../src/store/git-account.ts";
import { readProvided } from "../src/store/repository-provider.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { testKeyring } from "./helpers/test-webhook.ts";

const GOOD = "correct horse canary";
const WRONG = "wrong canary";
type Fault = NonNullable<Parameters<typeof startGitServer>[0]["fault"]>;
let fault: GitServerFault | Fault | null = null;
const faultOf: Fault = (request, number) => (typeof fault === "function" ? fault(request, number) : fault);
const bench = await openIngestBench();
const { owner } = bench.database.database;
const closed = await startGitServer({
  root: bench.folder,
  login: { user: "ada", password: GOOD },
  fault: faultOf,
});
const open = await startGitServer({
  root: bench.folder,
  fault: (request, number) => (request.authorization ? faultOf(request, number) : null),
});
await owner.query(`INSERT INTO "user" (id, name, email) VALUES ('passwords', 'Ada', 'ada@example.org')`);
const ada = { organizationId: bench.organization, userId: "passwords", isAdmin: true };
const deps = { ...bench.deps, database: bench.database.database, keyring: testKeyring, now: Date.now };
const accounts = accountCalls(deps);
after(async () => {
  await Promise.all([closed.close(), open.close()]);
  await bench.close();
});
afterEach(async () => {
  fault = null;
  await owner.query("UPDATE git_repository SET git_account_id = NULL, gone_at = now()");
  await owner.query("DELETE FROM git_account");
});
new PushedRepository(join(bench.folder, "losses.git")).commit("main");
new PushedRepository(join(bench.folder, "other.git")).commit("main");

function connect(server: string, password: string): Promise<string> {
  return accounts.connect(ada, { kind: "plain", server, login: "ada", token: Secret.of(password) });
}

async function isTried(id: string): Promise<boolean> {
  return (await accounts.list(ada)).find((account) => account.id === id)?.checkedAt !== null;
}

async function refused(code: ErrorCode, said: RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isTidemarkError(error, code), String(error));
    assert.match(error.message, said);
    assert.ok(!error.message.includes("canary"), error.message);
    return true;
  });
}

async function followed(account: string | null): Promise<RepositoryId> {
  const address = `${closed.url}/losses.git`;
  await owner.query("DELETE FROM git_repository WHERE address = $1", [address]);
  const id = await bench.add({ url: address });
  await bench.store.write((tx) => setRepositoryAccount(tx, id, account));
  return id;
}

test("a password is tried at the repository whose address is given, once, and stored when it is taken", async () => {
  await refused(
    "account-refused",
    /^Cannot try the password at "http:.*losses\.git": found that the server does not let this login in \(401\), wanted a login with its password that it takes\.$/,
    connect(`${closed.url}/losses.git`, WRONG),
  );
  const sent = closed.requests.filter(({ authorization }) => authorization !== null);
  assert.equal(sent.length, 1, "a server locks who tries on");
  assert.deepEqual(await accounts.list(ada), []);
  const id = await connect(`${closed.url}/losses.git/`, GOOD);
  assert.equal(await isTried(id), true);
  assert.equal((await accounts.list(ada))[0]?.baseUrl, closed.url);
});

test("a wrong password does not take the place of one that is taken, by connecting or by replacing", async () => {
  const id = await connect(closed.url, GOOD);
  assert.equal(await isTried(id), false);
  const repository = await followed(id);
  await refused("account-refused", /does not let this login in/, connect(closed.url, WRONG));
  await refused("account-refused", /does not let this login in/, accounts.change(ada, id, { token: Secret.of(WRONG) }));
  const place = { accountId: id, address: `${closed.url}/losses.git`, isPublic: false };
  const authorization = await gitAuthorization(bench.store, deps, place);
  assert.equal(authorization?.reveal(), basicAuthorization("ada", Secret.of(GOOD)).reveal());
  assert.equal(await connect(closed.url, GOOD), id);
  assert.equal(await isTried(id), true);
  assert.ok(repository);
});

test("a password that a public repository tells nothing of is tried at the private ones that are read with the account", async () => {
  const good = basicAuthorization("ada", Secret.of(GOOD)).reveal();
  const refusal: GitServerFault = { kind: "status", status: 401, headers: { "www-authenticate": 'Basic realm="t"' } };
  // anybody may read one of its two repositories
  const mixed = await startGitServer({
    root: bench.folder,
    fault: ({ target, authorization }) => (target.startsWith("/other.git") || authorization === good ? null : refusal),
  });
  try {
    const [read, shown] = [`${mixed.url}/losses.git`, `${mixed.url}/other.git`];
    const id = await connect(read, GOOD);
    for (const url of [shown, read]) {
      const repository = await bench.add({ url });
      await bench.store.write((tx) => setRepositoryAccount(tx, repository, id));
    }
    const words =
      /^Cannot try the password at "http:.*losses\.git": found that the server does not let this login in \(401\)/;
    await refused("account-refused", words, connect(shown, WRONG));
    const place = { accountId: id, address: read, isPublic: false };
    assert.equal((await gitAuthorization(bench.store, deps, place))?.reveal(), good, "the one that works stays");
    assert.equal(await connect(shown, GOOD), id);
    assert.equal(await isTried(id), true);
  } finally {
    await mixed.close();
  }
});

test("a password is tried at a repository that fails without one, which may be closed to this login for good", async () => {
  await followed(null);
  const [row] = await owner.query<{ state: string }>("SELECT state FROM git_repository WHERE gone_at IS NULL");
  assert.equal(row?.state, "failed");
  assert.equal(await isTried(await connect(closed.url, WRONG)), false);
  await owner.query("UPDATE git_repository SET git_account_id = NULL");
  assert.equal(await isTried(await connect(closed.url, GOOD)), true);
});

test("a repository that anybody may read tells nothing of a password", async () => {
  assert.equal(await isTried(await connect(`${open.url}/losses.git`, WRONG)), false);
});

/** Has the worker read a repository with its account. @returns what is told of it then */
async function workedAt(repository: RepositoryId): Promise<string | null> {
  await requestSync(bench.deps, bench.organization, repository);
  const lease = await takeDueLease(bench.deps.database.system, "passwords");
  assert.ok(lease !== null);
  await answerEvents({ ...bench.deps, keyring: testKeyring }, lease, new AbortController().signal);
  const [row] = await owner.query<{ problem: string | null }>("SELECT problem FROM git_repository WHERE id = $1", [
    repository,
  ]);
  return row?.problem ?? null;
}

test("a wrong password that was never tried is called wrong once a repository is read with it", async () => {
  const id = await connect(closed.url, WRONG);
  const repository = await followed(id);
  const sent = closed.requests.length;
  assert.equal(
    await workedAt(repository),
    `Cannot use the account "ada": found that its login is not taken at ${closed.url}, wanted its right password, on the Account page or by tidemark account add.`,
  );
  assert.ok(closed.requests.length - sent <= 4, "a server locks who tries on");
  const [account] = await accounts.list(ada);
  assert.equal(account?.state, "refused");
  assert.match(account.problem ?? "", /its login is not taken at/);
  await accounts.change(ada, id, { token: Secret.of(GOOD) });
  assert.equal(await workedAt(repository), null);
});

test("a login that another repository lets in is not called wrong where one does not", async () => {
  const id = await connect(closed.url, GOOD);
  const other = await bench.add({ url: `${closed.url}/other.git` });
  await bench.store.write((tx) => setRepositoryAccount(tx, other, id));
  fault = ({ target }) => (target.startsWith("/losses.git") ? { kind: "status", status: 401 } : null);
  assert.match((await workedAt(await followed(id))) ?? "", /found no access, or no such repository/);
  assert.equal((await accounts.list(ada))[0]?.state, "active");
});

test("a repository is read by a login that is let in, else by nobody where all may, else by one that was never tried", async () => {
  /** @returns the account that reads it when nobody chose one */
  const readerOf = async (server: string): Promise<string | null> => {
    const url = `${server}/losses.git`;
    await owner.query("DELETE FROM git_repository WHERE address = $1", [url]);
    const by = { person: ada, account: null };
    const id = await addRepository(deps, bench.organization, { url, by });
    return (await readProvided(bench.store, id))?.accountId ?? null;
  };
  const openTo = async (login: string, password = WRONG): Promise<string> =>
    accounts.connect(ada, { kind: "plain", server: open.url, login, token: Secret.of(password) });
  await openTo("untried");
  assert.equal(await readerOf(open.url), null, "anybody may read it");
  const taken = await connect(`${closed.url}/losses.git`, GOOD);
  const untried = await accounts.connect(ada, {
    kind: "plain",
    server: closed.url,
    login: "bob",
    token: Secret.of(WRONG),
  });
  assert.equal(await readerOf(closed.url), taken, "also where another one was connected later");
  await owner.query("UPDATE git_account SET checked_at = NULL WHERE id = $1", [taken]);
  assert.equal(await readerOf(closed.url), untried);
});

test("an address without a repository is refused, and so is what a server says instead of an answer", async () => {
  await refused("bad-address", /found no repository there/, connect(`${closed.url}/nothing.git`, GOOD));
  const at = `${closed.url}/losses.git`;
  fault = { kind: "status", status: 429, headers: { "retry-after": "45" } };
  await refused(
    "provider-limited",
    /found a server that asks to come back later, wanted a wait of 4\d s/,
    connect(at, GOOD),
  );
  fault = { kind: "status", status: 502 };
  await refused("provider-failed", /found the status 502, and no repository/, connect(at, GOOD));
});
