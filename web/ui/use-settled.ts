// A value that waits until it has stopped changing.
import { useEffect, useState } from "react";

/** @returns the value as it was `pause` milliseconds ago, once it has not changed for so long */
export function useSettled<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
