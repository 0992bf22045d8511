// Tests of taking the token out of the address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBrokenLink, isOwnerLink, takeToken } from "./owner-link.ts";

function fakeHistory(): { replaced: unknown[]; state: null; replaceState: History["replaceState"] } {
  const replaced: unknown[] = [];
  return { replaced, state: null, replaceState: (_state, _unused, url) => replaced.push(url) };
}

test("takeToken() takes a token out of the address and leaves the rest", () => {
  const history = fakeHistory();
  const token = `tdo_${"a1".repeat(24)}Z`;
  assert.equal(takeToken({ pathname: "/signin", search: "?next=/", hash: `#${token}` }, history), token);
  assert.deepEqual(history.replaced, ["/signin?next=/"]);
});

test("takeToken() also removes what has not the form of a token", () => {
  const history = fakeHistory();
  assert.equal(takeToken({ pathname: "/signin", search: "", hash: "#tdo_short" }, history), null);
  assert.deepEqual(history.replaced, ["/signin"]);
});

test("takeToken() leaves other addresses alone", () => {
  const history = fakeHistory();
  const token = `#tdo_${"a".repeat(49)}`;
  assert.equal(takeToken({ pathname: "/", search: "", hash: token }, history), null);
  assert.equal(takeToken({ pathname: "/signin", search: "", hash: "" }, history), null);
  assert.deepEqual(history.replaced, []);
});

test("isOwnerLink() knows the link of the server from other addresses", () => {
  const hash = `#tdo_${"a".repeat(49)}`;
  assert.equal(isOwnerLink({ pathname: "/signin", hash }), true);
  assert.equal(isOwnerLink({ pathname: "/signin", hash: "#top" }), false);
  assert.equal(isOwnerLink({ pathname: "/repositories", hash }), false);
});

test("isBrokenLink() knows a link that is cut short from a whole one and from other addresses", () => {
  const whole = `#tdo_${"a".repeat(49)}`;
  for (const hash of ["#tdo_wrong", whole.slice(0, -1), `${whole}a`]) {
    assert.equal(isBrokenLink({ pathname: "/signin", hash }), true, hash);
  }
  for (const hash of [whole, "", "#top"]) assert.equal(isBrokenLink({ pathname: "/signin", hash }), false, hash);
  assert.equal(isBrokenLink({ pathname: "/", hash: "#tdo_wrong" }), false);
});
