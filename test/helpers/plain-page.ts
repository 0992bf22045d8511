// A page of commits without what may differ where its commits are archived: all else has to be the same, byte for byte.

interface Page {
  readonly coverage: { readonly hot: number; readonly archived: number };
  readonly version: number;
  readonly nextCursor: string | null;
}

/** @returns the page, with how many rows it has, and whether another one follows */
export function plainPage(text: string): unknown {
  const { coverage, version, nextCursor, ...rest } = JSON.parse(text) as Page;
  const { hot, archived, ...covered } = coverage;
  return { ...rest, covered, rows: hot + archived, goesOn: nextCursor !== null, hasVersion: version > 0 };
}

/** How often a page is asked for that ends above what did not come in time: on a busy machine the archive is slow. */
const TRIES = 10;

/** Asks for a page until nothing of it is missing, as people do by "Try again". @returns its text */
export async function wholeText(
  ask: () => Promise<{ readonly text: string; readonly isWhole: boolean }>,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const { text, isWhole } = await ask();
    if (isWhole || tries === TRIES) return text;
  }
}
