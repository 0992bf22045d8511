// Tests of paging: a link to the next page is followed on the same list only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTidemarkError } from "../errors.ts";
import { checkCursor, nextFromLink, nextFromUrl } from "./paging.ts";

const HERE = "https://api.example.org/user/repos?page=1";

test("nextFromLink() gives the query of the link with rel next", () => {
  const link =
    '<https://api.example.org/user/repos?page=2&per_page=100>; rel="next", <https://api.example.org/user/repos?page=9>; rel="last"';
  assert.equal(nextFromLink(link, HERE), "?page=2&per_page=100");
  const turned =
    '<https://api.example.org/user/repos?page=9>; rel="last", <https://api.example.org/user/repos?page=2>; rel=next';
  assert.equal(nextFromLink(turned, HERE), "?page=2");
});

test("nextFromLink() gives null without a next one", () => {
  assert.equal(nextFromLink(undefined, HERE), null);
  assert.equal(nextFromLink('<https://api.example.org/user/repos?page=1>; rel="prev"', HERE), null);
  assert.equal(nextFromLink('<https://api.example.org/user/repos?page=1>; rel="nextish"', HERE), null);
});

test("a link that leads anywhere else is no next page", () => {
  const others = [
    "https://evil.example.org/user/repos?page=2",
    "http://api.example.org/user/repos?page=2",
    "https://api.example.org:8443/user/repos?page=2",
    "https://a:b@api.example.org/user/repos?page=2",
    "https://api.example.org/user/keys?page=2",
    "https://api.example.org/user/repos/../keys?page=2",
    "//evil.example.org/user/repos?page=2",
    HERE, // the same page again would never end
    "https://api.example.org/user/repos",
    `https://api.example.org/user/repos?page=${"2".repeat(2_000)}`,
  ];
  for (const address of others) {
    assert.equal(nextFromUrl(address, HERE), null, address);
    assert.equal(nextFromLink(`<${address}>; rel="next"`, HERE), null, address);
  }
  assert.equal(nextFromUrl("/user/repos?page=2", HERE), "?page=2");
});

test("checkCursor() takes what a page gave and refuses everything else", () => {
  assert.equal(checkCursor("?page=2&q=name+%7E+%22x%22"), "?page=2&q=name+%7E+%22x%22");
  for (const cursor of ["", "?", "page=2", "?a#b", "?a b", "?a\nb", "?a@b", `?${"a".repeat(1_000)}`]) {
    assert.throws(
      () => checkCursor(cursor),
      (error) => isTidemarkError(error, "cursor-mismatch"),
      cursor,
    );
  }
});
