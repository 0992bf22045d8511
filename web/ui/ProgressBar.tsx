// A thin bar: how far something is, or that it goes on.
import type { ReactNode } from "react";

/** Draws the bar. @param fraction from 0 to 1; null while nobody knows */
export function ProgressBar({ fraction, label }: { fraction: number | null; label: string }): ReactNode {
  const percent = fraction === null ? undefined : Math.round(fraction * 100);
  return (
    <div
      className={fraction === null ? "progress unknown" : "progress"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <i style={fraction === null ? {} : { width: `${fraction * 100}%` }} />
    </div>
  );
}
