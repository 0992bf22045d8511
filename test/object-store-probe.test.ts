// What the probe finds out of a store, and that nothing of what the store or we hold back stands in an error.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import { FolderStore } from "../src/archive/folder-store.ts";
import { openObjectStore } from "../src/archive/open-store.ts";
import { S3Store } from "../src/archive/s3-store.ts";
import type { S3Place } from "../src/archive-place.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { type FakeS3, startFakeS3 } from "./helpers/fake-s3.ts";
import { failureOf, localFile } from "./helpers/object-store-suite.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const NEVER = new AbortController().signal;
const root = temporaryFolder();
let fake: FakeS3;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

test("probe() refuses a store that lets a second write through, as s3rver does, and removes its object", async () => {
  fake.habits.ignoresConditions = true;
  const { code, message } = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).probe(NEVER));
  assert.equal(code, "archive-store-unfit");
  const said =
    'Cannot keep the archive in "s3://fake-bucket/p": found a second write in one request that was let through, ';
  assert.equal(message, `${said}wanted a store that keeps If-None-Match: *.`);
  assert.equal(fake.objects.size, 0);
});

test("probe() refuses a store that lets a second write in parts through", async () => {
  // by the condition at the end of an upload alone
  const { objects } = fake;
  const has = objects.has.bind(objects);
  objects.has = (key) => has(key) && !fake.asked.at(-1)?.startsWith("POST");
  const { code, message } = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).probe(NEVER));
  assert.equal(code, "archive-store-unfit");
  assert.match(message, /found a second write in parts that was let through/);
  assert.deepEqual([objects.size, fake.uploads.size], [0, 0]);
});

test("probe() refuses a store that forgets what was said of an object, reads no parts, or flips bits", async () => {
  fake.habits.forgetsMetadata = true;
  const forgets = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).probe(NEVER));
  assert.match(forgets.message, /without what was said of it, wanted a store that keeps x-amz-meta-sha256/);
  fake.habits.forgetsMetadata = false;
  fake.habits.ignoresRanges = true;
  const ignores = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).probe(NEVER));
  assert.match(ignores.message, /found another part than was asked for, wanted a store that reads parts \(Range\)/);
  fake.habits.ignoresRanges = false;
  fake.fail(/^GET/, { kind: "flipped" });
  const flips = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).probe(NEVER));
  assert.match(flips.message, /found another content than was written in one request/);
  assert.equal(fake.objects.size, 0);
});

test("probe() tells a store that is away from one that is unfit", async () => {
  const store = new S3Store(fake.place(), PUBLIC_ONLY);
  await fake.close();
  const { code, message } = await failureOf(store.probe(NEVER));
  assert.equal(code, "archive-store-unreachable");
  assert.match(message, /s3:\/\/fake-bucket\/p.*found no connection/);
});

test("errors hold no key, no signature and no words of the server", async () => {
  const texts: string[] = [];
  const tell = async (store: S3Store): Promise<void> => {
    const file = localFile(root, Buffer.from("x"));
    const works = [
      () => store.probe(NEVER),
      () => store.put("a", file, NEVER),
      () => store.head("b", NEVER),
      () => store.remove(["a"], NEVER),
    ];
    for (const work of works) {
      const error = await work().catch((failure: unknown) => failure);
      texts.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error));
    }
  };
  for (const [status, code] of [
    [403, "SignatureDoesNotMatch"],
    [400, "Odd"],
    [301, "PermanentRedirect"],
  ] as const) {
    fake.fail(/./, ...Array.from({ length: 4 }, () => ({ kind: "status", status, code }) as const));
    await tell(new S3Store(fake.place(), PUBLIC_ONLY));
  }
  await tell(new S3Store(fake.place({ endpoint: "http://127.0.0.1:1" }), PUBLIC_ONLY));
  for (const text of texts) assert.doesNotMatch(text, /canary|AWS4-HMAC|Signature=/);
  assert.ok(
    texts.some((text) => text.includes("403 (SignatureDoesNotMatch)")),
    texts[0],
  );
});

test("a redirect leads nowhere, and says what to set", async () => {
  const other = await startFakeS3();
  try {
    fake.redirectTo = `${other.place().endpoint}/fake-bucket/p/a`;
    const { code, message } = await failureOf(new S3Store(fake.place(), PUBLIC_ONLY).head("a", NEVER));
    assert.equal(code, "archive-store-unfit");
    assert.match(message, /found 307.*TIDEMARK_ARCHIVE_S3_REGION/);
    assert.deepEqual(other.asked, []);
  } finally {
    await other.close();
  }
});

test("a private server is reached by its own setting alone", async () => {
  const place = fake.place();
  const port = Number(new URL(place.endpoint ?? "").port);
  assert.equal(await new S3Store(place, PUBLIC_ONLY).head("a", NEVER), null);
  const denied = { ...PUBLIC_ONLY, deny: ["127.0.0.0/8"] };
  const elsewhere: readonly [S3Place, typeof PUBLIC_ONLY][] = [
    [place, denied],
    [fake.place({ endpoint: "http://169.254.169.254" }), PUBLIC_ONLY],
    [fake.place({ endpoint: `http://[::ffff:169.254.169.254]:${port}` }), PUBLIC_ONLY],
  ];
  const before = fake.asked.length;
  for (const [one, allow] of elsewhere) {
    assert.equal((await failureOf(new S3Store(one, allow).head("a", NEVER))).code, "archive-store-unfit");
  }
  assert.equal(fake.asked.length, before);
});

