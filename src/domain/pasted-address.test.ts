// Tests of what people paste: every kind of address, and what must come back as it was for a check to refuse.
import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "./pasted-address.cases.json" with { type: "json" };
import { readPasted } from "./pasted-address.ts";

interface Case {
  readonly name: string;
  readonly text: string;
  readonly url?: string;
  readonly nameOnly?: string;
  /** what is used of it where the operator has set a key for SSH */
  readonly ssh?: string;
  readonly assumesHttps?: true;
}

for (const { name, text, url, nameOnly, ssh, assumesHttps } of cases as readonly Case[]) {
  test(`readPasted() ${name}`, () => {
    const wanted =
      nameOnly === undefined
        ? {
            kind: "url",
            url,
            ...(ssh === undefined ? {} : { ssh }),
            ...(assumesHttps === undefined ? {} : { assumesHttps }),
          }
        : { kind: "name", name: nameOnly };
    assert.deepEqual(readPasted(text), wanted);
  });
}

test("readPasted() reads its own answers as the same", () => {
  for (const { url } of cases as readonly Case[]) {
    if (url !== undefined) assert.deepEqual(readPasted(url), { kind: "url", url });
  }
});
