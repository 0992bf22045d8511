// `-3` for `-n 3`, as git has it, with every command that takes a number.
import type { Command } from "commander";

const COUNT = /^-\d+$/;

/**
 * @param command the one that is called
 * @param words what stands behind `tidemark`
 * @returns the words with `-n` and the number in place of `-3`, unless it is what another option is given
 */
export function countedWords(command: Command, words: readonly string[]): readonly string[] {
  if (!command.options.some(({ short }) => short === "-n")) return words;
  const end = words.indexOf("--");
  return words.flatMap((word, index) => {
    const before = words[index - 1] ?? "";
    const isValue = command.options.some(
      ({ short, long, required }) => required && (short === before || long === before),
    );
    const isPlain = !COUNT.test(word) || isValue || (end >= 0 && index > end);
    return isPlain ? [word] : ["-n", word.slice(1)];
  });
}
