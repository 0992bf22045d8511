// A field for a token or a password: never shown, and kept by no browser.
import type { ReactNode } from "react";
import { Untrusted } from "./Untrusted.tsx";

/** What the field is made of. */
export interface SecretFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** what is wrong with it, or null */
  readonly problem: string | null;
  readonly onChange: (value: string) => void;
}

/** Draws the field with its label. */
export function SecretField({ id, label, value, problem, onChange }: SecretFieldProps): ReactNode {
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="password"
        className="mono"
        // what browsers do not offer to keep
        autoComplete="one-time-code"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={4_096}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem === null ? null : (
        <div className="worse" id={`${id}-problem`} role="alert">
          <Untrusted text={problem} />
        </div>
      )}
    </div>
  );
}
