// Mirrors for who asks without the repository's lease: whole ones, made again where the cache was thrown away.
import { fetchMirror, isUnfinished, type MirrorPlace, openMirror } from "./mirror.ts";
import { mirrorFolder } from "./mirror-folder.ts";
import type { GitRepository } from "./repository.ts";

/** Mirrors that this process makes just now: who comes meanwhile waits for them. */
const making = new Map<string, Promise<GitRepository>>();

/**
 * Opens a mirror to read from. Where there is none, all of it is fetched again.
 * @throws TidemarkError those of `openMirror()` and `fetchMirror()`
 */
export async function openWholeMirror(place: Omit<MirrorPlace, "beside">): Promise<GitRepository> {
  const folder = mirrorFolder(place);
  let made = making.get(folder);
  if (made === undefined) {
    made = make(place);
    making.set(folder, made);
    // before anybody goes on, whether it went well or not
    const end = (): void => void making.delete(folder);
    made.then(end, end);
  }
  return made;
}

async function make(place: MirrorPlace): Promise<GitRepository> {
  const mirror = await openMirror({ ...place, beside: true });
  if (isUnfinished(mirror)) await fetchMirror(mirror);
  return mirror;
}
