// Names and contents of files that want to be more than a download (T31), over a real connection.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { contentDisposition, rawFileHeaders } from "./raw-file-headers.ts";

let name = "";
const server = createServer((_request, answer) => {
  const bytes = Buffer.from("{}");
  for (const [header, value] of Object.entries(rawFileHeaders(name, bytes))) answer.setHeader(header, value);
  answer.end(bytes);
});
before(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
after(() => new Promise((resolve) => void server.close(resolve)));

const NAMES: readonly (readonly [string, string, string])[] = [
  ["metrics.json", "metrics.json", "metrics.json"],
  ["a b.json", "a b.json", "a%20b.json"],
  ['a".json"; filename="evil.html', "a_.json__ filename__evil.html", "a%22.json%22%3B%20filename%3D%22evil.html"],
  ["a\r\nset-cookie: x=1", "a__set-cookie_ x_1", "a%0D%0Aset-cookie%3A%20x%3D1"],
  ["é😀.json", "__.json", "%C3%A9%F0%9F%98%80.json"],
  ["\ud800.json", "_.json", "%EF%BF%BD.json"],
  ["a\0b", "a_b", "a%00b"],
  ["it's (1)*.json", "it_s _1__.json", "it%27s%20%281%29%2A.json"],
  ["\u202egpj.exe", "_gpj.exe", "%E2%80%AEgpj.exe"],
  ["a\\..\\b", "a_.._b", "a%5C..%5Cb"],
  ["x".repeat(255), "x".repeat(255), "x".repeat(255)],
];

test("rawFileHeaders() names a file so that nothing can end the name or the header", async () => {
  for (const [given, plain, extended] of NAMES) {
    name = `some/folder/../${given}`;
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    assert.equal(
      answer.headers.get("content-disposition"),
      `attachment; filename="${plain}"; filename*=UTF-8''${extended}`,
    );
    assert.equal(answer.headers.get("set-cookie"), null);
    assert.equal(answer.status, 200);
    await answer.bytes();
  }
});

test("contentDisposition() takes the last part of a path", () => {
  assert.equal(contentDisposition("../../etc/passwd"), `attachment; filename="passwd"; filename*=UTF-8''passwd`);
  assert.equal(contentDisposition("a/"), `attachment; filename=""; filename*=UTF-8''`);
});

test("rawFileHeaders() calls bytes text only when they are, and never anything that a browser runs", () => {
  const typeOf = (bytes: Uint8Array) => rawFileHeaders("x.html", bytes)["content-type"];
  const text = "text/plain; charset=utf-8";
  const octets = "application/octet-stream";
  assert.equal(typeOf(Buffer.from("<script>alert(1)</script>")), text);
  assert.equal(typeOf(Buffer.from("%PDF-1.7")), text);
  assert.equal(typeOf(Buffer.from("é😀")), text);
  assert.equal(typeOf(Buffer.alloc(0)), text);
  assert.equal(typeOf(Buffer.from([0x89, 0x50, 0x4e, 0x47])), octets);
  assert.equal(typeOf(Buffer.from("a\0b")), octets);
  assert.equal(typeOf(Buffer.from([0xff, 0xfe, 0x41, 0x00])), octets);
});
