// Tests of repository-name.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freeName, nameOfFolder, nameOfUrl } from "./repository-name.ts";

const URLS: readonly (readonly [string, string, string])[] = [
  ["takes owner and name", "https://example.org/ada/engine", "ada/engine"],
  ["drops .git and a slash at the end", "https://example.org/ada/engine.git/", "ada/engine"],
  ["takes the last two of many segments", "https://example.org/group/sub/engine.git", "sub/engine"],
  ["takes one segment when there is only one", "http://127.0.0.1:8080/engine.git", "engine"],
  ["takes the host when there is no path", "https://example.org/", "example.org"],
  ["decodes percent signs", "https://example.org/a%C3%A4/b%20c", "aä/b c"],
  ["leaves a broken percent sign", "https://example.org/a/100%", "a/100%"],
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
