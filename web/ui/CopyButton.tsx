// Copies a text; says so for a moment.
import { type ReactNode, useEffect, useState } from "react";

const SAID_MS = 1_500;

/** Draws the button. @param what names what is copied, for people who do not see it */
export function CopyButton({ text, what }: { text: string; what: string }): ReactNode {
  const [said, setSaid] = useState<"copied" | "not copied" | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      // not allowed, or no clipboard on a page that is neither https nor loopback
      setSaid("not copied");
    }
  };
  return (
    <button type="button" className="quiet" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      <span aria-live="polite">{said ?? "copy"}</span>
    </button>
  );
}
