// A little chart of one column.
import { memo, type ReactNode } from "react";
import { sparkShape } from "./spark-points.ts";

/** What a little chart shows. It repeats numbers that stand beside it, so it is no picture for a screen reader. */
export interface SparkProps {
  /** oldest first; null is a gap */
  readonly values: readonly (number | null)[];
  readonly goal: "higher" | "lower" | null;
  readonly width: number;
  readonly height: number;
}

/** Draws a little chart; an empty one keeps its room. */
export const Spark = memo(function Spark({ values, goal, width, height }: SparkProps): ReactNode {
  const shape = sparkShape(values, goal, { width, height });
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {shape === null ? null : (
        <>
          {shape.bestY === null ? null : <line className="best" x1={0} x2={width} y1={shape.bestY} y2={shape.bestY} />}
          {shape.lines.map((points) => (
            <polyline key={points} points={points} />
          ))}
          {shape.dots.map(({ x, y }) => (
            <circle key={x} cx={x} cy={y} r={1.2} />
          ))}
        </>
      )}
    </svg>
  );
});
