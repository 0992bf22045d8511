// Copies a text; says so for a moment.
import { type ReactNode, useEffect, useState } from "react";

const SAID_MS = 1_500;

/** What the button copies. */
export interface CopyButtonProps {
  /** a text, or how to write it when it is wanted */
  readonly text: string | (() => string);
  /** names what is copied, for people who do not see it */
  readonly what: string;
  /** what the button shows; "Copy" unless said otherwise, which stands quietly beside the text */
  readonly words?: string;
}

/** Draws the button. */
export function CopyButton({ text, what, words }: CopyButtonProps): ReactNode {
  const [said, setSaid] = useState<"Copied" | "Not copied" | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setSaid("Copied");
    } catch {
      // not allowed, or no clipboard on a page that is neither https nor loopback
      setSaid("Not copied");
    }
  };
  return (
    <button
      type="button"
      className={words === undefined ? "quiet" : ""}
      onClick={() => void copy()}
      {...(words === undefined ? { "aria-label": `Copy ${what}` } : { title: `Copy ${what}` })}
    >
      <span aria-live="polite">{said ?? words ?? "Copy"}</span>
    </button>
  );
}
