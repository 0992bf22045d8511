// The files of a repository as its default branch has them: what tells the paths that a machine wrote from its folders.
import { listRefs } from "../git/refs.ts";
import type { GitRepository } from "../git/repository.ts";
import { listTree } from "../git/trees.ts";

/** Files that are listed: about 100 bytes each, twice. The largest repositories have 500,000. */
const MAX_FILES = 500_000;

/**
 * Lists the files at the tip of the default branch.
 * @returns their paths, U+0000 between them; none where there is no branch, the first ones where there are too many
 * @throws TidemarkError those of `listRefs()` and `listTree()`
 */
export async function readTipFiles(repository: GitRepository, signal?: AbortSignal): Promise<string> {
  const { refs, head } = await listRefs(repository);
  const tip = refs.find(({ name }) => name === head)?.sha;
  if (tip === undefined) return "";
  const options = { wants: () => true, maxEntries: MAX_FILES, ...(signal ? { signal } : {}) };
  const { files } = await listTree(repository, tip, options);
  return files.map(({ path }) => path).join("\0");
}
