// What a source file imports, read with TypeScript's own scanner rules in one expression: enough for our own style.

/** One import of a file. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** @returns every static and dynamic import of a TypeScript text, `import type` and re-exports too */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(STATEMENT)) {
    const specifier = match[2] ?? match[3];
    if (specifier === undefined) continue;
    const named = match[0]
      .match(/\{([^}]*)\}/)?.[1]
      ?.split(",")
      .filter((part) => part.trim() !== "");
    const allTypes = named !== undefined && named.every((part) => part.trim().startsWith("type "));
    found.push({ specifier, typeOnly: match[1] !== undefined || (match[2] !== undefined && allTypes) });
  }
  return found;
}
