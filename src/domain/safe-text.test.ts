// Tests of safe text: what hides, reorders or commands is seen; everything else stays.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { escapeControls, hasUnsafeText, safeParts } from "./safe-text.ts";

interface SafeCase {
  readonly name: string;
  readonly text: string;
  readonly safe: string;
}

const cases: SafeCase[] = JSON.parse(readFileSync(new URL("safe-text.cases.json", import.meta.url), "utf8"));

for (const { name, text, safe } of cases) {
  test(`escapeControls() ${name}`, () => {
    assert.equal(escapeControls(text), safe);
    assert.equal(hasUnsafeText(text), safe !== text);
    const parts = safeParts(text);
    assert.equal(parts.map((part) => part.mark ?? part.text).join(""), safe, "the parts say the same");
    assert.equal(parts.map((part) => part.text).join(""), text, "the parts hold the true text");
  });
}

test("escapeControls() leaves no control, format or separator character of any plane", () => {
  const left: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const safe = escapeControls(String.fromCodePoint(code));
    if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/u.test(safe)) left.push(safe);
  }
  assert.deepEqual(left.slice(0, 5), []);
});

test("safeParts() puts each mark beside the text around it", () => {
  assert.deepEqual(safeParts("a\u202eb"), [
    { text: "a", mark: null },
    { text: "\u202e", mark: "U+202E" },
    { text: "b", mark: null },
  ]);
});
