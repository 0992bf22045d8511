// Results of a training by Hugging Face's example scripts (`all_results.json`): flat figures, times and speeds.
import { isList, isObject, type JsonNode, type JsonObject } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** `all_results.json`, and one file a split. */
const FILES = /^\w+_results\.json$/;
/** The splits that the example scripts have; a file's own one comes to them. */
const SPLITS = ["train", "eval", "predict", "test"];
/** Names without a split. */
const SHARED = new Set(["epoch", "perplexity", "step", "total_flos", "num_input_tokens_seen"]);
const MEMORY = /^(?:before_)?init_mem_/;
/** A length of time in seconds. */
const TIME = /_(?:runtime|preparation_time)$/;
const SPEED = /_(samples|steps|tokens)_per_second$/;

/** What `Trainer.save_metrics()` of transformers writes. Shape: its documentation. */
export const transformersResults: Tool = {
  name: "transformers-results",
  version: 2,
  marks: [],
  mayBe: ({ name, text }) => FILES.test(name) && (text.includes('_runtime"') || text.includes('_samples"')),
  tell(document, { name }) {
    if (!isObject(document) || !isOfTrainer(document, name)) return null;
    return kept(document, (field) => !field.endsWith("_samples"), measured);
  },
};

/**
 * Says whether figures are the trainer's: with times and speeds among them whatever else a script adds; without speeds,
 * which only some versions and scripts write, when one is a split's time or number of samples, and all are named like its.
 */
function isOfTrainer(document: JsonObject, file: string): boolean {
  if ([...document.values()].some((value) => isObject(value) || isList(value))) return false;
  const splits = [...SPLITS, file.slice(0, -"_results.json".length)].map((split) => `${split}_`);
  const measures = (endings: readonly string[]): boolean =>
    [...document].some(
      ([name, value]) =>
        typeof value === "number" &&
        splits.some((split) => name.startsWith(split) && endings.includes(name.slice(split.length))),
    );
  if (measures(["samples_per_second", "steps_per_second", "tokens_per_second"]) && measures(["runtime"])) return true;
  const isLikeIts = (name: string): boolean =>
    SHARED.has(name) || MEMORY.test(name) || splits.some((split) => name.startsWith(split));
  return measures(["runtime", "samples"]) && [...document.keys()].every(isLikeIts);
}

function measured(value: JsonNode, name: string): ToolNode {
  if (TIME.test(name)) return figure(value, "s", "lower");
  const speed = SPEED.exec(name);
  return speed === null ? value : figure(value, `${speed[1]}/s`, "higher");
}
