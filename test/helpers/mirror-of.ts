// A mirror of a repository that a test server serves.
import type { Secret } from "../../src/secrets.ts";
import { openMirror } from "../../src/git/mirror.ts";
import type { GitRepository, MirrorQuota } from "../../src/git/repository.ts";
import { checkRemote, type EgressAllowance } from "../../src/outbound.ts";
import type { GitServer } from "./git-server.ts";

/** What tests may reach: their own servers. */
export const TEST_EGRESS: EgressAllowance = { http: true, loopback: true, entries: [] };

/** Opens (and makes) the mirror `id` below `root` of `name` on a test server. */
export async function mirrorOf(
  server: GitServer,
  name: string,
  place: { readonly root: string; readonly id?: string; readonly authorization?: Secret; readonly quota?: MirrorQuota },
): Promise<GitRepository> {
  const remote = await checkRemote(`${server.url}/${name}`, TEST_EGRESS);
  const { root, id = "1", authorization, quota } = place;
  return openMirror({ root, id, remote, authorization, quota });
}
