// The commits of a chart's points that are archived: nothing is asked of them but when they were made, and their ids.
import { hash } from "node:crypto";
import { rising } from "../archive/positions.ts";
import type { RepositoryId } from "../domain/model.ts";
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
  return times.flatMap(({ position, committedAt, sha }) => {
    const ordinal = byPosition.get(position);
    return ordinal === undefined ? [] : [{ ordinal, position, committedAt, sha: sha.slice(0, POINT_DIGITS) }];
  });
}
