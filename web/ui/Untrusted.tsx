// Text that came out of a repository: never markup, never able to reorder what stands beside it.
import type { ReactNode } from "react";
import { safeParts } from "../../src/domain/safe-text.ts";

/** Draws a text; a character that would hide, reorder or command is shown as its name in a box. */
export function Untrusted({ text, className }: { text: string; className?: string }): ReactNode {
  return (
    <bdi className={className}>
      {safeParts(text).map((part, index) =>
        part.mark === null ? (
          part.text
        ) : (
          // the parts of one text never change their order
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} className="hidden-character">
            {part.mark}
          </span>
        ),
      )}
    </bdi>
  );
}
