// The keys of the table, listed.
import { Fragment, type ReactNode } from "react";
import { TABLE_KEYS } from "../table-keys.ts";
import { Popover } from "../ui/Popover.tsx";

/** The button's name on the page, by which a key of the table finds it. */
export const KEY_HELP_ID = "table-keys";

/** Draws the button with its list. */
export function KeyHelp(): ReactNode {
  return (
    <span id={KEY_HELP_ID} className="key-help">
      <Popover label="Keys of the table" className="quiet" panelClassName="keys-panel" align="end" button="Keys">
        {() => (
          <>
            <p className="dim">With the table in focus; ? shows this.</p>
            {TABLE_KEYS.map(({ name, lines }) => (
              <section key={name}>
                <h3>{name}</h3>
                <dl>
                  {lines.map(({ keys, does }) => (
                    <Fragment key={does}>
                      <dt>
                        {keys.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </dt>
                      <dd>{does}</dd>
                    </Fragment>
                  ))}
                </dl>
              </section>
            ))}
          </>
        )}
      </Popover>
    </span>
  );
}
