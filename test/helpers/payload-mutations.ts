// Payloads in which one value is another one, or is not there: what nobody sends, and nothing may break on.

/** Paths to every value below `value`. */
export function pathsOf(value: unknown, trail: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [trail];
  const below = Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...trail, name]));
  return [trail, ...below];
}

/** A megabyte of text. */
export const LONG = "x".repeat(1_000_000);
const REMOVED = Symbol("removed");
/** What a value is replaced by. */
export const REPLACEMENTS: readonly unknown[] = [null, [], {}, 7, -1, 1e300, LONG, "", true, [null], "\u0000", REMOVED];

/** A copy in which the value at a path is another one. */
export function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return by === REMOVED ? undefined : by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  const inside = replaced(copy[name], rest, by);
  if (inside === undefined && Array.isArray(copy)) copy.splice(Number(name), 1);
  else if (inside === undefined) delete copy[name];
  else copy[name] = inside;
  return copy;
}

/** What we read of payloads; half of the mutations hit these, since most values are never looked at. */
export const READ =
  /^(ref|ref_type|before|after|sha|action|event_name|object_kind|project_id|repository|project|push|changes|new|old|data|type)\b/;
