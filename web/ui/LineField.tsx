// A field for one line of code-like text with its button, and at it what is wrong with the text.
import type { ReactNode, Ref } from "react";
import { Untrusted } from "./Untrusted.tsx";

/** A form's field; `problem` is what a person is told that the text lacks, or null. The button stands in it. */
export function LineField({
  id,
  input,
  label,
  placeholder,
  inputMode,
  maxLength,
  value,
  problem,
  onChange,
  children,
}: {
  id: string;
  input?: Ref<HTMLInputElement>;
  label: string;
  placeholder: string;
  inputMode?: "text" | "url";
  maxLength: number;
  value: string;
  problem: string | null;
  onChange: (value: string) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <>
      <div className="fields">
        <input
          ref={input}
          id={id}
          type="text"
          inputMode={inputMode}
          className="mono"
          aria-label={label}
          placeholder={placeholder}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={maxLength}
          value={value}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onChange={(event) => onChange(event.target.value)}
        />
        {children}
      </div>
      {problem === null ? null : (
        <div className="worse" id={`${id}-problem`} role="alert">
          <Untrusted text={problem} />
        </div>
      )}
    </>
  );
}
