// The examples below a command's help; docs/cli.md shows them too, and a test runs them.

/** What stands above them. */
export const EXAMPLES_HEAD = "For example:";

/** Characters of a line: terminals have at least so many. */
const WIDTH = 80;

/**
 * @param lines of a command line each, and what it shows
 * @returns them below each other; what is shown stands in lines of its own where it does not fit beside
 */
export function examples(...lines: readonly (readonly [command: string, shows: string])[]): string {
  const longest = Math.max(...lines.map(([command]) => command.length));
  const beside = lines.map(([command, shows]) => `  ${command.padEnd(longest)}  ${shows}`);
  const below = lines.map(([command, shows]) => `  ${command}\n      ${shows}`);
  const shown = beside.every((line) => line.length <= WIDTH) ? beside : below;
  return `\n${EXAMPLES_HEAD}\n${shown.join("\n")}`;
}
