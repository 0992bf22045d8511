// `dvc.lock`: of all that DVC notes there (hashes, sizes, commands) only the parameters, and each of those only once.
import { MAX_TREE_FILE_BYTES } from "../limits.ts";
import { type Adapter, type FileText, firstContentLine } from "./adapter.ts";
import { tellTree } from "./tree.ts";
import { parseYaml, yamlLooker } from "./yaml.ts";
import { YamlMap } from "./yaml-schema.ts";

const SELF_READ = /\.(?:ya?ml|json|toml|py)$/i;

/**
 * The parameters that stages were run with: `stages.<stage>.params["<file>"].<key>`. Those of files that Tidemark reads
 * itself (YAML, JSON, TOML, Python) are left out, since they would stand in the table twice; those of others are kept.
 */
export const dvcLock: Adapter = {
  name: "dvc.lock",
  version: 2,
  extensions: ["lock"],
  maxBytes: MAX_TREE_FILE_BYTES,
  sniff({ extension, text }: FileText) {
    if (extension !== "lock") return "no";
    const line = firstContentLine(text);
    if (line.startsWith("schema:") || line === "stages:") return "yes";
    return line.endsWith(":") && /^ {1,8}cmd:/m.test(text) ? "yes" : "no"; // the first version had stages only
  },
  read({ text }, target) {
    const [document] = parseYaml(text);
    tellTree(parametersOf(document), text.length, yamlLooker(target.warnings), target);
  },
};

function parametersOf(document: unknown): YamlMap {
  const stages = document instanceof YamlMap && document.has("stages") ? document.get("stages") : document;
  const kept = new YamlMap();
  for (const [name, stage] of entriesOf(stages)) {
    const files = new YamlMap();
    for (const [file, values] of entriesOf(stage instanceof YamlMap ? stage.get("params") : null)) {
      if (!SELF_READ.test(String(file))) files.add(file, values);
    }
    if (files.size > 0) kept.add(name, mapOf("params", files));
  }
  return kept.size === 0 ? kept : mapOf("stages", kept);
}

function entriesOf(value: unknown): Iterable<[unknown, unknown]> {
  return value instanceof YamlMap ? value : [];
}

function mapOf(key: string, value: unknown): YamlMap {
  const map = new YamlMap();
  map.add(key, value);
  return map;
}
