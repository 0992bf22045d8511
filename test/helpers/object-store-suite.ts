// What every store of the archive's objects has to do, whatever it is: one suite for the port.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { LocalFile, ObjectStore, StoredObject } from "../../src/archive/object-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const NEVER = new AbortController().signal;
/** What a store's clock may differ from ours, in milliseconds. */
const CLOCK_MS = 15_000;

/** @returns a file with this content, in a folder for it */
export function localFile(folder: string, content: Buffer): LocalFile {
  const sha256 = createHash("sha256").update(content).digest("hex");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${sha256.slice(0, 16)}.file`);
  writeFileSync(path, content);
  return { path, bytes: content.length, sha256 };
}

/** @returns as many bytes that no compression shortens, the same for the same number */
export function noise(bytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(bytes);
  let state = seed;
  for (let at = 0; at + 4 <= bytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    content.writeInt32LE(state, at);
  }
  return content;
}

/** @returns all that a store lists */
export async function listed(store: ObjectStore, prefix: string): Promise<StoredObject[]> {
  return Array.fromAsync(store.list(prefix, NEVER));
}

/** @returns a store's code of failure, and what it said */
export async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => assert.fail("it went well"),
    (failure: unknown) => failure as Error & { code?: string },
  );
  return { code: error.code ?? error.name, message: error.message };
}

/** A store that the suite is run on. */
export interface TestedStore {
  readonly name: string;
  /** makes it, empty, once the suite begins */
  readonly open: () => Promise<ObjectStore> | ObjectStore;
  /** why it cannot run */
  readonly skip: string | false;
  /** why writers of one key at the same moment cannot be told to be refused */
  readonly noRaces?: string;
}

/** Declares the suite. */
export function testObjectStore({ name, open, skip, noRaces }: TestedStore): void {
  describe(`a store of objects: ${name}`, { skip }, () => {
    const folder = temporaryFolder();
    let store: ObjectStore;
    let copies = 0;
    const copy = (): string => join(folder, `copy-${(copies += 1)}`);
    before(async () => {
      store = await open();
    });

    test("writes what is read back byte for byte, whole and in parts, and says when", async () => {
      const started = Date.now();
      for (const content of [Buffer.alloc(0), Buffer.from("one"), noise(300_000), noise(13 * 1024 * 1024)]) {
        const file = localFile(folder, content);
        const key = `values/bucket=63/${file.sha256.slice(0, 32)}.parquet`;
        assert.equal(await store.put(key, file, NEVER), "written");
        const to = copy();
        assert.deepEqual(await store.download(key, to, NEVER), { bytes: file.bytes, sha256: file.sha256 });
        assert.ok(readFileSync(to).equals(content));
        assert.equal(statSync(to).mode & 0o777, 0o600);
        const found = await store.head(key, NEVER);
        assert.deepEqual([found?.key, found?.bytes], [key, file.bytes]);
        const off = Math.abs((found?.writtenAt.getTime() ?? 0) - started);
        assert.ok(off < CLOCK_MS + Date.now() - started, `written ${off} ms off`);
      }
    });

    test("keeps what is there: the same once more is no error, another content is", async () => {
      for (const bytes of [5_000, 12 * 1024 * 1024]) {
        const [first, same, other] = [noise(bytes, 7), noise(bytes, 7), noise(bytes, 8)];
        const key = `keeps/${bytes}`;
        const file = localFile(join(folder, "first"), first);
        assert.equal(await store.put(key, file, NEVER), "written");
        assert.equal(await store.put(key, localFile(join(folder, "same"), same), NEVER), "there");
        const differs = await failureOf(store.put(key, localFile(folder, other), NEVER));
        assert.equal(differs.code, "archive-object-differs");
        assert.ok(differs.message.includes(key), differs.message);
        const longer = await failureOf(store.put(key, localFile(folder, noise(bytes + 4, 7)), NEVER));
        assert.match(longer.message, new RegExp(`found ${bytes} bytes`));
        assert.equal((await store.download(key, copy(), NEVER)).sha256, file.sha256);
      }
    });

    test("lets one of many writers of one key win, and all of one content be content", {
      skip: noRaces ?? false,
    }, async () => {
      for (const bytes of [2_000, 11 * 1024 * 1024]) {
        const writers = bytes < 10_000 ? 12 : 4;
        const key = `many/${bytes}`;
        const files = Array.from({ length: writers }, (_, n) => localFile(folder, noise(bytes, n + 20)));
        const outcomes = await Promise.allSettled(files.map((file) => store.put(key, file, NEVER)));
        const winners = files.filter((_, n) => outcomes[n]?.status === "fulfilled");
        assert.equal(winners.length, 1, JSON.stringify(outcomes));
        for (const outcome of outcomes) {
          if (outcome.status === "rejected")
            assert.equal(outcome.reason.code, "archive-object-differs", String(outcome.reason));
        }
        assert.equal((await store.download(key, copy(), NEVER)).sha256, winners[0]?.sha256);
        const same = await Promise.all(files.map(() => store.put(`${key}-same`, files[0] as LocalFile, NEVER)));
        assert.ok(same.includes("written"), same.join(" "));
      }
    });

    test("tells of what is not there, leaves no file then, and removes it without a word", async () => {
      assert.equal(await store.head("none/at/all", NEVER), null);
      const to = copy();
      const missing = await failureOf(store.download("none/at/all", to, NEVER));
      assert.equal(missing.code, "archive-object-missing");
      assert.ok(!existsSync(to));
      await store.remove(["none/at/all", "none/other"], NEVER);
      await store.remove([], NEVER);
    });

    test("takes no file for another, nor one that is there", async () => {
      const file = localFile(folder, noise(1_000, 3));
      await store.put("local/one", file, NEVER);
      const to = copy();
      writeFileSync(to, "mine");
      assert.equal((await failureOf(store.download("local/one", to, NEVER))).code, "file-unwritable");
      assert.equal(readFileSync(to, "utf8"), "mine");
      const gone = { ...file, path: join(folder, "gone") };
      assert.equal((await failureOf(store.put("local/two", gone, NEVER))).code, "file-unreadable");
      for (const bytes of [1_000, 9 * 1024 * 1024]) {
        const changed = { ...localFile(folder, noise(bytes, 4)), sha256: file.sha256 };
        assert.equal((await failureOf(store.put("local/two", changed, NEVER))).code, "file-unreadable");
      }
      truncateSync(file.path, 999);
      assert.equal((await failureOf(store.put("local/two", file, NEVER))).code, "file-unreadable");
      assert.equal(await store.head("local/two", NEVER), null);
    });

    test("lists in the order of keys, by any beginning, and removes many at once", async () => {
      const keys = ["l/a/2", "l/a-b/1", "l/a.b", "l/a/10", "l/a=1/x", "l/aa", "l/b", "l/A", "l/a/b/c", "l/a0"];
      const file = localFile(folder, Buffer.from("listed"));
      for (const key of keys) await store.put(key, file, NEVER);
      const sorted = keys.toSorted();
      assert.deepEqual(
        (await listed(store, "l/")).map(({ key }) => key),
        sorted,
      );
      assert.deepEqual(
        (await listed(store, "")).map(({ key }) => key).filter((key) => key.startsWith("l/")),
        sorted,
      );
      for (const prefix of ["l/a", "l/a/", "l/a/1", "l/a=", "l/x"]) {
        const found = (await listed(store, prefix)).map(({ key }) => key);
        assert.deepEqual(
          found,
          sorted.filter((key) => key.startsWith(prefix)),
          prefix,
        );
      }
      assert.equal((await listed(store, "l/b"))[0]?.bytes, 6);
      await store.remove([...keys.slice(0, 8), "l/none"], NEVER);
      assert.deepEqual(
        (await listed(store, "l/")).map(({ key }) => key),
        keys.slice(8).toSorted(),
      );
    });

    test("refuses keys that lead elsewhere", async () => {
      for (const key of [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "a/../b",
        ".a",
        "a/.b",
        "a b",
        "ä",
        "a\\b",
        "a\0",
        "a".repeat(501),
      ]) {
        const wrong = [
          () => store.uri(key),
          async () => store.head(key, NEVER),
          async () => store.put(key, localFile(folder, Buffer.from("x")), NEVER),
          async () => store.remove([key], NEVER),
        ];
        for (const each of wrong) await assert.rejects(async () => each(), { code: "internal" }, JSON.stringify(key));
      }
    });

    test("stops when it is told to, and leaves nothing", async () => {
      const reason = new Error("enough");
      const stopped = AbortSignal.abort(reason);
      const file = localFile(folder, noise(9 * 1024 * 1024, 5));
      const to = copy();
      const works = [
        () => store.put("stop/one", file, stopped),
        () => store.download("local/one", to, stopped),
        () => store.head("local/one", stopped),
        () => Array.fromAsync(store.list("", stopped)),
        () => store.remove(["local/one"], stopped),
        () => store.now(stopped),
        () => store.probe(stopped),
      ];
      for (const work of works) await assert.rejects(work(), reason);
      const soon = new AbortController();
      setImmediate(() => soon.abort(reason));
      await assert.rejects(store.put("stop/two", file, soon.signal), reason);
      assert.deepEqual(await listed(store, "stop/"), []);
      assert.ok(!existsSync(to));
      assert.notEqual(await store.head("local/one", NEVER), null);
    });

    test("names objects for engines, and has a clock", async () => {
      assert.match(
        store.uri("values/bucket=1/a.parquet"),
        /^(?:file:\/\/\/|s3:\/\/[\w-]+\/).*values\/bucket=1\/a\.parquet$/,
      );
      const off = Math.abs((await store.now(NEVER)).getTime() - Date.now());
      assert.ok(off < CLOCK_MS, `${off} ms off`);
    });

    test("passes the probe, which leaves nothing", async () => {
      await store.probe(NEVER);
      await Promise.all([store.probe(NEVER), store.probe(NEVER)]);
      assert.deepEqual(await listed(store, "probe"), []);
    });
  });
}
