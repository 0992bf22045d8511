// The YAML that we read: the core schema of YAML 1.2, merge keys, exact integers, and any foreign tag as plain data.
import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  floatCoreTag,
  intCoreTag,
  mergeTag,
  NOT_RESOLVED,
} from "js-yaml";
import { MAX_EXACT_DIGITS } from "../limits.ts";

/** An object of YAML, whose keys may be anything. */
export class YamlMap extends Map<unknown, unknown> {
  /** keys that came again after they had a value of their own */
  repeated = 0;
  /** keys that a merge brought: an own one replaces them without being a repetition */
  #merged: Set<unknown> | null = null;
  #isMerging = false;

  /** Asked before each key that a merge brings, and only then. */
  hasBeforeMerge(key: unknown): boolean {
    const known = this.has(key);
    this.#isMerging = !known;
    return known;
  }

  /** Adds a key with its value; the last one counts. */
  add(key: unknown, value: unknown): void {
    if (this.#isMerging) {
      this.#isMerging = false;
      this.#merged ??= new Set();
      this.#merged.add(key);
    } else if (this.has(key) && this.#merged?.delete(key) !== true) this.repeated++;
    this.set(key, value);
  }
}

/** A number that is larger than any double. */
export class TooLarge {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

const DECIMAL = /^[-+]?\d+$/;
const FLOAT = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const load = { identify: () => false };

const intTag = defineScalarTag<number | bigint | TooLarge>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: intCoreTag.implicitFirstChars,
  resolve(source, isExplicit, tagName) {
    const value = intCoreTag.resolve(source, isExplicit, tagName);
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    if (DECIMAL.test(source)) return longDecimal(source);
    return value;
  },
  ...load,
});

const floatTag = defineScalarTag<number | TooLarge>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: floatCoreTag.implicitFirstChars,
  resolve(source, isExplicit, tagName) {
    const value = floatCoreTag.resolve(source, isExplicit, tagName);
    if (value !== NOT_RESOLVED || !FLOAT.test(source)) return value;
    return new TooLarge(Number(source));
  },
  ...load,
});

const map = {
  create: () => new YamlMap(),
  addPair: (carrier: YamlMap, key: unknown, value: unknown) => {
    carrier.add(key, value);
    return "";
  },
  has: (carrier: YamlMap, key: unknown) => carrier.hasBeforeMerge(key),
  keys: (result: YamlMap) => result.keys(),
  get: (result: YamlMap, key: unknown) => result.get(key),
  identify: (data: unknown) => data instanceof YamlMap,
};

const list = {
  create: (): unknown[] => [],
  addItem: (carrier: unknown[], item: unknown) => {
    carrier.push(item);
  },
  ...load,
};

/** One tag that nobody knows would lose the whole file: its data are read as if it were not there. */
const foreignTags = ["!", "tag:"].flatMap((prefix) => [
  defineScalarTag<unknown>(prefix, { matchByTagPrefix: true, resolve: plainScalar, ...load }),
  defineSequenceTag(prefix, { matchByTagPrefix: true, ...list }),
  defineMappingTag(prefix, { matchByTagPrefix: true, ...map, ...load }),
]);

/** The schema of every YAML file. */
export const YAML_SCHEMA = CORE_SCHEMA.withTags(
  intTag,
  floatTag,
  mergeTag,
  defineMappingTag("tag:yaml.org,2002:map", map),
  ...foreignTags,
);

function plainScalar(source: string): unknown {
  const value = YAML_NUMBERS.map((tag) => tag.resolve(source, false, "")).find((each) => each !== NOT_RESOLVED);
  return value === undefined ? source : value;
}

const YAML_NUMBERS = [intTag, floatTag] as const;

function longDecimal(source: string): number | bigint | TooLarge {
  const text = source.startsWith("+") ? source.slice(1) : source;
  const digits = text.replace(/^-?0*/, "").length;
  if (digits <= MAX_EXACT_DIGITS) return BigInt(text);
  const value = Number(text);
  return Number.isFinite(value) ? value : new TooLarge(value);
}
