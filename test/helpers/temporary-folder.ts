// A folder for one test file, gone when its tests are over.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** Makes a folder that is removed after the tests of the file that called this. @returns its real path */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tidemark-test-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
