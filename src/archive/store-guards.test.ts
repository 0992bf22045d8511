// Tests that every guard of the stores is missed when it is gone: by what then happens to an object (D17, D23).
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type FakeS3, startFakeS3 } from "../../test/helpers/fake-s3.ts";
import { localFile, noise } from "../../test/helpers/object-store-suite.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { PUBLIC_ONLY } from "../outbound.ts";
import type * as folders from "./folder-store.ts";
import type { ObjectStore } from "./object-store.ts";
import type * as buckets from "./s3-store.ts";

/** The stores as they are, or as they would be without one of their guards. */
type Stores = typeof folders & typeof buckets;

/** A text that is taken out, or replaced, what is tried, and what comes of it while the text is there. */
interface Guard {
  readonly file: string;
  readonly text: string;
  readonly instead?: string;
  readonly probe: (stores: Stores) => Promise<unknown>;
  readonly answer: unknown;
}

const NEVER = new AbortController().signal;
const KEY = "values/bucket=0/one.parquet";
const MIB = 1024 * 1024;
const folder = temporaryFolder();
const small = localFile(folder, noise(3_000, 1));
const other = localFile(folder, noise(3_000, 2));
const [large, larger] = [localFile(folder, noise(7 * MIB, 3)), localFile(folder, noise(7 * MIB, 4))];
/** Says of itself that it holds what it does not. */
const changed = { ...other, sha256: small.sha256 };

let fake: FakeS3;
let places = 0;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

const PARTS = { partsAbove: 6 * MIB, partBytes: 5 * MIB, pieceBytes: 6 * MIB, wallMs: 5_000 };
const s3 = (stores: Stores, blindly = false): ObjectStore =>
  new stores.S3Store(fake.place(), PUBLIC_ONLY, { ...PARTS, blindly });
const folderOf = (stores: Stores): ObjectStore =>
  new stores.FolderStore({ kind: "folder", folder: join(folder, `place-${(places += 1)}`) });
const putTwice = async (store: ObjectStore, first = small, second = other): Promise<string> => {
  await store.put(KEY, first, NEVER);
  return store.put(KEY, second, NEVER);
};

