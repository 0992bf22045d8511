// docs/cli.md is what the commands say of themselves, and its examples do what they say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliDocument } from "./helpers/cli-document.ts";
import { commandIn } from "./helpers/log-command.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = temporaryFolder();
const { markdown, examples } = await cliDocument();

test("docs/cli.md is what `npm run docs` writes", () => {
  assert.equal(readFileSync(new URL("../docs/cli.md", import.meta.url), "utf8"), markdown, "run: npm run docs");
});

test("every example answers on the demo's history; --fail-on worse says that a branch is worse", () => {
  assert.ok(examples.length >= 12);
  for (const { command, code, out, err } of examples) {
    const fails = command.includes("--fail-on worse");
    assert.equal(code, fails ? 3 : 0, `${command}: ${err}`);
    assert.notEqual(out, "", command);
  }
});

test("every command has a help with an example, and stands in docs/cli.md and in the README", async () => {
  const run = commandIn(root);
  const { out } = await run(["--help"]);
  const names = [...out.matchAll(/^ {2}([a-z-]+)(?: \[.+\])? {2,}\S/gm)].map(([, name = ""]) => name);
  const commands = names.filter((name) => name !== "help");
  assert.ok(commands.length >= 11, commands.join());
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  for (const name of commands) {
    assert.match((await run([name, "--help"])).out, /^For example:\n {2}\S/m, name);
    assert.ok(markdown.includes(`\n## tidemark ${name}\n`), name);
    assert.match(readme, new RegExp(`\\btidemark ${name}\\b`), `README.md: ${name}`);
  }
});
