// What is known in a repository, but not read yet: one notice.

/** @returns a sentence for people, or null when there is nothing of the kind. @param paths of scripts and stores */
export function recognisedNotice(paths: readonly string[]): string | null {
  if (paths.length === 0) return null;
  const names = paths.map((path) => JSON.stringify(path)).join(", ");
  const [holds, form] = paths.length === 1 ? ["holds", "a form"] : ["hold", "forms"];
  return `${names} ${holds} figures in ${form} that Tidemark knows, but does not read yet.`;
}