const GUARDS: readonly Guard[] = [
  {
    file: "s3-upload.ts",
    text: "...IF_NONE, Body",
    instead: "Body",
    probe: (stores) => putTwice(s3(stores)),
    answer: "archive-object-differs",
  },
  {
    file: "s3-upload.ts",
    text: "...upload, ...IF_NONE",
    instead: "...upload",
    probe: (stores) => putTwice(s3(stores, true), large, larger),
    answer: "archive-object-differs",
  },
  {
    file: "s3-upload.ts",
    text: " && sha256 === this.#file.sha256",
    probe: (stores) => putTwice(s3(stores)),
    answer: "archive-object-differs",
  },
  {
    file: "s3-upload.ts",
    text: "if (sha256 !== this.#file.sha256) throw changedFile(this.#file.path);",
    probe: (stores) => s3(stores).put(KEY, changed, NEVER),
    answer: "file-unreadable",
  },
  {
    file: "s3-upload.ts",
    text: "await this.#bucket.send(new AbortMultipartUploadCommand(upload), soon).catch(() => undefined);",
    probe: async (stores) => {
      fake.fail(/^PUT/, { kind: "status", status: 403, code: "AccessDenied" });
      await s3(stores)
        .put(KEY, large, NEVER)
        .catch(() => undefined);
      return fake.uploads.size;
    },
    answer: 0,
  },
  {
    file: "s3-upload.ts",
    text: "isConflict(error) || ",
    probe: async (stores) => {
      fake.fail(/^PUT/, { kind: "status", status: 409, code: "ConditionalRequestConflict" });
      return s3(stores).put(KEY, small, NEVER);
    },
    answer: "written",
  },
  {
    file: "s3-download.ts",
    text: ", IfMatch: etag",
    probe: async (stores) => {
      const store = s3(stores);
      await store.put(KEY, large, NEVER);
      const kept = fake.objects.get(`p/${KEY}`)!;
      fake.asked.push = (said) => {
        if (said.startsWith("GET")) fake.objects.set(`p/${KEY}`, { ...kept, content: readFileSync(larger.path) });
        return 0;
      };
      return (await store.download(KEY, join(folder, `copy-${(places += 1)}`), NEVER)).bytes;
    },
    answer: "archive-object-differs",
  },
  {
    file: "s3-client.ts",
    text: 'requestChecksumCalculation: "WHEN_REQUIRED",',
    probe: (stores) => s3(stores).put(KEY, small, NEVER),
    answer: "written",
  },
  {
    file: "s3-client.ts",
    text: "maxAttempts: MAX_ATTEMPTS",
    instead: "maxAttempts: 1",
    probe: (stores) => {
      fake.fail(/^PUT/, { kind: "status", status: 500, code: "InternalError" });
      return s3(stores).put(KEY, small, NEVER);
    },
    answer: "written",
  },
  {
    file: "s3-store.ts",
    text: 'request.headers["content-md5"] =',
    instead: "void",
    probe: async (stores) => {
      const store = s3(stores);
      await store.put(KEY, small, NEVER);
      await store.remove([KEY], NEVER);
      return fake.objects.size;
    },
    answer: 0,
  },
  {
    file: "s3-store.ts",
    text: ", blindly: true",
    probe: (stores) => {
      const has = fake.objects.has.bind(fake.objects);
      fake.objects.has = (key) => has(key) && !fake.asked.at(-1)?.startsWith("POST");
      return s3(stores).probe(NEVER);
    },
    answer: "archive-store-unfit",
  },
  {
    file: "folder-store.ts",
    text: "await link(underWay, path);",
    instead: 'await (await import("node:fs/promises")).copyFile(underWay, path);',
    probe: async (stores) => {
      const store = folderOf(stores);
      const outcomes = await Promise.allSettled([small, other].map((file) => store.put(KEY, file, NEVER)));
      return outcomes.filter(({ status }) => status === "fulfilled").length;
    },
    answer: 1,
  },
  {
    file: "folder-store.ts",
    text: 'if ((await sha256Of(handle, signal)) !== file.sha256) throw differentObject(path, "another content");',
    probe: (stores) => putTwice(folderOf(stores)),
    answer: "archive-object-differs",
  },
  {
    file: "folder-store.ts",
    text: "if (bytes !== file.bytes || sha256 !== file.sha256) throw changedFile(file.path);",
    probe: (stores) => folderOf(stores).put(KEY, changed, NEVER),
    answer: "file-unreadable",
  },
  {
    file: "folder-store.ts",
    text: "await unlink(underWay);",
    probe: async (stores) => {
      const store = folderOf(stores);
      await store.put(KEY, small, NEVER);
      return readdirSync(join(store.place, "values", "bucket=0"));
    },
    answer: ["one.parquet"],
  },
  {
    file: "local-file.ts",
    text: "await rm(this.#path, { force: true });",
    probe: async (stores) => {
      const store = s3(stores);
      await store.put(KEY, small, NEVER);
      fake.fail(/^GET/, { kind: "status", status: 403, code: "AccessDenied" });
      const to = join(folder, `copy-${(places += 1)}`);
      await store.download(KEY, to, NEVER).catch(() => undefined);
      return existsSync(to);
    },
    answer: false,
  },
];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const guard = /\?without=\d+$/.exec(context.parentURL ?? "")?.[0];
    if (guard === undefined || !specifier.startsWith(".") || !found.url.includes("/src/archive/")) return found;
    return { ...found, url: found.url + guard };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    const guard = GUARDS[Number(/\?without=(\d+)$/.exec(url)?.[1] ?? -1)];
    if (guard === undefined || !new URL(url).pathname.endsWith(`/src/archive/${guard.file}`)) return loaded;
    const program = readFileSync(new URL(url), "utf8");
    assert.equal(program.split(guard.text).length, 2, `${guard.text} is not where it was, or twice`);
    return { ...loaded, source: program.replace(guard.text, () => guard.instead ?? "") };
  },
});

async function load(query: string): Promise<Stores> {
  const modules = await Promise.all(
    ["folder-store", "s3-store"].map((name) => import(`./${name}.ts${query}`) as Promise<object>),
  );
  return Object.assign({}, ...modules) as Stores;
}

/** What a probe finds, or the code of what it fails with. */
async function answerOf(guard: Guard, stores: Stores): Promise<unknown> {
  return guard.probe(stores).catch((error: unknown) => (error as { code?: string }).code ?? String(error));
}

for (const [number, guard] of GUARDS.entries()) {
  const words = `${guard.text.slice(0, 60)} of ${guard.file}`;
  test(`a store does what it should: ${words}`, async () => {
    assert.deepEqual(await answerOf(guard, await load("")), guard.answer);
  });
  test(`a store without ${words} does something else`, async () => {
    assert.notDeepEqual(await answerOf(guard, await load(`?without=${number}`)), guard.answer);
  });
}
