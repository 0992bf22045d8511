// `tidemark repository add` with what is no folder: a name, or an address without its scheme, as the page takes them.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { commandIn, type Said } from "./helpers/log-command.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "./helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const command = commandIn(folder);
const hosts: string[] = [];

async function simulator(
  kind: "gitea" | "gitlab" | "bitbucket",
): Promise<{ readonly provider: ProviderSimulator; readonly token: string }> {
  const provider = await ProviderSimulator.start({ kind, root: join(folder, kind) });
  after(() => provider.close());
  hosts.push(new URL(provider.url).host);
  const { text: token } = provider.addToken(provider.addAccount("ada"));
  return { provider, token };
}

const gitea = await simulator("gitea");
const gitlab = await simulator("gitlab");
const unknown = await simulator("bitbucket");

function run(words: readonly string[], token = ""): Promise<Said> {
  const env = {
    ...urlsOf(db),
    TIDEMARK_DATA: join(folder, "data"),
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: hosts.join(","),
  };
  return command(words, { outIsTerminal: false, width: 200, now: Date.now, env, cwd: folder, secret: () => token });
}

test("tidemark repository add finds a name, and an address without its scheme, by accounts; a folder comes first", async () => {
  const { provider, token } = gitea;
  for (const name of ["ada/engine", "ada/losses", "ada/both"]) {
    provider.addRepository(name, { isPrivate: true });
    provider.push(name, { files: { "metrics.json": '{"loss": 0.5}' } });
  }
  assert.equal((await run(["account", "add", "gitea", provider.url], token)).code, 0);
  const named = await run(["repository", "add", "ada/engine"]);
  assert.deepEqual([named.code, named.out], [0, "ada/engine: 1 commit, 1 branch, 1 metric file\n"], named.err);
  const bare = await run(["repository", "add", `${new URL(provider.url).host}/ada/losses`]);
  assert.deepEqual([bare.code, bare.out], [0, "ada/losses: 1 commit, 1 branch, 1 metric file\n"], bare.err);
  await mkdir(join(folder, "ada/both"), { recursive: true });
  assert.match((await run(["repository", "add", "ada/both"])).err, /Cannot open the repository ".*\/ada\/both"/);
  for (const written of ["./ada/engine", join(folder, "ada/engine")])
    assert.match(
      (await run(["repository", "add", written])).err,
      /found no such folder/,
      "what is written as a folder",
    );
});

test("tidemark repository add names the servers that have one of a name", async () => {
  const { provider, token } = gitlab;
  provider.addRepository("ada/engine", {});
  assert.equal((await run(["account", "add", "gitlab", provider.url], token)).code, 0);
  const { code, err } = await run(["repository", "add", "ada/engine"]);
  assert.equal(code, 2, err);
  assert.match(err, /"ada\/engine": found one at each of http:.*, http:.*, wanted the whole address/);
});

test("tidemark repository add says that it took https where no scheme was given and no account knows the server", async () => {
  const { code, err } = await run(["repository", "add", `${new URL(unknown.provider.url).host}/ada/engine`]);
  assert.equal(code, 1, err);
  assert.match(
    err,
    /no secure connection .* where an address begins with neither http:\/\/ nor https:\/\/, https is assumed/,
  );
});
