// The lines of shell, run as they are given: the server that they reach takes their proof.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { Secret } from "../../secrets.ts";
import { curlLine, postReceiveHook } from "./signed-lines.ts";
import { signedWebhook } from "./signed-webhook.ts";

const SECRET = "it's $(a) `secret`";

function has(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const missing = ["curl", "openssl"].filter((program) => !has(program));
const skip = missing.length > 0 ? `no ${missing.join(", no ")}` : false;

interface Arrived {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A receiver that keeps what arrives. */
async function receiver(t: TestContext): Promise<{ readonly address: string; readonly arrived: readonly Arrived[] }> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      arrived.push({ method: request.method ?? "", headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/abc`, arrived };
}

function run(script: string, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile("sh", ["-c", script], (error) => (error === null ? resolve() : reject(error)));
    child.stdin?.end(input);
  });
}

function assertAuthentic(one: Arrived | undefined, body: string): void {
  assert.ok(one !== undefined);
  assert.equal(one.method, "POST");
  assert.equal(one.body.toString(), body);
  assert.ok(signedWebhook.verify(one, [Secret.of(SECRET)], 0));
  assert.equal(signedWebhook.verify(one, [Secret.of("another secret")], 0), false);
}

test("curlLine() sends a delivery that is authentic, with and without a ref", { skip }, async (t) => {
  const { address, arrived } = await receiver(t);
  await run(curlLine(address, SECRET), "");
  await run(curlLine(address, SECRET, { ref: "refs/heads/it's" }), "");
  assertAuthentic(arrived[0], "");
  assertAuthentic(arrived[1], '{"ref":"refs/heads/it\'s"}');
});

test("postReceiveHook() sends on the refs that Git names", { skip }, async (t) => {
  const { address, arrived } = await receiver(t);
  const line = `${"0".repeat(40)} ${"a".repeat(40)} refs/heads/main`;
  await run(postReceiveHook(address, SECRET), `${line}\n`);
  assertAuthentic(arrived[0], line);
  assert.deepEqual(
    signedWebhook.parse({ eventName: "", contentType: null, body: arrived[0]?.body ?? Buffer.alloc(0) }),
    {
      kind: "push",
      repository: { id: null, name: null, urls: [] },
      refs: [{ ref: "refs/heads/main", before: null, after: "a".repeat(40) }],
    },
  );
});
