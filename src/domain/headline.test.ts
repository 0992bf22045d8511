// Tests of the headline: which sentences a page of commits gives, and where they lead.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { type HeadlinePage, type HeadlineSentence, headline, MAX_SENTENCES } from "./headline.ts";

interface HeadlineCase {
  readonly name: string;
  readonly page: HeadlinePage;
  readonly complete: boolean;
  readonly sentences: readonly HeadlineSentence[];
}

const cases: readonly HeadlineCase[] = JSON.parse(
  readFileSync(new URL("headline.cases.json", import.meta.url), "utf8"),
);

for (const { name, page, complete, sentences } of cases) {
  test(`headline() ${name}`, () => {
    assert.deepEqual(headline(page, complete), sentences);
    assert.deepEqual(headline(structuredClone(page), complete), sentences, "the same page, the same sentences");
    assert.ok(sentences.length <= MAX_SENTENCES);
  });
}
