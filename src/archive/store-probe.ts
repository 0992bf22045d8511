// Tries a store before anything is entrusted to it: what it must do, with objects of its own that are removed again.
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { LocalFile, ObjectStore } from "./object-store.ts";

/** How this store writes and reads, each way of its own. */
export interface StoreWays {
  /** by what people call them: "in one request", "in parts" */
  readonly puts: Readonly<Record<string, (key: string, file: LocalFile) => Promise<"written" | "there">>>;
  /** reads so many bytes of an object, from this one on; null: by no way of its own */
  readonly readPart: ((key: string, from: number, bytes: number) => Promise<Buffer>) | null;
}

/** Where the probe's objects are. One whose process died is an orphan like any other. */
const FOLDER = "probe";

/** @throws TidemarkError `archive-store-unfit` with what the store does otherwise; what else fails as it is */
export async function probeStore(store: ObjectStore, ways: StoreWays, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-probe-"));
  try {
    for (const [way, put] of Object.entries(ways.puts)) {
      const key = `${FOLDER}/${randomUUID()}`;
      const probe = new Probe({ store, key, folder, way, signal });
      try {
        await probe.writes(put);
        await probe.reads(ways.readPart);
      } finally {
        await store.remove([key], signal);
      }
      await probe.isGone();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Probed {
  readonly store: ObjectStore;
  readonly key: string;
  readonly folder: string;
  readonly way: string;
  readonly signal: AbortSignal;
}

class Probe {
  readonly #probed: Probed;
  readonly #content = Buffer.from(`first ${randomUUID()}`);

  constructor(probed: Probed) {
    this.#probed = probed;
  }

  async writes(put: (key: string, file: LocalFile) => Promise<"written" | "there">): Promise<void> {
    const { key, folder, way } = this.#probed;
    const first = await fileOf(join(folder, randomUUID()), this.#content);
    const second = await fileOf(join(folder, randomUUID()), Buffer.from(`other ${randomUUID()}`));
    await put(key, first);
    const refused = await put(key, second).then(
      () => false,
      (error: unknown) => {
        if (isTidemarkError(error, "archive-object-differs")) return true;
        throw error;
      },
    );
    if (!refused)
      throw this.#unfit(`a second write ${way} that was let through`, "a store that keeps If-None-Match: *");
    // an answer that is lost makes us write once more
    await put(key, first).catch((error: unknown) => {
      if (!isTidemarkError(error, "archive-object-differs")) throw error;
      throw this.#unfit(`an object written ${way} without what was said of it`, "a store that keeps x-amz-meta-sha256");
    });
  }

  async reads(readPart: StoreWays["readPart"]): Promise<void> {
    const { store, key, folder, way, signal } = this.#probed;
    const there = await store.head(key, signal);
    const wanted = "what was written";
    if (there?.bytes !== this.#content.length) throw this.#unfit(`another length of what was written ${way}`, wanted);
    const copy = join(folder, randomUUID());
    await store.download(key, copy, signal);
    if ((await readFile(copy, "latin1")) !== this.#content.toString("latin1")) {
      throw this.#unfit(`another content than was written ${way}`, wanted);
    }
    const part = await readPart?.(key, 7, 9);
    if (part !== undefined && part.toString("latin1") !== this.#content.subarray(7, 16).toString("latin1")) {
      throw this.#unfit("another part than was asked for", "a store that reads parts (Range)");
    }
    const listed = [];
    for await (const object of store.list(key, signal)) listed.push(object.key);
    if (listed.join(" ") !== key) throw this.#unfit("a list without what was written", "a store that lists at once");
  }

  async isGone(): Promise<void> {
    const { store, key, signal } = this.#probed;
    if ((await store.head(key, signal)) === null) return;
    throw this.#unfit("an object that was removed and is there", "a store that removes");
  }

  #unfit(found: string, wanted: string): TidemarkError {
    const { place } = this.#probed.store;
    return new TidemarkError("archive-store-unfit", { attempt: "keep the archive in", value: place, found, wanted });
  }
}

async function fileOf(path: string, content: Buffer): Promise<LocalFile> {
  await writeFile(path, content, { mode: 0o600 });
  return { path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
