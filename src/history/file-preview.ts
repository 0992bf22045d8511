// What a few files hold, read as metric files before anybody has chosen them: how many numbers, and some of the keys.
import { MetricPathMatcher } from "../domain/metric-paths.ts";
import type { Reading, Sha } from "../domain/model.ts";
import { isProvenanceName } from "../domain/provenance.ts";
import { numberOf } from "../domain/value.ts";
import type { GitRepository } from "../git/repository.ts";
import { FileVersionReader } from "./file-versions.ts";
import { PathIdentities } from "./path-identities.ts";

/** Keys that are shown of a file. */
const MAX_KEYS = 12;

/** What one version of a file holds. */
export interface FilePreview {
  readonly path: string;
  readonly adapter: string;
  /** values that are numbers, also as text; versions and times do not count */
  readonly numbers: number;
  readonly values: number;
  /** some keys, those of numbers first */
  readonly keys: readonly string[];
  /** why it holds nothing, in words for people */
  readonly problem: string | null;
}

/**
 * Reads one version of each file, with row names inferred from that version alone.
 * @returns in the order asked
 * @throws TidemarkError those of `readBlobs()`
 */
export async function previewFiles(
  repository: GitRepository,
  files: readonly { readonly path: string; readonly oid: Sha }[],
  signal?: AbortSignal,
): Promise<FilePreview[]> {
  const reader = new FileVersionReader(repository, new MetricPathMatcher([]), new PathIdentities());
  const groups = files.map(({ path, oid }, id) => ({
    versions: [{ id, path, oid, kind: "file" as const, commit: id }],
    isSample: true,
  }));
  const previews: FilePreview[] = [];
  for await (const { id, reading } of reader.read(groups, signal)) {
    previews[id] = previewOf(files[id]?.path ?? "", reading);
  }
  return previews;
}

function previewOf(path: string, { adapter, document, problem }: Reading): FilePreview {
  const keys = document?.keys ?? [];
  const isNumber = keys.map(
    (key, index) => numberOf(document?.values[index] ?? null) !== null && !isProvenanceName(lastNameOf(key)),
  );
  const numbers = isNumber.filter(Boolean).length;
  const first = keys.filter((_, index) => isNumber[index]).slice(0, MAX_KEYS);
  const others = keys.filter((_, index) => !isNumber[index]).slice(0, MAX_KEYS - first.length);
  return {
    path,
    adapter,
    numbers,
    values: keys.length,
    keys: [...first, ...others],
    problem: problem?.message ?? null,
  };
}

function lastNameOf(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
