// A column's unit, small behind its name.
import type { ReactNode } from "react";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Draws the unit; nothing where there is none. */
export function UnitMark({ unit }: { unit: string | null }): ReactNode {
  if (unit === null) return null;
  return (
    <span className="faint">
      {" "}
      <Untrusted text={unit} />
    </span>
  );
}
