// Some keys of a file, as they would stand above the columns.
import type { ReactNode } from "react";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Keys that are shown: enough to see what the file is about. */
const SHOWN = 6;

/** Draws the first few keys of a file in a line. */
export function KeyList({ keys }: { keys: readonly string[] }): ReactNode {
  if (keys.length === 0) return null;
  return (
    <div className="keys dim">
      {keys.slice(0, SHOWN).map((key) => (
        <code key={key}>
          <Untrusted text={key} />
        </code>
      ))}
      {keys.length > SHOWN ? " …" : null}
    </div>
  );
}
