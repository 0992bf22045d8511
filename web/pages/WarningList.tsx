// What was odd about a commit's files.
import { type ReactNode, useId } from "react";
import type { WarningAnswer } from "../../src/api/contract/contract.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Draws the warnings: file, place and message of each. */
export function WarningList({ warnings }: { warnings: readonly WarningAnswer[] }): ReactNode {
  const id = useId();
  return (
    <ul className="warnings">
      {warnings.map(({ path, message, line, column }, index) => (
        // warnings of one commit have no name and never change their order
        // oxlint-disable-next-line react/no-array-index-key
        <li key={`${id} ${index}`}>
          {path === null ? null : (
            <code>
              <Untrusted text={path} />
              {line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`}
            </code>
          )}{" "}
          <Untrusted text={message} />
        </li>
      ))}
    </ul>
  );
}
