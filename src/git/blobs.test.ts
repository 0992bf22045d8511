// Tests of blobs: read in order, fetched in few requests, nothing over the limit held, a bad one among many found.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { git, gitBytes, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { startGitServer } from "../../test/helpers/git-server.ts";
import { mirrorOf } from "../../test/helpers/mirror-of.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { type BlobReading, readBlob, readBlobs, readPath } from "./blobs.ts";
import { openLocal } from "./local.ts";
import { fetchMirror } from "./mirror.ts";
import { decodeName } from "./names.ts";
import { presentBlobs } from "./prefetch.ts";
import type { GitRepository } from "./repository.ts";

const MAX_BYTES = 64 * 1024;
const UNKNOWN = "1234567890123456789012345678901234567890" as Sha;
const folder = temporaryFolder();
const server = await startGitServer({ root: folder });
after(() => server.close());

/** One commit a version: 998 small files, one of 300 kB, one of exactly the limit. */
const path = join(folder, "blobs.git");
const history = new HistoryBuilder(path);
const contents = Array.from({ length: 998 }, (_, n) => `{"loss":${n}}\n`);
contents.push("x".repeat(300_000), "y".repeat(MAX_BYTES));
for (const content of contents) history.commit({ files: { "metrics.json": content } });
await history.finish();
const ids = gitBytes(path, ["log", "--reverse", "--format=%H:metrics.json"]).toString();
const oids = gitBytes(path, ["cat-file", "--batch-check=%(objectname)"], ids).toString().trim().split("\n") as Sha[];

async function freshMirror(id: string): Promise<GitRepository> {
  const mirror = await mirrorOf(server, "blobs.git", { root: join(folder, "mirrors"), id });
  await fetchMirror(mirror);
  server.requests.length = 0;
  return mirror;
}

async function readAll(
  repository: GitRepository,
  wanted: readonly Sha[],
  maxBytes = MAX_BYTES,
): Promise<BlobReading[]> {
  const readings: BlobReading[] = [];
  for await (const reading of readBlobs(repository, wanted, { maxBytes })) readings.push(reading);
  return readings;
}

/** Requests that carry objects: one for each `git fetch`. */
function fetches(): number {
  return server.requests.filter(({ method }) => method === "POST").length;
}

test("readBlobs() reads a thousand of a local folder in the order asked, and none over the limit", async () => {
  const readings = await readAll(await openLocal(path), oids.toReversed());
  assert.deepEqual(
    readings.map(({ oid }) => oid),
    oids.toReversed(),
  );
  readings.toReversed().forEach((reading, n) => {
    assert.ok(!("missing" in reading));
    assert.equal(reading.size, contents[n]?.length);
    assert.equal(reading.bytes === null ? null : Buffer.from(reading.bytes).toString(), n === 998 ? null : contents[n]);
  });
});

test("readBlobs() fetches a thousand into a blobless mirror with one request, and never again", async () => {
  const mirror = await freshMirror("thousand");
  const told: number[] = [];
  const readings: BlobReading[] = [];
  const onFetched = (done: number, total: number) => told.push(done, total);
  for await (const reading of readBlobs(mirror, oids, { maxBytes: MAX_BYTES, onFetched })) readings.push(reading);
  assert.equal(readings.filter((reading) => "bytes" in reading && reading.bytes !== null).length, 999);
  assert.equal(fetches(), 1);
  assert.deepEqual(told, [1_000, 1_000]);
  await readAll(mirror, oids);
  assert.equal(fetches(), 1);
});

test("readBlobs() finds the one object that the server does not know, and brings the 999 others", async () => {
  const mirror = await freshMirror("unknown");
  const wanted = oids.toSpliced(500, 1, UNKNOWN);
  const readings = await readAll(mirror, wanted);
  assert.deepEqual(
    readings.filter((reading) => "missing" in reading),
    [{ oid: UNKNOWN, missing: true }],
  );
  assert.equal(readings.filter((reading) => "bytes" in reading && reading.bytes !== null).length, 998);
  assert.equal(readings.filter((reading) => "bytes" in reading && reading.bytes === null).length, 1);
  assert.ok(fetches() <= 25, `${fetches()} requests`);
});

test("readBlobs() gives up when a server refuses everything", async () => {
  let refuses = false;
  const refusing = await startGitServer({
    root: folder,
    fault: () => (refuses ? { kind: "status", status: 503 } : null),
  });
  after(() => refusing.close());
  const mirror = await mirrorOf(refusing, "blobs.git", { root: join(folder, "mirrors-refusing") });
  await fetchMirror(mirror);
  refuses = true;
  const before = refusing.requests.length;
  await assert.rejects(readAll(mirror, oids), { code: "remote-unreachable" });
  assert.equal(refusing.requests.length, before + 1);
});

test("readBlobs() gives each distinct object once, and a missing one of a whole repository as missing", async () => {
  const [first = UNKNOWN, second = UNKNOWN] = oids;
  const readings = await readAll(await openLocal(path), [second, UNKNOWN, first, second, first]);
  assert.deepEqual(
    readings.map(({ oid }) => oid),
    [second, UNKNOWN, first],
  );
  assert.deepEqual(readings[1], { oid: UNKNOWN, missing: true });
  assert.deepEqual(await readAll(await openLocal(path), []), []);
});

