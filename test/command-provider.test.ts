// Commands that work by themselves ask providers as a server does: whose repository it is, and by which address it is called.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { noteServerAddress, readServerAddress } from "../src/server-address.ts";
import { originsBeside } from "../src/webhook-setup.ts";
import { commandIn } from "./helpers/log-command.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "./helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const provider = await ProviderSimulator.start({ kind: "gitlab", root: temporaryFolder(), now: Date.now });
after(() => provider.close());
const token = provider.addToken(provider.addAccount("ada"));
const command = commandIn(folder);

const run = (...words: string[]) =>
  command(words, {
    outIsTerminal: false,
    now: Date.now,
    secret: () => token.text,
    env: {
      ...urlsOf(db),
      TIDEMARK_DATA: folder,
      TIDEMARK_ALLOW_HTTP: "1",
      TIDEMARK_EGRESS_ALLOW: new URL(provider.url).host,
    },
  });

function push(loss: number): void {
  provider.push("ada/engine", { files: { "metrics.json": JSON.stringify({ loss }) }, message: `loss ${loss}` });
}

test("tidemark repository sync takes nothing from a repository that was made anew under the name", async () => {
  provider.addRepository("ada/engine", {});
  for (const loss of [3, 2, 1]) push(loss);
  assert.match((await run("account", "add", "gitlab", provider.url)).out, /^Connected: /m);
  assert.match((await run("repository", "add", `${provider.url}/ada/engine`)).out, /ada\/engine: 3 commits/);
  provider.remove("ada/engine");
  provider.addRepository("ada/engine", {});
  push(9);
  const synced = await run("repository", "sync", "ada/engine");
  assert.deepEqual([synced.code, /found that it was deleted at/.test(synced.err)], [1, true], synced.err);
  assert.match((await run("repository", "list")).out, /ada\/engine: 3 commits/);
});

test("originsBeside() has webhooks lead to the server that runs beside, however it is reached", async () => {
  const originFor = originsBeside(null, () => readServerAddress(folder));
  const [here, elsewhere] = ["http://127.0.0.1:3000/o/r", "https://github.com/o/r"];
  assert.deepEqual([originFor(here), originFor(elsewhere), originFor(null)], [null, null, null], "none runs");
  const forget = await noteServerAddress(folder, "http://127.0.0.1:4600");
  const local = "http://127.0.0.1:4600";
  assert.deepEqual([originFor(here), originFor(elsewhere), originFor(null)], [local, null, local]);
  await noteServerAddress(folder, "https://tidemark.example.org");
  const open = "https://tidemark.example.org";
  assert.deepEqual([originFor(here), originFor(elsewhere), originFor(null)], [open, open, open]);
  assert.equal(originsBeside("https://own.example", () => open)(elsewhere), "https://own.example");
  await forget();
});
