// Results of a training by Hugging Face's example scripts (`all_results.json`): flat figures, times and speeds.
import { isList, isObject, type JsonNode } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

const FILES = /^(?:all|train|eval|predict|test)_results\.json$/;
/** A length of time in seconds. */
const TIME = /_(?:runtime|preparation_time)$/;
const SPEED = /_(samples|steps|tokens)_per_second$/;

/** What `Trainer.save_metrics()` of transformers writes. Shape: its documentation. */
export const transformersResults: Tool = {
  name: "transformers-results",
  version: 1,
  marks: ['_runtime"', '_per_second"'],
  tell(document, { name }) {
    if (!FILES.test(name) || !isObject(document)) return null;
    if ([...document.values()].some((value) => isObject(value) || isList(value))) return null;
    return kept(document, (field) => !field.endsWith("_samples"), measured);
  },
};

function measured(value: JsonNode, name: string): ToolNode {
  if (TIME.test(name)) return figure(value, "s", "lower");
  const speed = SPEED.exec(name);
  return speed === null ? value : figure(value, `${speed[1]}/s`, "higher");
}
