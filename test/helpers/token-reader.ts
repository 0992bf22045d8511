// A process that uses accounts without end, as a server does: opens tokens while their keys are changed under it.
// Standard input: addresses, keys and what to do, as JSON. Standard output: what became of it, as JSON.
import { json } from "node:stream/consumers";
import { gitAuthorization, tokenPlace } from "../../src/account-access.ts";
import type { OrganizationId } from "../../src/domain/model.ts";
import { Keyring } from "../../src/keyring.ts";
import { createLog } from "../../src/log.ts";
import { parseKeys } from "../../src/seal-keys.ts";
import { Secret } from "../../src/secrets.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readAccount, setAccountToken } from "../../src/store/git-account.ts";
import { pick, seededRandom } from "./seeded-random.ts";

/** What such a process is told. */
export interface TokenReaderTask {
  readonly urls: { readonly owner: string; readonly web: string; readonly worker: string };
  readonly keys: string;
  readonly organizationId: OrganizationId;
  readonly accounts: readonly string[];
  readonly opens: number;
  /** every so many opens the account is given its token once more; 0: never */
  readonly sealEvery: number;
  readonly seed: number;
}

/** What it says at its end. */
export interface TokenReaderReport {
  readonly opened: number;
  readonly sealed: number;
  readonly failures: readonly string[];
}

const task = (await json(process.stdin)) as TokenReaderTask;
const { organizationId, accounts } = task;
const keyring = new Keyring(parseKeys("the test", task.keys));
const [ownerUrl, webUrl, workerUrl] = [task.urls.owner, task.urls.web, task.urls.worker].map((url) => Secret.of(url));
const log = createLog({ level: "error" });
const database = await openDatabase({
  ownerUrl: ownerUrl as Secret,
  webUrl: webUrl as Secret,
  workerUrl: workerUrl as Secret,
  log,
});
const store = database.web.in(organizationId);
const random = seededRandom(task.seed);
const failures: string[] = [];
let opened = 0;
let sealed = 0;
for (let count = 0; count < task.opens; count += 1) {
  const accountId = pick(random, accounts);
  try {
    const repository = { accountId, address: "https://host/owner/name", isPublic: false };
    const authorization = await gitAuthorization(store, { keyring }, repository);
    const wanted = `Basic ${Buffer.from(`ada:token of account ${accountId}`).toString("base64")}`;
    if (authorization?.reveal() === wanted) opened += 1;
    else failures.push(`${accountId}: another text`);
    if (task.sealEvery > 0 && count % task.sealEvery === 0) {
      const account = await readAccount(store, accountId);
      if (account === null) throw new Error("no account");
      const fresh = keyring.seal(`token of account ${accountId}`, tokenPlace(organizationId, accountId));
      await store.write((tx) => setAccountToken(tx, accountId, fresh, account));
      sealed += 1;
    }
  } catch (error) {
    failures.push(String(error));
  }
}
await database.close();
process.stdout.write(JSON.stringify({ opened, sealed, failures } satisfies TokenReaderReport));
