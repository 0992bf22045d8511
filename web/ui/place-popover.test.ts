// Tests of placing popovers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { placePopover } from "./place-popover.ts";

const window = { width: 360, height: 640 };

test("placePopover() opens below the button, from its left or right edge", () => {
  const button = { left: 40, top: 50, right: 120, bottom: 78 };
  assert.deepEqual(placePopover(button, { width: 100, height: 200 }, window, "start"), {
    left: 40,
    top: 84,
    maxHeight: 548,
  });
  assert.equal(placePopover(button, { width: 60, height: 200 }, window, "end").left, 60);
});

test("placePopover() stays inside the window and opens above where there is more room", () => {
  const button = { left: 300, top: 560, right: 350, bottom: 590 };
  assert.deepEqual(placePopover(button, { width: 300, height: 400 }, window, "start"), {
    left: 52,
    top: 154,
    maxHeight: 546,
  });
  assert.equal(placePopover(button, { width: 344, height: 20 }, window, "end").left, 8);
});
