// The commits of a chart's points that are archived: the archive tells when they were made, Postgres their ids.
import { hash } from "node:crypto";
import { rising } from "../archive/positions.ts";
import type { RepositoryId } from "../domain/model.ts";
import { readArchivedShas } from "../store/archived-commit.ts";
import type { LinePart } from "../store/commit-page.ts";
import type { Reader } from "../store/organization-store.ts";
import type { PointCommit } from "../store/series-page.ts";
import { archivedOf } from "./archived-rows.ts";
import { archivedStretch } from "./archived-runs.ts";

/** Digits of a point's commit. */
const POINT_DIGITS = 12;

/** @returns those of a line's commits with these ordinals that are archived. @throws ArchiveWanted */
export async function archivedPoints(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
  ordinals: ReadonlySet<number>,
): Promise<PointCommit[]> {
  const archived = archivedOf(reader);
  const { positions } = await archivedStretch(reader, archived, repository, parts);
  const byPosition = new Map<number, number>();
  for (const ordinal of ordinals) {
    const position = positions[ordinal] ?? -1;
    if (position >= 0) byPosition.set(position, ordinal);
  }
  if (archived === null || byPosition.size === 0) return [];
  const wanted = rising(new Set(byPosition.keys()));
  const key = `times ${hash("sha256", wanted)}`;
  const times = archived.ask(key, (archive, of, signal) => archive.times(of, wanted, signal));
  const shas = await readArchivedShas(reader, repository, wanted);
  return times.flatMap(({ position, committedAt }) => {
    const [ordinal, sha] = [byPosition.get(position), shas.get(position)];
    if (ordinal === undefined || sha === undefined) return [];
    return [{ ordinal, position, committedAt, sha: sha.slice(0, POINT_DIGITS) }];
  });
}
