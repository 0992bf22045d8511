// The port of places that keep the archive's objects: a folder, or S3 and what speaks like it.

/** A file on this machine's disk that is to become an object. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  /** of its content, lower-case hex */
  readonly sha256: string;
}

/** What a store knows of an object. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** by the store's own clock */
  readonly writtenAt: Date;
}

/** What arrived of an object. */
export interface DownloadedObject {
  readonly bytes: number;
  /** of the bytes that arrived, lower-case hex */
  readonly sha256: string;
}

/**
 * Keeps objects that never change: a key is written once, and names its content. Keys are relative: segments of
 * `a-z A-Z 0-9 . _ = -` with slashes between them. Every method honours its signal, and every failure is a TidemarkError
 * that names the store and the key and no secret: `archive-store-unreachable` may pass by itself, all else will not.
 */
export interface ObjectStore {
  readonly kind: "folder" | "s3";
  /** how people and texts name it: the folder's path, or s3://bucket/prefix */
  readonly place: string;
  /** What engines name an object: file:///… or s3://bucket/prefix/key. */
  uri(key: string): string;
  /**
   * Writes an object unless one with this content is there: then that one stays. Never leaves a part under the key.
   * @throws TidemarkError `archive-object-differs` where the key holds something else, which stays as it is
   */
  put(key: string, file: LocalFile, signal: AbortSignal): Promise<"written" | "there">;
  /** Reads an object into a new local file. @throws TidemarkError `archive-object-missing`; no file is left then */
  download(key: string, to: string, signal: AbortSignal): Promise<DownloadedObject>;
  /** @returns null where there is none */
  head(key: string, signal: AbortSignal): Promise<StoredObject | null>;
  /** Objects whose keys begin so, in the order of their keys. Only upkeep lists: no question is answered by it. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>;
  /** Removes objects; what is not there is no error. */
  remove(keys: readonly string[], signal: AbortSignal): Promise<void>;
  /** The store's own clock: objects' ages are told by it. */
  now(signal: AbortSignal): Promise<Date>;
  /**
   * Tries everything that the archive relies on, with an object of its own: write, refusal of a second write, read, range,
   * removal. @throws TidemarkError `archive-store-unfit` with what it does otherwise
   */
  probe(signal: AbortSignal): Promise<void>;
}
