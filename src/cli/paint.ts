// Colours of a terminal, by what they mean.

/** Puts a text into a colour. */
export type Style = (text: string) => string;

/** Colours by meaning; without colours texts stay as they are. */
export interface Paint {
  readonly better: Style;
  readonly worse: Style;
  /** what is there but need not be read */
  readonly dim: Style;
  /** a commit's id */
  readonly sha: Style;
  readonly strong: Style;
}

const RESET = "\u001b[0m";

/** @param colour whether the terminal shows colours */
export function paintFor(colour: boolean): Paint {
  const style =
    (code: string): Style =>
    (text) =>
      colour && text !== "" ? `\u001b[${code}m${text}${RESET}` : text;
  return { better: style("32"), worse: style("31"), dim: style("2"), sha: style("33"), strong: style("1") };
}
