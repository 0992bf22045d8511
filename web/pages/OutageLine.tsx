// A quiet line while the database cannot be reached: of when the rows are that one sees. It goes by itself.
import { type ReactNode, useEffect } from "react";
import { fetchSession } from "../api.ts";
import { useAsOf } from "../data-age.ts";

/** How often it is asked whether it is over, in milliseconds. */
const ASK_MS = 5_000;

/** Draws the line, or nothing. */
export function OutageLine(): ReactNode {
  const asOf = useAsOf();
  useEffect(() => {
    if (asOf === null) return undefined;
    // any answer says whether it is over
    const timer = setInterval(() => {
      fetchSession().catch(() => undefined);
    }, ASK_MS);
    return () => clearInterval(timer);
  }, [asOf]);
  return (
    <p className="outage" role="status">
      {asOf === null ? null : (
        <>
          The database is not reachable: what you see is of{" "}
          <time dateTime={asOf}>{new Date(asOf).toLocaleTimeString("en-GB")}</time>
        </>
      )}
    </p>
  );
}
