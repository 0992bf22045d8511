// Where a popover opens: below its button, inside the window.

/** A rectangle of the window, in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Distance to the button and to the window's edges. */
const GAP = 6;
const EDGE = 8;

/**
 * @param button what the popover belongs to
 * @param size of the popover, as wide and high as it would like to be
 * @returns its corner and the height that is left for it: below the button, or above where there is more room
 */
export function placePopover(
  button: Rectangle,
  size: { readonly width: number; readonly height: number },
  window: { readonly width: number; readonly height: number },
  align: "start" | "end",
): { readonly left: number; readonly top: number; readonly maxHeight: number } {
  const wanted = align === "start" ? button.left : button.right - size.width;
  const left = Math.max(EDGE, Math.min(wanted, window.width - EDGE - size.width));
  const below = window.height - button.bottom - GAP - EDGE;
  const above = button.top - GAP - EDGE;
  if (size.height <= below || below >= above) return { left, top: button.bottom + GAP, maxHeight: below };
  return { left, top: button.top - GAP - Math.min(size.height, above), maxHeight: above };
}