test("readBlobs() takes empty objects, and what is no blob for missing", async () => {
  const repository = await openLocal(path);
  const empty = writeObject(path, "blob", "");
  const tree = git(path, "rev-parse", "HEAD^{tree}") as Sha;
  const [nothing, noBlob, after1] = await readAll(repository, [empty, tree, oids[0] as Sha]);
  assert.deepEqual(nothing, { oid: empty, size: 0, bytes: Buffer.alloc(0) });
  assert.deepEqual(noBlob, { oid: tree, missing: true });
  assert.ok(after1 && "bytes" in after1 && String(after1.bytes) === contents[0]);
});

test("readBlobs() can be left early, and leaves nothing running", async () => {
  for await (const reading of readBlobs(await openLocal(path), oids, { maxBytes: MAX_BYTES })) {
    assert.equal(reading.oid, oids[0]);
    break;
  }
});

test("readBlobs() takes damaged objects for missing, loose or packed, and reads the others", async () => {
  const broken = join(folder, "broken.git");
  const versions = new HistoryBuilder(broken);
  for (let n = 0; n < 3; n += 1)
    versions.commit({ files: { [`f${n}`]: createHash("sha256").update(String(n)).digest("hex") } });
  await versions.finish();
  const [first, second, third] = [0, 1, 2].map((n) => git(broken, "rev-parse", `HEAD:f${n}`) as Sha) as [Sha, Sha, Sha];
  git(broken, "repack", "-q", "-a", "-d");
  damagePacked(broken, second);
  const loose = writeObject(broken, "blob", "soon damaged");
  const file = join(broken, "objects", loose.slice(0, 2), loose.slice(2));
  rmSync(file);
  writeFileSync(file, "no zlib stream");
  const readings = await readAll(await openLocal(broken), [first, loose, second, third]);
  assert.deepEqual(
    readings.map(({ oid }) => oid),
    [first, loose, second, third],
  );
  assert.deepEqual(
    readings.map((reading) => "missing" in reading),
    [false, true, true, false],
  );
});

/** Overwrites the middle of an object's compressed bytes in its pack. */
function damagePacked(repository: string, oid: Sha): void {
  const packs = join(repository, "objects/pack");
  const pack = join(packs, readdirSync(packs).find((name) => name.endsWith(".pack")) as string);
  const line = git(repository, "verify-pack", "-v", pack)
    .split("\n")
    .find((text) => text.startsWith(oid)) as string;
  const [, , , packed = 0, offset = 0] = line.split(/ +/).map(Number);
  const bytes = readFileSync(pack);
  bytes.fill(0xff, offset + 4, offset + packed - 4);
  chmodSync(pack, 0o644);
  writeFileSync(pack, bytes);
}

test("presentBlobs() tells what a blobless mirror holds without fetching", async () => {
  const mirror = await freshMirror("present");
  assert.deepEqual(await presentBlobs(mirror, oids.slice(0, 10)), new Set());
  await readAll(mirror, oids.slice(0, 4));
  const before = fetches();
  assert.deepEqual(await presentBlobs(mirror, [...oids.slice(0, 10), UNKNOWN]), new Set(oids.slice(0, 4)));
  assert.equal(fetches(), before);
});

test("readBlob() and readPath() read one object", async () => {
  const repository = await openLocal(path);
  const head = git(path, "rev-parse", "HEAD") as Sha;
  const reading = await readBlob(repository, oids[3] as Sha, { maxBytes: 100 });
  assert.ok("bytes" in reading && String(reading.bytes) === contents[3]);
  const last = await readPath(repository, head, "metrics.json", { maxBytes: MAX_BYTES });
  assert.ok(last && "bytes" in last && last.bytes?.length === MAX_BYTES);
  const large = await readPath(repository, head, "metrics.json", { maxBytes: MAX_BYTES - 1 });
  assert.deepEqual(large, { oid: oids[999], size: MAX_BYTES, bytes: null });
  for (const absent of ["absent", "metrics", "metrics.json/x", "-x", "--help", "../x", "*.json", ":(glob)*"]) {
    assert.equal(await readPath(repository, head, absent, { maxBytes: 100 }), null, absent);
  }
});

test("readPath() finds a path of any bytes", async () => {
  const odd = new HistoryBuilder(join(folder, "odd.git"));
  const files = new Map<string | Buffer, string>([
    [Buffer.from("caf\xe9.json", "latin1"), "latin"],
    ["caf\\xe9.json", "the letters of an escape"],
    ["-rf", "dash"],
    ["[a]*?.json", "glob"],
    ["a/日本 🌊/x.json", "deep"],
    ["new\nline", "line"],
  ]);
  const mark = odd.commit({ files });
  const sha = (await odd.finish())(mark);
  const repository = await openLocal(join(folder, "odd.git"));
  for (const [key, content] of files) {
    const name = decodeName(Buffer.from(key));
    const reading = await readPath(repository, sha, name, { maxBytes: 100 });
    assert.ok(reading && "bytes" in reading && String(reading.bytes) === content, name);
  }
});
