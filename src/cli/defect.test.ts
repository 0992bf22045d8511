// What a process says that ends by an error which should not be: where it was, and none of the secrets that hang on it (T9).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Effects } from "./effects.ts";
import { EXIT } from "./effects.ts";
import { runProgram } from "./program.ts";

const folder = temporaryFolder();
const BIN = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");
const SECRETS = import.meta.resolve("../secrets.ts");

/** As a driver, a library and a careless hand throw it; the first secret is known to the process, the second looks like one. */
const BROKEN = `
  const cause = Object.assign(new Error("key canary-known-7c1e"), { detail: "canary-known-7c1e" });
  const error = new TypeError("cannot read https://ada:canary-in-url@host/x\\nparams: canary-value", { cause });
  Object.assign(error, { config: { headers: { authorization: "Basic canary-field" } }, token: "glpat-canary0123456789abcd" });`;

/** Runs the program, which breaks once it has done its work. @returns its exit code and what it said */
function crash(how: string): Promise<{ code: unknown; stderr: string }> {
  const program = `
    import { Secret } from ${JSON.stringify(SECRETS)};
    Secret.of("canary-known-7c1e");
    process.once("beforeExit", () => { ${BROKEN} ${how} });`;
  const preload = join(folder, "preload.mjs");
  writeFileSync(preload, program);
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", preload, BIN, "--version"], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
}

for (const how of ["throw error;", "void Promise.reject(error);"]) {
  test(`a process that breaks says where, and shows no secret: ${how}`, async () => {
    const { code, stderr } = await crash(how);
    assert.equal(code, EXIT.failed, stderr);
    assert.match(
      stderr,
      /^tidemark: this should not happen, please report it:\nTypeError: cannot read https:\/\/\[secret\]@host\/x\n +at /,
    );
    assert.match(stderr, /caused by Error: key \[secret\]\n$/);
    assert.ok(!stderr.includes("canary"), stderr);
  });
}

test("runProgram() says of an error that is none of ours where it was, without the secrets in it", async () => {
  let said = "";
  const err = { write: (text: string) => void (said += text), isTerminal: false, width: 80, colour: false };
  const effects = { err, out: err, now: () => 0, signal: new AbortController().signal } as unknown as Effects;
  const code = await runProgram(["repository", "list"], effects, () => {
    throw new Error("cannot use Bearer canary-0123456789abcdef");
  });
  assert.equal(code, EXIT.failed);
  assert.match(
    said,
    /^tidemark: this should not happen, please report it:\nError: cannot use \[secret\]\n +at .*defect\.test\.ts/,
  );
});
