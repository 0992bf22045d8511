// Opens the place that the settings name. The SDK is loaded where it is used: it takes longer than most commands.
import type { ArchivePlace } from "../archive-place.ts";
import type { EgressAllowance } from "../outbound.ts";
import { FolderStore } from "./folder-store.ts";
import type { ObjectStore } from "./object-store.ts";

/**
 * Opens the archive's store; nobody is asked yet, `probe()` does.
 * @param place of the settings
 * @param allow where Tidemark may connect to; the server that the place names is allowed by that
 */
export async function openObjectStore(place: ArchivePlace, allow: EgressAllowance): Promise<ObjectStore> {
  if (place.kind === "folder") return new FolderStore(place);
  const { S3Store } = await import("./s3-store.ts");
  return new S3Store(place, allow);
}
