// The columns shown, in their order: moved by buttons or by dragging, taken away.
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { placeColumn, stepColumn, withoutColumn } from "../column-choice.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the list is made of. */
export interface ShownColumnsProps {
  readonly heads: readonly ColumnHead[];
  readonly choose: (columns: readonly string[]) => void;
}

/** Draws the list. */
export function ShownColumns({ heads, choose }: ShownColumnsProps): ReactNode {
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const shown = heads.map(({ id }) => id);
  const list = useRef<HTMLOListElement>(null);
  // where a column was hidden by its button: the keyboard goes on at the one that took its place
  const hidden = useRef<number | null>(null);
  useEffect(() => {
    const at = hidden.current;
    hidden.current = null;
    if (at === null) return;
    const item = list.current?.children[Math.min(at, heads.length - 1)];
    item?.querySelector<HTMLElement>("button:last-of-type")?.focus();
  }, [heads.length]);
  const end = (): void => {
    setDragged(null);
    setOver(null);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    if (dragged !== null && over !== null) choose(placeColumn(shown, dragged, over));
    end();
  };
  const dragOver = (event: DragEvent, index: number): void => {
    if (dragged === null) return;
    event.preventDefault();
    const { top, height } = event.currentTarget.getBoundingClientRect();
    setOver(event.clientY < top + height / 2 ? index : index + 1);
  };
  return (
    // what is let go anywhere in the list falls into the gap that is marked; buttons do the same for the keyboard
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ol ref={list} className="shown-columns" onDrop={drop} onDragEnd={end}>
      {heads.map((head, index) => (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <li
          key={head.id}
          draggable
          className={dragged === null ? "" : over === index ? "before" : over === index + 1 ? "behind" : ""}
          onDragStart={() => setDragged(head.id)}
          onDragOver={(event) => dragOver(event, index)}
        >
          <span className="option-name">
            <Untrusted text={head.alias ?? head.key} />
            <span className="column-path">
              <Untrusted text={head.path} />
            </span>
          </span>
          <Step
            name={escapeControls(head.key)}
            disabled={index === 0}
            by={-1}
            act={() => choose(stepColumn(shown, head.id, -1))}
          />
          <Step
            name={escapeControls(head.key)}
            disabled={index === heads.length - 1}
            by={1}
            act={() => choose(stepColumn(shown, head.id, 1))}
          />
          <button
            type="button"
            className="quiet"
            aria-label={`Hide ${escapeControls(head.key)}`}
            disabled={heads.length === 1}
            onClick={() => {
              hidden.current = index;
              choose(withoutColumn(shown, head.id));
            }}
          >
            ✕
          </button>
        </li>
      ))}
    </ol>
  );
}

interface StepProps {
  readonly name: string;
  readonly disabled: boolean;
  readonly by: -1 | 1;
  readonly act: () => void;
}

function Step({ name, disabled, by, act }: StepProps): ReactNode {
  return (
    <button
      type="button"
      className="quiet"
      aria-label={`Move ${name} ${by < 0 ? "to the left" : "to the right"}`}
      // stays focusable at the end, so that the keyboard is not lost there
      aria-disabled={disabled}
      onClick={() => (disabled ? undefined : act())}
    >
      {by < 0 ? "↑" : "↓"}
    </button>
  );
}
