// A question before something that cannot be undone: the browser's own modal dialog.
import { type ReactNode, useEffect, useId, useRef } from "react";

/** What is asked. */
export interface ConfirmProps {
  readonly title: ReactNode;
  /** what would happen */
  readonly children: ReactNode;
  /** the verb on the button */
  readonly action: string;
  /** while it is being done, both buttons wait */
  readonly busy: boolean;
  readonly confirm: () => void;
  readonly cancel: () => void;
}

/** Draws the question over the page, opened as soon as it is drawn. The focus begins at the harmless answer. */
export function Confirm({ title, children, action, busy, confirm, cancel }: ConfirmProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <div className="buttons">
        {/* the harmless answer has the focus in a dialog that destroys */}
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
        <button type="button" onClick={cancel} disabled={busy} autoFocus>
          Cancel
        </button>
        <button type="button" className="danger" onClick={confirm} disabled={busy}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
