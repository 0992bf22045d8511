// Tests of repository-name.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTidemarkError } from "../errors.ts";
import { assertName, freeName, nameOfFolder, nameOfUrl } from "./repository-name.ts";

const URLS: readonly (readonly [string, string, string])[] = [
  ["takes owner and name", "https://example.org/ada/engine", "ada/engine"],
  ["drops .git and a slash at the end", "https://example.org/ada/engine.git/", "ada/engine"],
  ["takes the last two of many segments", "https://example.org/group/sub/engine.git", "sub/engine"],
  ["takes one segment when there is only one", "http://127.0.0.1:8080/engine.git", "engine"],
  ["takes the host when there is no path", "https://example.org/", "example.org"],
  ["decodes percent signs", "https://example.org/a%C3%A4/b%20c", "aä/b c"],
  ["leaves a broken percent sign", "https://example.org/a/100%", "a/100%"],
  ["leaves out parts that are none", "https://example.org/a/%2F%2F.%2Fb%2F", "a/b"],
  ["cuts a long one between characters", `https://example.org/a/${"x".repeat(117)}\u{1F30A}`, `a/${"x".repeat(117)}`],
  ["leaves no blank where it cuts", `https://example.org/a/${"x".repeat(117)} y`, `a/${"x".repeat(117)}`],
  ["drops control characters", "https://example.org/a/b%00%0a%E2%80%AEc", "a/bc"],
];
for (const [name, url, expected] of URLS) {
  test(`nameOfUrl() ${name}`, () => assert.equal(nameOfUrl(url), expected));
}

const FOLDERS: readonly (readonly [string, string, string])[] = [
  ["takes the last segment", "/srv/git/engine", "engine"],
  ["drops .git of a bare one", "/srv/git/engine.git", "engine"],
  ["takes the work tree of its .git folder", "/srv/git/engine/.git", "engine"],
  ["has a name for the root", "/", "repository"],
];
for (const [name, folder, expected] of FOLDERS) {
  test(`nameOfFolder() ${name}`, () => assert.equal(nameOfFolder(folder), expected));
}

test("freeName() counts from 2 up over the names in use", () => {
  assert.equal(freeName("a", new Set()), "a");
  assert.equal(freeName("a", new Set(["a"])), "a-2");
  assert.equal(freeName("a", new Set(["a", "a-2", "a-4"])), "a-3");
});

test("freeName() never gives a name that looks like an id", () => {
  assert.equal(freeName("42", new Set()), "42-2");
});

const NAMES: readonly (readonly [string, string | null])[] = [
  ["owner/name", null],
  ["x".repeat(120), null],
  ["wörter mit Blanks/2", null],
  ["", "nothing"],
  [" ", "nothing"],
  [" a", "blanks around it"],
  ["a\u00a0", "blanks around it"],
  ["a\nb", "a character that nobody sees"],
  ["a\u200bb", "a character that nobody sees"],
  ["a\u202eb", "a character that nobody sees"],
  ["a\ud800", "a character that nobody sees"],
  ["x".repeat(121), "121 characters"],
  ["42", "digits alone, which would look like an id"],
  ["..", "one that an address cannot hold"],
  ["/", 'a part that is empty, "." or ".."'],
  ["a//b", 'a part that is empty, "." or ".."'],
  ["a/", 'a part that is empty, "." or ".."'],
  ["../b", 'a part that is empty, "." or ".."'],
];
for (const [name, found] of NAMES) {
  test(`assertName() ${found === null ? "takes" : "refuses"} ${JSON.stringify(name.slice(0, 20))}`, () => {
    if (found === null) return assertName(name);
    return assert.throws(
      () => assertName(name),
      (error) => isTidemarkError(error, "bad-argument") && error.parts.found === found,
    );
  });
}

test("assertName() takes every name that is given when a repository is added", () => {
  for (const [, url] of URLS) assertName(freeName(nameOfUrl(url), new Set()));
  for (const [, folder] of FOLDERS) assertName(freeName(nameOfFolder(folder), new Set()));
});
