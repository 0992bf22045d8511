// Tests of failure.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, TidemarkError } from "../errors.ts";
import { isOfServer, jittered, outcomeOf, showsServer, waitAfter } from "./failure.ts";

function failure(code: ErrorCode): TidemarkError {
  return new TidemarkError(code, { attempt: "fetch from", value: "https://a/b", found: "x", wanted: "y" });
}

test("outcomeOf() tries again what may heal, with longer and longer waits, and gives up in the end", () => {
  const waits: number[] = [];
  for (let attempts = 0; ; attempts++) {
    const outcome = outcomeOf(failure("remote-unreachable"), attempts);
    if (outcome.kind !== "retry") {
      assert.equal(outcome.kind, "give-up");
      break;
    }
    waits.push(outcome.waitMs);
  }
  assert.ok(waits.length >= 5);
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  );
});

for (const code of ["not-a-repository", "access-denied", "repository-empty", "address-not-allowed"] as const) {
  test(`outcomeOf() gives up at once on ${code}, in the error's own words and with what to do`, () => {
    const error = failure(code);
    const { kind, problem } = outcomeOf(error, 0);
    assert.equal(kind, "give-up");
    assert.ok(problem.startsWith(`${error.message} `));
    assert.match(problem.slice(error.message.length), /^ [A-Z][^.]+\.$/);
  });
}

test("outcomeOf() tries a repository that was read before for a day where an answer is not Git's", () => {
  let waitMs = 0;
  let attempts = 0;
  for (; ; attempts += 1) {
    const outcome = outcomeOf(failure("not-a-repository"), attempts, true);
    if (outcome.kind === "give-up") break;
    waitMs += outcome.waitMs;
  }
  assert.ok(waitMs > 23 * 3_600_000 && waitMs < 26 * 3_600_000, `${attempts} attempts in ${waitMs} ms`);
  assert.equal(outcomeOf(failure("access-denied"), 0, true).kind, "give-up");
});

test("outcomeOf() tries a damaged repository once more, since its mirror is fetched anew", () => {
  assert.equal(outcomeOf(failure("repository-corrupt"), 0).kind, "retry");
  assert.equal(outcomeOf(failure("repository-corrupt"), 1).kind, "give-up");
});

test("outcomeOf() does not repeat to people what is no error of ours", () => {
  const outcome = outcomeOf(new TypeError("secret internals"), 0);
  assert.equal(outcome.kind, "retry");
  assert.doesNotMatch(JSON.stringify(outcome), /secret/);
});

test("waitAfter() grows with each failure in a row, up to an hour", () => {
  assert.deepEqual([0, 1, 2].map(waitAfter), [5_000, 20_000, 60_000]);
  assert.equal(waitAfter(1_000), 3_600_000);
});

test("jittered() spreads a wait by a quarter to both sides", () => {
  assert.deepEqual(
    [0, 0.5, 1].map((random) => jittered(1_000, random)),
    [750, 1_000, 1_250],
  );
});

test("isOfServer() tells what all repositories of a server share from what one of them has", () => {
  assert.ok(isOfServer(failure("git-timeout")));
  assert.ok(!isOfServer(failure("access-denied")));
  assert.ok(!isOfServer(new TypeError("x")));
  assert.ok(showsServer(failure("access-denied")));
  assert.ok(!showsServer(failure("not-a-repository")), "a maintenance page");
  assert.ok(!showsServer(new TypeError("x")));
});
