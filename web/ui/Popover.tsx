// A button with a panel that opens beside it: the browser's own popover, which closes by Escape and by a click outside.
import { type ReactNode, type ToggleEvent, useCallback, useId, useRef, useState } from "react";
import { placePopover } from "./place-popover.ts";
import { useShortcut } from "./use-shortcut.ts";

/** What a popover is made of. */
export interface PopoverProps {
  /** what the button shows */
  readonly button: ReactNode;
  /** names the panel, and the button when it shows a picture only */
  readonly label: string;
  /** says in a word what the button is for when it shows no text */
  readonly picture?: boolean;
  readonly className?: string;
  readonly panelClassName?: string;
  readonly align?: "start" | "end";
  /** a key that opens the panel from anywhere on the page */
  readonly shortcut?: string;
  /** shown on hover */
  readonly title?: string;
  /** drawn while the panel is open only */
  readonly children: (close: () => void) => ReactNode;
}

/** The panel's border, and parts of pixels that its height is rounded by. */
const ROUNDING = 4;

function place(panel: HTMLElement | null, button: HTMLElement | null, align: "start" | "end"): void {
  if (panel === null || button === null) return;
  const size = { width: panel.offsetWidth, height: panel.scrollHeight + ROUNDING };
  const around = { width: document.documentElement.clientWidth, height: window.innerHeight };
  const { left, top, maxHeight } = placePopover(button.getBoundingClientRect(), size, around, align);
  Object.assign(panel.style, { left: `${left}px`, top: `${top}px`, maxHeight: `${maxHeight}px` });
}

/** Draws the button and, while it is open, the panel. */
export function Popover({ align = "start", shortcut, ...props }: PopoverProps): ReactNode {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => document.getElementById(id)?.hidePopover(), [id]);
  const show = useCallback(() => {
    if (button.current !== null) panel.current?.showPopover({ source: button.current });
  }, []);
  useShortcut(shortcut ?? null, show);
  // the panel's size changes with what it holds
  const content = useCallback(
    (element: HTMLDivElement | null) => {
      if (element === null) return undefined;
      const observer = new ResizeObserver(() => place(panel.current, button.current, align));
      observer.observe(element);
      return () => observer.disconnect();
    },
    [align],
  );
  return (
    <>
      <button
        type="button"
        ref={button}
        className={props.className}
        popoverTarget={id}
        aria-expanded={open}
        aria-haspopup="dialog"
        title={props.title}
        {...(props.picture === true ? { "aria-label": props.label } : {})}
      >
        {props.button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        // a panel that scrolls is reached by keyboard, whatever it holds
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={props.label}
        className={`popover ${props.panelClassName ?? ""}`}
        onToggle={(event: ToggleEvent<HTMLDivElement>) => setOpen(event.newState === "open")}
      >
        {open ? <div ref={content}>{props.children(close)}</div> : null}
      </div>
    </>
  );
}
