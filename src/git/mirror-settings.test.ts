// Tests that a mirror's settings are read from its file as git reads them, or by git.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { git } from "../../test/helpers/git-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { plainSettings, readMirrorSettings } from "./mirror-settings.ts";
import type { GitRepository } from "./repository.ts";

const folder = temporaryFolder();

function bare(name: string, ...options: readonly string[]): string {
  const gitDir = join(folder, name);
  git(folder, "init", "--quiet", "--bare", ...options, gitDir);
  return gitDir;
}

/** As git lists them. */
function listed(gitDir: string): Map<string, string> {
  const entries = git(gitDir, "config", "--local", "-z", "--list").split("\0").filter(Boolean);
  return new Map(entries.map((entry) => entry.split("\n", 2) as [string, string]));
}

function mirrorIn(gitDir: string): GitRepository {
  const rest = { remote: null, authorization: null, partial: false, shallow: false } as const;
  return { kind: "mirror", gitDir, name: "a repository", objectFormat: "sha1", ...rest };
}

test("plainSettings() reads what git and we write as git does", () => {
  const gitDir = bare("plain.git", "--object-format=sha256");
  git(gitDir, "config", "remote.origin.url", "https://example.org:8443/a-b/~c/d_e.git?x=y&z=%20");
  git(gitDir, "config", "tidemark.partial", "true");
  git(gitDir, "config", "remote.origin.partialCloneFilter", "blob:none");
  assert.deepEqual(plainSettings(readFileSync(join(gitDir, "config"), "utf8")), listed(gitDir));
});

test("plainSettings() leaves to git what needs more than reading lines", () => {
  const gitDir = bare("strange.git");
  const file = join(gitDir, "config");
  const before = readFileSync(file, "utf8");
  for (const value of ['a"b', "a;b", "a#b", " a", "a ", "a\\b", "a\nb", "a\tb", "ä"]) {
    git(gitDir, "config", "remote.origin.url", value);
    const own = plainSettings(readFileSync(file, "utf8"));
    if (own !== null) assert.deepEqual(own, listed(gitDir), JSON.stringify(value));
  }
  for (const more of [
    "[core]\n\tbare\n",
    "; words\n",
    "[include]\n\tpath = x\n",
    '[a "b\\"c"]\n\td = e\n',
    "\td = e \\\nf\n",
    "[a] b = c\n",
    "[a]\n\tb = c",
  ])
    assert.equal(plainSettings(before + more), null, JSON.stringify(more));
});

test("readMirrorSettings() tells the object format, by the file and by git", async () => {
  for (const format of ["sha1", "sha256"] as const) {
    const gitDir = bare(`${format}.git`, `--object-format=${format}`);
    const own = await readMirrorSettings(mirrorIn(gitDir));
    assert.equal(own.objectFormat, format);
    appendFileSync(join(gitDir, "config"), "; a comment\n");
    assert.deepEqual(await readMirrorSettings(mirrorIn(gitDir)), own);
  }
});

test("readMirrorSettings() lets git say what is wrong", async () => {
  const damages: readonly (readonly [string, string])[] = [
    ["config", "[core\n"],
    ["config", "[core]\n\tbare = true\n\trepositoryformatversion = 99\n"],
    ["HEAD", "nothing\n"],
    ["HEAD", ""],
  ];
  for (const [index, [file, text]] of damages.entries()) {
    const gitDir = bare(`damaged-${index}.git`);
    writeFileSync(join(gitDir, file), text);
    await assert.rejects(readMirrorSettings(mirrorIn(gitDir)), { name: "TidemarkError" }, JSON.stringify(text));
  }
});
