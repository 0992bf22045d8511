// Fields of a row that say where and when it was made: never its name, and no figures.
const ALWAYS = new Set(["date", "datetime", "timestamp", "created_at", "updated_at", "run_id", "pid"]);
// These can be figures too: a `time` or `user` that is a number was measured, one that is a text was not.
const AS_TEXT = new Set([
  "version",
  "time",
  "host",
  "hostname",
  "node",
  "user",
  "sha",
  "sha1",
  "branch",
  "uuid",
  "message",
]);
const BEGINNINGS = ["machine", "commit"];

/** @returns whether a field of this name can never name a row */
export function isProvenanceName(field: string): boolean {
  const name = field.toLowerCase();
  return ALWAYS.has(name) || AS_TEXT.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning));
}

/** @returns whether a row's field of this name becomes no column: never, always, or only when it is a text */
export function leftOut(field: string): "never" | "always" | "as text" {
  if (ALWAYS.has(field)) return "always";
  return isProvenanceName(field) ? "as text" : "never";
}