test("a server that knows its buckets by the host's name is reached by that, wherever the name leads", async () => {
  const { port } = new URL(fake.place().endpoint ?? "");
  const asked: string[] = [];
  const resolve = async (host: string): Promise<string[]> => {
    asked.push(host);
    return ["127.0.0.1"];
  };
  const named = fake.place({ endpoint: `http://s3.example.test:${port}`, pathStyle: false });
  await new S3Store(named, PUBLIC_ONLY, { resolve }).probe(NEVER);
  assert.deepEqual(new Set(asked), new Set(["fake-bucket.s3.example.test"]));
  assert.ok(fake.asked.length > 10);
  // Amazon's own names may not lead into a private network
  const own = fake.place({ endpoint: null, pathStyle: false });
  const { code } = await failureOf(new S3Store(own, PUBLIC_ONLY, { resolve }).head("a", NEVER));
  assert.equal(code, "archive-store-unfit");
  assert.equal(asked.at(-1), "fake-bucket.s3.us-east-1.amazonaws.com");
});

test("openObjectStore() opens either, and the keys are the setting's or the usual chain's", async () => {
  const folder = await openObjectStore({ kind: "folder", folder: join(root, "opened") }, PUBLIC_ONLY);
  assert.deepEqual([folder.kind, folder.place], ["folder", join(root, "opened")]);
  const s3 = await openObjectStore(fake.place({ prefix: "" }), PUBLIC_ONLY);
  assert.deepEqual([s3.kind, s3.place, s3.uri("a/b")], ["s3", "s3://fake-bucket", "s3://fake-bucket/a/b"]);
  await s3.put("a", localFile(root, Buffer.from("x")), NEVER);
  assert.deepEqual([...fake.objects.keys()], ["a"]);
});

test("what the usual chain does not give is asked for by its name", async () => {
  const own = { ...process.env };
  const nothing = {
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const head = (more: Partial<S3Place>): Promise<unknown> =>
    new S3Store(fake.place(more), PUBLIC_ONLY).head("a", NEVER);
  try {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, nothing);
    const noKeys = await failureOf(head({ keys: null }));
    assert.deepEqual([noKeys.code, fake.asked.length], ["archive-store-unfit", 0]);
    assert.match(noKeys.message, /found no keys, wanted keys by the AWS SDK's usual chain/);
    const noRegion = await failureOf(head({ endpoint: null, region: null }));
    assert.equal(noRegion.code, "archive-store-unfit");
    assert.match(noRegion.message, /found no region, wanted a region \(TIDEMARK_ARCHIVE_S3_REGION or AWS_REGION\)/);
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "canary-of-the-chain",
      AWS_SECRET_ACCESS_KEY: "canary-of-the-chain",
    });
    assert.equal(await head({ keys: null }), null);
  } finally {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, own);
  }
});

test("a folder is closed to others, whole files only, and what was left under way goes after two days", async () => {
  const place = join(root, "closed", "archive");
  const store = new FolderStore({ kind: "folder", folder: place });
  await store.put("a/b/c", localFile(root, Buffer.from("content")), NEVER);
  for (const folder of [place, join(place, "a"), join(place, "a", "b")])
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(place, "a", "b", "c")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(place, "a", "b")), ["c"]);
  const [old, young] = [join(place, "a", ".x.0.tmp"), join(place, "a", ".y.0.tmp")];
  for (const path of [old, young]) writeFileSync(path, "half");
  const longAgo = Date.now() / 1_000 - 49 * 3_600;
  utimesSync(old, longAgo, longAgo);
  utimesSync(join(place, "a", "b", "c"), longAgo, longAgo);
  assert.deepEqual(
    (await Array.fromAsync(store.list("", NEVER))).map(({ key }) => key),
    ["a/b/c"],
  );
  await store.probe(NEVER);
  assert.deepEqual([existsSync(old), existsSync(young), existsSync(join(place, "a", "b", "c"))], [false, true, true]);
});

test("a folder that cannot be written says so", {
  skip: process.getuid?.() === 0 && "root may write everywhere",
}, async () => {
  const place = join(root, "shut");
  mkdirSync(place, { mode: 0o500 });
  const { code, message } = await failureOf(new FolderStore({ kind: "folder", folder: place }).probe(NEVER));
  chmodSync(place, 0o700);
  assert.equal(code, "archive-store-unfit");
  assert.match(message, /no permission to write there/);
});

test("a folder that is a file is unfit", async () => {
  const place = join(root, "file");
  writeFileSync(place, "");
  const { code, message } = await failureOf(new FolderStore({ kind: "folder", folder: place }).probe(NEVER));
  assert.equal(code, "archive-store-unfit");
  assert.match(message, /found a file where a folder has to be/);
});
