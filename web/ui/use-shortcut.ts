// A key of the whole page: "/" leads to what can be searched.
import { useEffect } from "react";

/** @returns whether a key pressed there is meant as text */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/**
 * Calls `act` when the key is pressed anywhere but in a field.
 * @param key as the browser names it; null switches it off
 */
export function useShortcut(key: string | null, act: () => void): void {
  useEffect(() => {
    if (key === null) return undefined;
    const listen = (event: KeyboardEvent): void => {
      const modified = event.ctrlKey || event.metaKey || event.altKey;
      if (event.key !== key || modified || event.defaultPrevented || isTyping(event.target)) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [key, act]);
}
