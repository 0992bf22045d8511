// The state of a training by Hugging Face's Trainer (`trainer_state.json`): its history is a series of steps.
import { KIND_SHARE } from "../column.ts";
import { isStepName } from "../formats/csv-series.ts";
import { isList, isObject, type JsonNode, type JsonObject, nodeAt } from "../formats/json-tree.ts";
import type { Value } from "../model.ts";
import { isMissing, numberOf } from "../value.ts";
import { kept, Series, type Tool, type ToolNode } from "./tool.ts";

/** A path on the machine, what only the process itself needs, and the search that the run was part of. */
const LEFT_OUT = /^(?:best_model_checkpoint|stateful_callbacks|is_.*|trial_.*)$/;

/** The state that Trainer keeps with each checkpoint. Shape: the documentation of `TrainerState`. */
export const trainerState: Tool = {
  name: "trainer-state",
  version: 2,
  marks: ['"log_history"', '"global_step"'],
  tell(document) {
    const history = nodeAt(document, "log_history");
    if (!isObject(document) || !isList(history) || !history.every(isObject)) return null;
    return kept(
      document,
      (name) => !LEFT_OUT.test(name),
      (value, name) => (name === "log_history" ? seriesOf(history) : value),
    );
  },
};

/** @returns for each figure that was logged its last value and its range; of what counts the steps only the last one */
function seriesOf(history: readonly JsonObject[]): ToolNode {
  const logged = new Map<string, JsonNode[]>();
  for (const [name, value] of history.flatMap((entry) => [...entry])) {
    const values = logged.get(name);
    if (values === undefined) logged.set(name, [value]);
    else values.push(value);
  }
  return new Map([...logged].map(([name, values]) => [name, summary(name, values)]));
}

function summary(name: string, values: readonly JsonNode[]): ToolNode {
  const last = values.at(-1) as JsonNode;
  return !isStepName(name) && values.every(isValue) && holdsNumbers(values) ? Series.of(values) : last;
}

function isValue(node: JsonNode): node is Value {
  return typeof node !== "object" || node === null;
}

/** Whether a series is one of numbers, by the rule for columns: numeric texts are some, and what is missing tells nothing. */
function holdsNumbers(values: readonly Value[]): boolean {
  const there = values.filter((value) => !isMissing(value));
  const numbers = there.filter((value) => numberOf(value) !== null).length;
  return numbers > 0 && numbers >= there.length * KIND_SHARE;
}
