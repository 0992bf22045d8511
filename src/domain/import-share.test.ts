// Tests of how far an import is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importShare } from "./import-share.ts";

test("importShare() never goes back while an import goes through its phases", () => {
  const steps = [
    { phase: "listing", commitsDone: 0 },
    ...["reading", "writing"].flatMap((phase) => [0, 3, 10].map((commitsDone) => ({ phase, commitsDone }))),
  ];
  const shares = steps.map((step) => importShare({ ...step, commitsTotal: 10 }));
  assert.deepEqual(shares, [0, 0, 0.06, 0.2, 0.2, 0.44, 1]);
  assert.equal(importShare({ phase: "fetching", commitsDone: 0, commitsTotal: null }), null);
  assert.equal(importShare({ phase: "reading", commitsDone: 0, commitsTotal: 0 }), null);
});
