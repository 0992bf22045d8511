// What people say of a column, and what counts then: a choice overrules what was told and guessed, and gives it back.
import type { ColumnFacts, Goal, GoalSource } from "./model.ts";

/** What people chose of one column. */
export interface ColumnChoice {
  /** whether `goal` counts: a chosen null says that no way is better */
  readonly goalChosen: boolean;
  readonly goal: Goal;
  /** whether `unit` counts: a chosen null says that it has none */
  readonly unitChosen: boolean;
  readonly unit: string | null;
  /** what they call it */
  readonly alias: string | null;
  /** what counts again when the choice is taken back */
  readonly toldGoal: Goal;
  readonly toldGoalFrom: GoalSource;
  readonly toldUnit: string | null;
}

/** What is to be chosen. What is left out stays; "guess" takes a choice back. */
export interface ChoiceChange {
  readonly goal?: Goal | "guess" | undefined;
  readonly unit?: string | null | undefined;
  readonly alias?: string | null | undefined;
}

/** Nothing was chosen. */
export const NO_CHOICE: ColumnChoice = {
  goalChosen: false,
  goal: null,
  unitChosen: false,
  unit: null,
  alias: null,
  toldGoal: null,
  toldGoalFrom: null,
  toldUnit: null,
};

/** @returns what files and names tell of a column whose facts may be overruled by a choice */
function toldFacts(facts: ColumnFacts, choice: ColumnChoice): ColumnFacts {
  const isOverruled = facts.goalFrom === "confirmed";
  return {
    goal: isOverruled ? choice.toldGoal : facts.goal,
    goalFrom: isOverruled ? choice.toldGoalFrom : facts.goalFrom,
    // a unit does not say who told it: one that is the chosen one is taken for it
    unit: choice.unitChosen && facts.unit === choice.unit ? choice.toldUnit : facts.unit,
  };
}

/**
 * Settles what counts of a column.
 * @param facts as they are stored: told by files and names, or overruled by `choice` before
 * @param change of the choice
 * @returns the choice as it is now, and the facts that follow from it
 */
export function settleChoice(
  facts: ColumnFacts,
  choice: ColumnChoice,
  change: ChoiceChange = {},
): { readonly choice: ColumnChoice; readonly facts: ColumnFacts } {
  const told = toldFacts(facts, choice);
  const { goal, unit, alias = choice.alias } = change;
  const goalNow =
    goal === undefined
      ? { goalChosen: choice.goalChosen, goal: choice.goal }
      : { goalChosen: goal !== "guess", goal: goal === "guess" ? null : goal };
  const unitNow =
    unit === undefined
      ? { unitChosen: choice.unitChosen, unit: choice.unit }
      : { unitChosen: unit !== "guess", unit: unit === "guess" ? null : unit };
  const kept = { toldGoal: told.goal, toldGoalFrom: told.goalFrom, toldUnit: told.unit };
  return {
    choice: { ...goalNow, ...unitNow, alias, ...kept },
    facts: {
      goal: goalNow.goalChosen ? goalNow.goal : told.goal,
      goalFrom: goalNow.goalChosen ? "confirmed" : told.goalFrom,
      unit: unitNow.unitChosen ? unitNow.unit : told.unit,
    },
  };
}
