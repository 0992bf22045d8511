// Which repository a delivery is about.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepositoryId } from "../domain/model.ts";
import type { RepositoryIdentity } from "../providers/webhook-source.ts";
import type { RepositoryPlace } from "../store/delivery-route.ts";
import { PlaceIndex } from "./delivery-place.ts";

const NOBODY: Omit<RepositoryPlace, "id" | "address"> = {
  provider: null,
  providerId: null,
  providerName: null,
  webUrl: null,
};

function place(id: string, address: string, more: Partial<RepositoryPlace> = {}): RepositoryPlace {
  return { ...NOBODY, ...more, id: id as RepositoryId, address };
}

const places = new PlaceIndex([
  place("1", "https://github.com/Ada/Loom.git", { provider: "github", providerId: "7", providerName: "Ada/Loom" }),
  place("2", "https://git.example.org:8443/team/sub/Loom", { provider: "gitlab", providerId: "7" }),
  place("3", "https://other.example.org/team/loom", { provider: "gitlab", providerId: "8" }),
  place("4", "ssh://git@git.example.org:7999/team/card.git"),
  place("5", "https://github.com/ada/engine"),
  place("6", "/srv/git/plain.git"),
  place("7", "https://one.example.org/a/same"),
  place("8", "https://two.example.org/a/same"),
]);

function find(kind: Parameters<PlaceIndex["find"]>[0], said: Partial<RepositoryIdentity>): string | null {
  return places.find(kind, { id: null, name: null, urls: [], ...said });
}

test("find() goes by the provider's number, whatever the name is by now", () => {
  assert.equal(find("github", { id: "7", name: "ada/renamed", urls: ["https://github.com/ada/renamed.git"] }), "1");
  assert.equal(find("github", { id: "7" }), "1");
  assert.equal(find("gitlab", { id: "7", urls: ["git@git.example.org:team/moved.git"] }), "2");
  assert.equal(
    find("gitlab", { id: "7", urls: ["https://elsewhere.example.org/x/y"] }),
    null,
    "another server's number",
  );
  assert.equal(find("bitbucket", { id: "7" }), null, "another provider's number");
});

test("find() goes by address where the number is not known, and takes none that was made anew under its name", () => {
  const urls = ["https://github.com/ada/Engine.git", "git@github.com:ada/Engine.git"];
  assert.equal(find("github", { id: "99", urls }), "5", "its number is not known yet");
  assert.equal(find("github", { id: "99", urls: ["https://github.com/Ada/Loom"] }), null, "made anew");
  assert.equal(find("signed", { urls: ["https://GITHUB.com/Ada/Loom/"] }), "1", "no number is said");
  assert.equal(find("gitea", { urls: ["ssh://git@git.example.org:22/team/card"] }), "4");
  assert.equal(find("gitea", { urls: ["git@git.example.org:team/card.git"] }), "4");
  assert.equal(find("gitlab", { urls: ["https://git.example.org:8443/team/sub/Loom.git"] }), "2");
  assert.equal(find("gitlab", { urls: ["https://git.example.org/team/sub/Loom.git"] }), null, "another port");
  assert.equal(find("signed", { urls: ["/srv/git/plain"] }), "6");
});

test("find() goes by a bare name only where it is clear which one is meant", () => {
  assert.equal(find("github", { name: "ADA/loom" }), "1");
  assert.equal(find("signed", { name: "ada/engine" }), "5");
  assert.equal(find("signed", { name: "a/same" }), null, "two of that name");
  assert.equal(find("signed", { name: "a/same", urls: ["https://two.example.org/a/same"] }), "8");
  assert.equal(find("signed", { name: "a/same", urls: ["https://three.example.org/a/same"] }), null);
});

test("find() takes any text for an address", () => {
  for (const url of [
    "",
    "x",
    "http://",
    "git@:",
    "https://%",
    "https://a/%ff",
    "javascript:alert(1)",
    "\u0000",
    "//",
    ":::",
  ]) {
    assert.equal(find("signed", { urls: [url], name: null }), null, url);
  }
  assert.equal(find("signed", {}), null);
});

test("find() tells servers of one kind apart whose repositories have the same number", () => {
  const index = new PlaceIndex([
    place("1", "https://git.example.org/a/x", { provider: "gitea", providerId: "6" }),
    place("2", "https://git.example.org:8443/b/y", { provider: "gitea", providerId: "6" }),
  ]);
  const at = (urls: readonly string[]) => index.find("gitea", { id: "6", name: null, urls });
  assert.equal(at(["https://git.example.org/a/x.git"]), "1");
  assert.equal(at(["https://git.example.org:8443/b/renamed.git", "ssh://git@git.example.org:2222/b/renamed.git"]), "2");
  assert.equal(at(["https://git.example.org:9999/b/y.git"]), null);
  assert.equal(at([]), null, "it is not clear which one is meant");
});
