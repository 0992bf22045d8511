// The examples below a command's help; docs/cli.md shows them too, and a test runs them.

/** What stands above them. */
export const EXAMPLES_HEAD = "For example:";

/** @param lines of a command line each, and what it shows @returns them below each other */
export function examples(...lines: readonly (readonly [command: string, shows: string])[]): string {
  const longest = Math.max(...lines.map(([command]) => command.length));
  const shown = lines.map(([command, shows]) => `  ${command.padEnd(longest)}  ${shows}`);
  return `\n${EXAMPLES_HEAD}\n${shown.join("\n")}`;
}
