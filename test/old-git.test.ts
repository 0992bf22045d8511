// G11: a git that is too old: the server warns at its start, and no remote is reached through it.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { gitProgram } from "../src/git/program.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { serve } from "./helpers/served-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { runTidemark, startTidemark } from "./helpers/tidemark-process.ts";

const root = temporaryFolder();
// Postgres' account passes through when root runs the tests
chmodSync(root, 0o711);
const bin = join(root, "bin");
mkdirSync(bin);
const script = `#!/bin/sh\n[ "$1" = --version ] && { echo "git version 2.30.2"; exit; }\nexec "${gitProgram().git}" "$@"\n`;
writeFileSync(join(bin, "git"), script);
chmodSync(join(bin, "git"), 0o755);
const PATH = `${bin}:${process.env["PATH"] ?? ""}`;

test("`tidemark serve` warns of git 2.30, and a remote repository is refused with it in words", async () => {
  const builder = new HistoryBuilder(join(root, "r.git"));
  builder.commit({ files: { "metrics.json": '{"n":1}' } });
  await builder.finish();
  const forge = await serve(root);
  const data = join(root, "data");
  const egress = { TIDEMARK_ALLOW_HTTP: "1", TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${forge.port}` };
  const server = await startTidemark(["--data", data, join(root, "r.git")], { env: { PATH, ...egress } });
  after(() => server.stop());
  assert.match(server.err(), /^git 2\.30\.2 is too old for some of what Tidemark does safely; wanted is 2\.50\.1 or/m);
  const words = ["repository", "add", `${forge.url}/r.git`, "--data", data];
  const { code, err } = await runTidemark(words, { env: { PATH, ...egress } });
  assert.equal(code, 1, err);
  assert.match(err, /Cannot reach a remote repository with "git": found git 2\.30\.2, wanted git 2\.39 or newer/);
  assert.equal(forge.requests.length, 0, "nothing was asked of it");
});
