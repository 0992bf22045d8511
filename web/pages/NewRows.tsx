// A quiet mark over the table: new commits, which come in when they are asked for.
import type { ReactNode } from "react";
import { newsWords } from "../table-news.ts";

/** What the mark is made of. */
export interface NewRowsProps {
  /** new rows that wait; null: none do */
  readonly waiting: { readonly commits: number | null } | null;
  /** how many came in by themselves last */
  readonly arrived: number;
  readonly show: () => void;
}

/** Draws the mark; the line that tells of it is there before there is anything to tell. */
export function NewRows({ waiting, arrived, show }: NewRowsProps): ReactNode {
  return (
    <div className="new-rows" role="status">
      {waiting !== null ? (
        <button type="button" onClick={show} title="Bring them in and go to the top: press n in the table">
          {newsWords(waiting.commits)}
        </button>
      ) : arrived > 0 ? (
        <span className="unseen">{newsWords(arrived)} in the table</span>
      ) : null}
    </div>
  );
}
