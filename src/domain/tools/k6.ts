// k6: the summary of a load test, as `--summary-export` writes it and as `handleSummary` is given it.
import { isObject, type JsonNode, type JsonObject, nodeAt, textAt } from "../formats/json-tree.ts";
import { figure, kept, type Tool, type ToolNode } from "./tool.ts";

/** What the file says of a metric: limits that somebody set, and what becomes its unit and its goal. */
const LEFT_OUT = new Set(["thresholds", "type", "contains"]);
/** k6's own metrics that are times: `--summary-export` does not say so. */
const TIMES = /^(?:(?:http|grpc)_req_[a-z_]+|ws_(?:connecting|session_duration|ping)|(?:iteration|group)_duration)$/;
const VITALS = /^browser_(?:http_req_duration|web_vital_(?:fcp|fid|inp|lcp|ttfb))$/;
/** Counters of which more a second is better. */
const THROUGHPUTS = new Set(["http_reqs", "iterations"]);

/** What is known of a metric. */
interface Metric {
  /** without the tags that its name may have behind it: `http_req_duration{status:200}` */
  readonly name: string;
  readonly isTime: boolean;
  readonly isData: boolean;
  /** whether the file says what it is; else k6's own names do */
  readonly isTold: boolean;
  /** whether its values are a share of what passed and failed */
  readonly isRate: boolean;
}

/** The summaries of k6. Shape: its documentation, "Custom summary". */
export const k6: Tool = {
  name: "k6",
  version: 1,
  marks: ['"metrics"', '"root_group"'],
  tell(document) {
    const metrics = nodeAt(document, "metrics");
    if (!isObject(nodeAt(document, "root_group")) || !isObject(metrics) || metrics.size === 0) return null;
    if (![...metrics.values()].every(isObject)) return null;
    return new Map([["metrics", kept(metrics, () => true, told)]]);
  },
};

function told(node: JsonNode, fullName: string): ToolNode {
  const object = node as JsonObject;
  const values = nodeAt(object, "values");
  const own = isObject(values) ? values : object;
  const metric = metricOf(object, own, fullName.split("{", 1)[0] as string);
  const figures = kept(
    own,
    (name) => !LEFT_OUT.has(name),
    (value, name) => valueOf(value, name, metric),
  );
  return own === object ? figures : new Map<string, ToolNode>([["values", figures]]);
}

function metricOf(object: JsonObject, values: JsonObject, name: string): Metric {
  const contains = textAt(object, "contains");
  const isTold = contains !== null;
  return {
    name,
    isTold,
    isTime: isTold ? contains === "time" : TIMES.test(name) || VITALS.test(name),
    isData: isTold ? contains === "data" : name === "data_received" || name === "data_sent",
    isRate: values.has("passes") && values.has("fails"),
  };
}

function valueOf(value: JsonNode, name: string, metric: Metric): ToolNode {
  if (metric.isRate) return share(value, name, metric);
  // a test that is longer has more of them
  if (name === "count") return metric.isData ? figure(value, "B") : value;
  if (metric.isTime) return figure(value, "ms", "lower", metric.isTold ? "file" : "tool");
  if (name !== "rate") return metric.isData ? figure(value, "B") : value;
  if (metric.isData) return figure(value, "B/s");
  return THROUGHPUTS.has(metric.name) ? figure(value, "/s", "higher") : value;
}

/** Of a rate that is called failed, what passes has failed: how often says only the share. */
function share(value: JsonNode, name: string, metric: Metric): ToolNode {
  if (name === "passes" || name === "fails") return figure(value, null);
  if (metric.name.endsWith("_failed")) return figure(value, null, "lower");
  return metric.name === "checks" ? figure(value, null, "higher") : value;
}
