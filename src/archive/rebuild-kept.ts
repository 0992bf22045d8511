// Which commits of segments are still there, and whose line they are on today: what stayed of them in Postgres says it.
import { createHash } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { RepositoryId } from "../domain/model.ts";
import type { StoredSegment } from "../store/archive-manifest.ts";
import { type ArchivedChunk, commitIn, readArchivedBetween } from "../store/archived-commit.ts";
import type { Reader } from "../store/database.ts";
import { StagedRows } from "./staged-rows.ts";

/** Chunks of 1,024 commits that are read at a time. */
const BATCH_COMMITS = 8 * 1_024;

/** What of a repository is written anew: neighbours, of all kinds. */
export interface RebuildPart {
  readonly repositoryId: RepositoryId;
  readonly segments: readonly StoredSegment[];
}

/** @returns the positions of a part, both included */
export function rangeOf({ segments }: RebuildPart): { readonly first: number; readonly last: number } {
  return {
    first: Math.min(...segments.map(({ first }) => first)),
    last: Math.max(...segments.map(({ last }) => last)),
  };
}

/**
 * Puts into the table `kept` what stays of the commits in Postgres: it is right about their lines, and about which are still
 * there.
 * @returns beside the parts: of `keptFacts()`
 */
export async function stageKept(
  store: Reader,
  connection: DuckDBConnection,
  parts: readonly RebuildPart[],
): Promise<readonly string[]> {
  const rows = await StagedRows.open(
    connection,
    "kept",
    "repository_id INTEGER, position INTEGER, ordinal INTEGER, line INTEGER",
  );
  const facts: string[] = [];
  for (const part of parts) {
    facts.push(
      await keptFacts(store, part, ({ position, ordinal, line }) => {
        rows.add(Number(part.repositoryId), position, ordinal, line === 0 ? null : line);
      }),
    );
  }
  rows.close();
  return facts;
}

/** @returns a text that is another one as soon as a line is, or a commit is gone */
export async function keptFacts(
  reader: Reader,
  part: RebuildPart,
  each: (commit: NonNullable<ReturnType<typeof commitIn>>) => void,
): Promise<string> {
  const digest = createHash("sha256");
  const { first, last } = rangeOf(part);
  for (let from = first - (first % BATCH_COMMITS); from <= last; from += BATCH_COMMITS) {
    const to = Math.min(last, from + BATCH_COMMITS - 1);
    for (const chunk of await readArchivedBetween(reader, part.repositoryId, from, to)) {
      for (const commit of commitsIn(chunk, Math.max(first, from), to)) {
        digest.update(`${commit.position} ${commit.line} `);
        each(commit);
      }
    }
  }
  return digest.digest("hex");
}

function* commitsIn(chunk: ArchivedChunk, first: number, last: number) {
  for (let position = Math.max(first, chunk.position); position <= last; position++) {
    if (position >= chunk.position + chunk.shas.length) return;
    const commit = commitIn(chunk, position);
    if (commit !== null) yield commit;
  }
}
