// Tests of the git program: found, missing, too old.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { checkGitVersion, configureGit, gitProgram, requireSafeFetch, versionWarning } from "./program.ts";

const folder = temporaryFolder();
afterEach(() => configureGit({}));

/** A folder with a program named git that prints this. */
function fakeGit(name: string, script: string): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "git"), 0o755);
  return bin;
}

for (const { version, fine } of [
  { version: "2.30.2", fine: false },
  { version: "2.39.4", fine: false },
  { version: "2.39.5", fine: true },
  { version: "2.40.0", fine: false },
  { version: "2.43.6", fine: false },
  { version: "2.43.7", fine: true },
  { version: "2.50.0", fine: false },
  { version: "2.50.1", fine: true },
  { version: "2.51.0", fine: true },
  { version: "3.0.0", fine: true },
  { version: "1.9.1", fine: false },
]) {
  test(`versionWarning() ${fine ? "has nothing to say about" : "warns of"} ${version}`, () => {
    assert.equal(versionWarning(version) === null, fine);
  });
}

test("gitProgram() finds git in the folders of the search path, which need not be the system's", () => {
  const bin = fakeGit("bin with blank", "echo git version 2.51.0");
  configureGit({ searchPath: `/nonexistent:${bin}:/usr/bin` });
  assert.equal(gitProgram().git, join(bin, "git"));
  assert.ok(gitProgram().path.startsWith(`${bin}:`));
});

test("gitProgram() says in words what is missing", () => {
  configureGit({ searchPath: join(folder, "empty") });
  assert.throws(
    () => gitProgram(),
    (error: Error) => {
      assert.match(error.message, /Cannot start the program "git": found none in .*, wanted git 2\.39 or newer/);
      return true;
    },
  );
});

test("checkGitVersion() reads what distributions print, and warns of an old one", async () => {
  configureGit({ searchPath: fakeGit("apple", 'echo "git version 2.30.1 (Apple Git-130)"') });
  const { version, warning } = await checkGitVersion();
  assert.equal(version, "2.30.1");
  assert.match(String(warning), /2\.30\.1 is too old/);
  await assert.rejects(requireSafeFetch(), /found git 2\.30\.1, wanted git 2\.39 or newer/);
});

test("checkGitVersion() refuses a program that does not answer as git does", async () => {
  configureGit({ searchPath: fakeGit("broken", "exit 3") });
  await assert.rejects(checkGitVersion(), { code: "git-missing" });
});

test("checkGitVersion() takes this machine's git", async () => {
  configureGit({ searchPath: process.env["PATH"] });
  assert.match((await checkGitVersion()).version, /^\d+\.\d+/);
});
