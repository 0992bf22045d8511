// What was odd about a commit's files.
import { Fragment, type ReactNode, useId } from "react";
import type { WarningAnswer } from "../../src/api/contract/contract.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Draws the warnings, each with its files and the place: what is said of several files is said once. */
export function WarningList({ warnings }: { warnings: readonly WarningAnswer[] }): ReactNode {
  const id = useId();
  const byMessage = Map.groupBy(warnings, ({ message }) => message);
  return (
    <ul className="warnings">
      {[...byMessage].map(([message, list]) => (
        <li key={message}>
          {list.map(({ path, line, column }, index) =>
            path === null ? null : (
              // what is said of one commit never changes its order
              // oxlint-disable-next-line react/no-array-index-key
              <Fragment key={`${id} ${index}`}>
                {index === 0 ? "" : ", "}
                <code>
                  <Untrusted text={path} />
                  {line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`}
                </code>
              </Fragment>
            ),
          )}{" "}
          <Untrusted text={message} />
        </li>
      ))}
    </ul>
  );
}
