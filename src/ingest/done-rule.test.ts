// Tests of done-rule.ts; the cases are in done-rule.cases.json. Capital letters stand for commits.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamedRef } from "../store/event.ts";
import cases from "./done-rule.cases.json" with { type: "json" };
import { notReached, UNSEEN_WAITS_MS, unseenWaitMs, unseenWords } from "./done-rule.ts";

interface Case {
  readonly title: string;
  readonly named: readonly (readonly [string, string | null, string | null])[];
  readonly shown: Readonly<Record<string, string>>;
  readonly known?: Readonly<Record<string, string>>;
  readonly has?: readonly string[];
  readonly unknown?: readonly string[];
  readonly unread?: readonly string[];
  /** which of `named` are waited for */
  readonly waits: readonly number[];
}

for (const { title, named, shown, known, has, unknown, unread, waits } of cases as unknown as readonly Case[]) {
  test(`notReached(): ${title}`, () => {
    const refs = named.map(([ref, before, after]): NamedRef => ({ ref, before, after }));
    const open = notReached(refs, {
      shown: (ref) => (unread?.includes(ref) === true ? undefined : (shown[ref] ?? null)),
      known: (ref) => (unknown?.includes(ref) === true ? undefined : (known?.[ref] ?? null)),
      has: (sha) => has?.includes(sha) === true,
    });
    assert.deepEqual(
      [...open].map((each) => refs.indexOf(each)),
      waits,
    );
  });
}

test("unseenWaitMs() doubles from a second on, outlasts copies that five looks find behind, and ends", () => {
  assert.deepEqual([0, 1, 2, 3].map(unseenWaitMs), [1_000, 2_000, 4_000, 8_000]);
  assert.ok(UNSEEN_WAITS_MS.length > 5);
  assert.equal(unseenWaitMs(UNSEEN_WAITS_MS.length), null);
});

test("unseenWords() say which branch, where it should be, and what happens next", () => {
  const push = { ref: "refs/heads/main", before: null, after: "0123456789abcdef0123456789abcdef01234567" };
  assert.equal(
    unseenWords(push, false),
    'The server told of a push, but does not show "main" at 0123456789ab. It is asked again.',
  );
  assert.match(unseenWords({ ...push, after: null }, true), /does not show that "main" is gone\. .* polling finds/);
});
