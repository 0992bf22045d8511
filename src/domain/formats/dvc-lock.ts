// `dvc.lock`: of all that DVC notes there (hashes, sizes, commands) only the parameters, and each of those only once.
import { MAX_DEPTH, MAX_LEAVES, MAX_TREE_FILE_BYTES } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import type { WarningList } from "../warning-list.ts";
import { type Adapter, type FileText, firstContentLine } from "./adapter.ts";
import { tellTree } from "./tree.ts";
import { parseYaml, yamlLooker } from "./yaml.ts";
import { TooLarge, YamlMap } from "./yaml-schema.ts";

const SELF_READ = /\.(?:ya?ml|json|toml|py)$/i;
/** How DVC begins the file. No file of parameters does, so this one stands in the place of one. */
const OPENING = /^schema: ['"]?2\.\d['"]?\r?\nstages:\s/;

/**
 * The parameters that stages were run with. Under its own name the file holds those of files that Tidemark does not read
 * itself, as `stages.<stage>.params["<file>"].<key>`. Those of others (YAML, JSON, TOML, Python) would stand in the table
 * twice; where such a file is not in Git, this one is read under that file's name and holds its values by its own keys.
 */
export const dvcLock: Adapter = {
  name: "dvc.lock",
  version: 3,
  extensions: ["lock"],
  maxBytes: MAX_TREE_FILE_BYTES,
  sniff({ extension, path, text }: FileText) {
    if (extension !== "lock") return SELF_READ.test(path) && OPENING.test(text) ? "yes" : "no";
    const line = firstContentLine(text);
    if (line.startsWith("schema:") || line === "stages:") return "yes";
    return line.endsWith(":") && /^ {1,8}cmd:/m.test(text) ? "yes" : "no"; // the first version had stages only
  },
  read({ extension, path, text }, target) {
    const [document] = parseYaml(text);
    const tree = extension === "lock" ? parametersOf(document) : notedFor(path, document, target.warnings);
    tellTree(tree, text.length, yamlLooker(target.warnings), target);
  },
};

/** What the stages had of one file. Stages that ran at different times may differ: then the first that is listed counts. */
function notedFor(path: string, document: unknown, warnings: WarningList): YamlMap {
  const noted: { name: string; values: unknown }[] = [];
  for (const [, stage] of entriesOf(document instanceof YamlMap ? document.get("stages") : null)) {
    for (const [file, values] of entriesOf(stage instanceof YamlMap ? stage.get("params") : null)) {
      const name = String(file).replace(/^(?:\.{1,2}\/)+/, ""); // relative to where the stage ran
      if (path === name || path.endsWith(`/${name}`)) noted.push({ name, values });
    }
  }
  const longest = noted.reduce((most, { name }) => Math.max(most, name.length), 0);
  const merged = new MergedParameters();
  for (const { values } of noted.filter(({ name }) => name.length === longest)) merged.add(values);
  const [first] = merged.differing;
  if (first !== undefined)
    warnings.add(
      "duplicate-keys",
      () => ({
        message: `Stages of dvc.lock ran with different values of ${JSON.stringify(first)}: the first counts.`,
      }),
      merged.differing.size,
    );
  return merged.all;
}

/** The parameters of several stages in one tree. It copies what it changes, since aliases may put a map in many places. */
class MergedParameters {
  readonly all = new YamlMap();
  /** names of which stages had different values */
  readonly differing = new Set<string>();
  readonly #own = new Set<YamlMap>([this.all]);
  #left = MAX_LEAVES;

  /** Adds what one stage had: names that DVC has joined by dots, with their values. */
  add(values: unknown): void {
    for (const [key, value] of entriesOf(values)) {
      const names = typeof key === "string" ? key.split(".") : [key];
      const isPath = names.length <= MAX_DEPTH && !names.includes("");
      this.#put(this.all, isPath ? names : [key], value, String(key));
    }
  }

  #put(into: YamlMap, names: readonly unknown[], value: unknown, key: string): void {
    let at = into;
    for (const name of names.slice(0, -1)) {
      const next = this.#ownAt(at, name);
      if (next === null) {
        this.differing.add(key);
        return;
      }
      at = next;
    }
    const last = names.at(-1);
    const known = at.get(last);
    if (!at.has(last)) at.set(last, value);
    else if (known !== value && known instanceof YamlMap && value instanceof YamlMap) {
      const own = this.#ownAt(at, last) ?? known;
      for (const [name, each] of value) this.#put(own, [name], each, `${key}.${String(name)}`);
    } else if (!this.#isSame(known, value)) this.differing.add(key);
  }

  /** @returns the map at a name, one that may be changed; null where another value is */
  #ownAt(at: YamlMap, name: unknown): YamlMap | null {
    this.#count();
    const known = at.get(name);
    if (known instanceof YamlMap && this.#own.has(known)) return known;
    if (at.has(name) && !(known instanceof YamlMap)) return null;
    const own = new YamlMap();
    for (const [each, value] of entriesOf(known)) own.set(each, value);
    this.#own.add(own);
    at.set(name, own);
    return own;
  }

  #isSame(a: unknown, b: unknown): boolean {
    this.#count();
    if (Object.is(a, b)) return true;
    if (a instanceof TooLarge && b instanceof TooLarge) return Object.is(a.value, b.value);
    if (Array.isArray(a) && Array.isArray(b))
      return a.length === b.length && a.every((each, index) => this.#isSame(each, b[index]));
    if (!(a instanceof YamlMap && b instanceof YamlMap) || a.size !== b.size) return false;
    return [...a].every(([name, each]) => this.#isSame(each, b.get(name)));
  }

  #count(): void {
    if (this.#left-- === 0)
      throw unreadable("too-many-leaves", `more than ${MAX_LEAVES} values`, `at most ${MAX_LEAVES}`);
  }
}

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
