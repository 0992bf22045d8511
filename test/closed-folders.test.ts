// Folders that this account may not read, as a whole or in part: one clear error, and no history with holes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import type { FolderReport } from "./helpers/read-folder.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** Number of an account that owns nothing. */
const STRANGER = 54_321;
const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "only root can read as another account";
const root = temporaryFolder();
chmodSync(root, 0o755);

interface Closed {
  readonly name: string;
  /** @returns what is closed, and what is opened then; of a work tree with a packed history */
  readonly close: (folder: string) => string;
}

const CASES: readonly Closed[] = [
  { name: "the folder", close: (folder) => folder },
  { name: "the folder around it", close: (folder) => join(folder, "..") },
  { name: "its .git", close: (folder) => join(folder, ".git") },
  { name: "its settings", close: (folder) => join(folder, ".git/config") },
  { name: "its HEAD", close: (folder) => join(folder, ".git/HEAD") },
  { name: "its objects", close: (folder) => join(folder, ".git/objects") },
  { name: "its packs", close: (folder) => join(folder, ".git/objects/pack") },
  { name: "its packed branches", close: (folder) => join(folder, ".git/packed-refs") },
  { name: "the folder of its branches", close: (folder) => join(folder, ".git/refs/heads") },
];

async function makeClone(name: string): Promise<string> {
  const around = join(root, name);
  mkdirSync(around);
  const builder = new HistoryBuilder(join(around, "origin.git"));
  for (let n = 0; n < 3; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
  const folder = join(around, "clone");
  git(around, "clone", "--quiet", join(around, "origin.git"), folder);
  git(folder, "repack", "-q", "-a", "-d");
  git(folder, "branch", "--quiet", "side", "HEAD~1");
  git(folder, "pack-refs", "--all");
  git(folder, "branch", "--quiet", "loose", "HEAD~1");
  return folder;
}

async function readAsStranger(folder: string): Promise<FolderReport> {
  const helper = join(import.meta.dirname, "helpers/read-folder.ts");
  const options = { uid: STRANGER, gid: STRANGER, env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" } };
  const { stdout } = await promisify(execFile)(process.execPath, [helper, folder], { ...options, cwd: "/" });
  return JSON.parse(stdout) as FolderReport;
}

test("a folder of another account that may be read is read as a whole", { skip }, async () => {
  const folder = await makeClone("open");
  assert.deepEqual(await readAsStranger(folder), { commits: 3, contents: ['{"n":0}', '{"n":1}', '{"n":2}'] });
});

for (const [index, { name, close }] of CASES.entries()) {
  test(`reading ends with access-denied where ${name} may not be read`, { skip }, async () => {
    const folder = await makeClone(`closed-${index}`);
    chmodSync(close(folder), 0o700);
    const report = await readAsStranger(folder);
    assert.ok("code" in report, JSON.stringify(report));
    assert.equal(report.code, "access-denied", report.message);
    assert.match(
      report.message,
      /^Cannot [^"]+ "[^"]+\/clone": found no permission to read it, wanted a folder that this user may read\.$/,
    );
  });
}
