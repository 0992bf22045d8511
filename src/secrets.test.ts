// Tests of secrets: nothing prints them, tokens have their form and checksum.
import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";
import { basicAuthorization, hashToken, isToken, makeToken, Secret } from "./secrets.ts";

test("Secret shows what it holds to nobody but the caller of reveal()", () => {
  const secret = Secret.of("correct horse battery staple");
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }), format("%s %o", secret, [secret])];
  shown.push(inspect(secret, { showHidden: true, depth: 5 }), Object.entries(secret).join());
  for (const text of shown) assert.ok(!text.includes("horse"), text);
  assert.equal(secret.reveal(), "correct horse battery staple");
});

test("makeToken() makes tokens of 53 characters that isToken() takes, all different", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i += 1) {
    const token = makeToken("tdo").reveal();
    assert.match(token, /^tdo_[0-9A-Za-z]{49}$/);
    assert.ok(isToken(token, "tdo"));
    seen.add(token);
  }
  assert.equal(seen.size, 2_000);
});

test("isToken() refuses one changed character at every place, another prefix, another length", () => {
  const token = makeToken("tdm").reveal();
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === "x" ? "y" : "x";
    assert.ok(!isToken(token.slice(0, at) + other + token.slice(at + 1), "tdm"), `character ${at}`);
  }
  assert.ok(!isToken(token, "tdo"));
  assert.ok(!isToken(`${token}0`, "tdm"));
  assert.ok(!isToken("", "tdm"));
});

test("isToken() takes a token that was made elsewhere by the same rule", () => {
  // Python: zlib.crc32(b"tdo_" + b"0" * 43) is 1142494901, in base62 1FJn77
  assert.ok(isToken(`tdo_${"0".repeat(43)}1FJn77`, "tdo"));
});

test("hashToken() is SHA-256 in hex", () => {
  assert.equal(hashToken("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("basicAuthorization() writes RFC 7617's header value", () => {
  assert.equal(basicAuthorization("Aladdin", Secret.of("open sesame")).reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
});
