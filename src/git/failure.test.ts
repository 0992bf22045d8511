// Tests of git's failures: which error they become, and what it never says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { failureOf, type GitFailure } from "./failure.ts";

const cases = JSON.parse(readFileSync(new URL("failure.cases.json", import.meta.url), "utf8")) as {
  stderr: string;
  code: string;
  found?: string;
}[];
const FAILURE: GitFailure = {
  attempt: "fetch from",
  value: "https://x/o/n",
  kind: "mirror",
  status: 128,
  signal: null,
  stderr: "",
};

for (const { stderr, code, found } of cases) {
  test(`failureOf() calls ${JSON.stringify(stderr)} ${code}`, () => {
    const error = failureOf({ ...FAILURE, stderr });
    assert.equal(error.code, code);
    if (found) assert.equal(error.parts.found, found);
  });
}

test("failureOf() shows nothing that a server or git wrote about a remote", () => {
  const stderr = "remote: BANNER 10.1.2.3\nfatal: BANNER 10.1.2.3 port 6379: -ERR unknown command";
  const { message } = failureOf({ ...FAILURE, stderr });
  assert.ok(!message.includes("BANNER") && !message.includes("10.1.2.3"), message);
});

test("failureOf() repeats git's first complaint about a person's own folder, on one line", () => {
  const { message } = failureOf({
    ...FAILURE,
    kind: "local",
    value: "/srv/repo",
    stderr: "warning: x\nfatal: odd \u001b[31mthing\n",
  });
  assert.match(
    message,
    /^Cannot fetch from "\/srv\/repo": found git's answer "odd {2}\[31mthing" \(status 128\), wanted/,
  );
});

test("failureOf() tells a clone that left objects out from one that lost them", () => {
  const stderr = "warning: lazy fetching disabled; some objects may not be available\nfatal: could not fetch ";
  const missing = { ...FAILURE, stderr: `${stderr}${"5".repeat(40)} from promisor remote` };
  const own = failureOf({ ...missing, kind: "local" });
  assert.equal(own.code, "repository-corrupt");
  assert.match(own.message, /found objects that this clone left out.*git fetch --refetch --no-filter/);
  assert.match(failureOf(missing).message, /found objects that are missing or damaged/);
});

test("failureOf() takes a git that crashed for a repository that it cannot read, which trying again does not heal", () => {
  const error = failureOf({ ...FAILURE, status: null, signal: "SIGSEGV" });
  assert.equal(error.code, "repository-corrupt");
  assert.match(error.message, /found trees that git itself cannot read: it crashed/);
});

test("failureOf() hides logins in what git wrote", () => {
  const error = failureOf({ ...FAILURE, stderr: "fatal: unable to access 'https://ada:hunter22@x/o/n/': odd" });
  assert.ok(!String(error.cause).includes("hunter22"));
});
