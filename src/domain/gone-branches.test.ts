// Tests of which branches an event tells to be gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { goneWords } from "./gone-branches.ts";

const gone = (...names: string[]) => names.map((name) => ({ ref: `refs/heads/${name}`, after: null }));

test("goneWords() names the branches that a delivery, a look or the run itself found gone", () => {
  assert.equal(goneWords({ heads: null, named: null }), null);
  assert.equal(goneWords({ heads: null, named: gone("main") }), "main is gone at its server");
  assert.equal(
    goneWords({ heads: [{ branch: "main", new: null }], named: gone("main") }),
    "main is gone at its server",
  );
  assert.equal(goneWords({ heads: null, named: gone("a", "b") }), "a and b are gone at its server");
  assert.equal(goneWords({ heads: null, named: gone("a", "b", "c") }), "a and 2 more branches are gone at its server");
});

test("goneWords() tells of no tag, no moved branch and none that came back", () => {
  const tag = { ref: "refs/tags/v1", after: null };
  const moved = { ref: "refs/heads/dev", after: "66f3649" };
  assert.equal(goneWords({ heads: null, named: [tag, moved] }), null);
  assert.equal(goneWords({ heads: [{ branch: "main", new: "66f3649" }], named: gone("main") }), null);
});
