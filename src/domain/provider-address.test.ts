// Tests of addresses at a provider's server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenPageAt } from "./provider-address.ts";

const github = {
  publicUrl: "https://github.com",
  tokenPage: "https://github.com/settings/tokens",
  tokenPath: "/settings/tokens",
};
const gitea = { publicUrl: null, tokenPage: null, tokenPath: "/user/settings" };
const bitbucket = { publicUrl: "https://bitbucket.org", tokenPage: "https://id.example/tokens", tokenPath: null };

for (const [pages, typed, page] of [
  [github, "", "https://github.com/settings/tokens"],
  [github, "github.com/ada/losses", "https://github.com/settings/tokens"],
  [github, " ghe.example.org ", "https://ghe.example.org/settings/tokens"],
  [github, "https://ghe.example.org:8443/", "https://ghe.example.org:8443/settings/tokens"],
  [gitea, "", null],
  [gitea, "gi", null],
  [gitea, "git.", null],
  [gitea, "localhost:3000", "https://localhost:3000/user/settings"],
  [gitea, "http://127.0.0.1:3000/gitea/", "http://127.0.0.1:3000/gitea/user/settings"],
  [gitea, "javascript:alert(1)//git.example.org", null],
  [gitea, "javascript://git.example.org/%0aalert(1)", null],
  [gitea, "https://", null],
  [bitbucket, "", "https://id.example/tokens"],
  [bitbucket, "bitbucket.org/ada", "https://id.example/tokens"],
  [bitbucket, "git.example.org", null],
] as const) {
  test(`tokenPageAt() of ${JSON.stringify(typed)} at ${pages.publicUrl} is ${page}`, () =>
    assert.equal(tokenPageAt(pages, typed), page));
}
