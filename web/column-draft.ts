// What a person is about to say of a column, and what of it is sent.
import type { CatalogueColumn } from "../src/api/contract/columns.ts";
import type { ColumnHead } from "../src/api/contract/commits.ts";

/** A form's content: texts as they are typed. */
export interface ColumnDraft {
  readonly goal: "higher" | "lower" | "guess" | null;
  readonly unit: string;
  readonly alias: string;
}

type Told = Pick<CatalogueColumn, "told" | "chosen"> | null;

/** @returns the form as it begins: what was chosen, else what is told */
export function draftOf({ goal, unit, alias }: Pick<ColumnHead, "goal" | "unit" | "alias">, entry: Told): ColumnDraft {
  return {
    goal: entry === null || entry.chosen.goal ? goal : "guess",
    unit: unit ?? "",
    alias: alias ?? "",
  };
}

/** @returns the changes to send: the unit that is told anyway is no choice, and an empty name is none */
export function patchOf(
  { goal, unit, alias }: ColumnDraft,
  entry: Told,
): { goal: ColumnDraft["goal"]; unit: string | null; alias: string | null } {
  const [typed, named] = [unit.trim(), alias.trim()];
  const told = entry?.told.unit ?? null;
  return {
    goal,
    unit: typed === (told ?? "") ? "guess" : typed === "" ? null : typed,
    alias: named === "" ? null : named,
  };
}
