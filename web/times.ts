// Times and counts in a few words: "2 h", "about 3 min left", "1 commit".

const STEPS = [
  { unit: "s", seconds: 1, below: 60 },
  { unit: "min", seconds: 60, below: 3_600 },
  { unit: "h", seconds: 3_600, below: 86_400 },
  { unit: "d", seconds: 86_400, below: 30 * 86_400 },
  { unit: "mo", seconds: 30.44 * 86_400, below: 365.25 * 86_400 },
  { unit: "y", seconds: 365.25 * 86_400, below: Number.POSITIVE_INFINITY },
] as const;

/** @param seconds a length of time; @returns it in one unit, rounded down: "12 s", "10 d", "1 mo" */
export function shortDuration(seconds: number): string {
  const length = Math.max(0, seconds);
  const step = STEPS.find(({ below }) => length < below) ?? STEPS[5];
  return `${Math.max(step.unit === "s" ? 0 : 1, Math.floor(length / step.seconds))} ${step.unit}`;
}

/** A time that is ahead by no more is now: clocks differ. */
const AHEAD_SECONDS = 3_600;
/** What the API gives for every time that is later. */
const LATEST = "9999-12-31T23:59:59Z";

/**
 * How long ago something was.
 * @param time ISO 8601; what is no time gives ""
 * @param now milliseconds since 1970
 * @returns "2 h"; "in 2 h" for what lies ahead
 */
export function ago(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return "";
  const seconds = (now - at) / 1_000;
  return seconds < -AHEAD_SECONDS ? `in ${shortDuration(-seconds)}` : shortDuration(seconds);
}

/** The same in a sentence: "2 h ago", "in 2 h". */
export function agoWords(time: string, now: number): string {
  const words = ago(time, now);
  return words === "" || words.startsWith("in ") ? words : `${words} ago`;
}

/** @returns how far ahead a time is that our own server said: "in 5 min"; "now" for what is past */
export function aheadWords(time: string, now: number): string {
  const seconds = Math.ceil((Date.parse(time) - now) / 1_000);
  return seconds > 0 ? `in ${shortDuration(seconds)}` : "now";
}

/** @returns a time as the commit's author wrote it, with its zone: "2024-03-01 12:30 +01:00" */
export function writtenTime(time: string): string {
  if (time === LATEST) return "after 9999";
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(Z|[+-]\d\d:?\d\d)?$/.exec(time);
  if (parts === null) return time;
  const zone = parts[3] === undefined || parts[3] === "Z" ? "UTC" : parts[3];
  return `${parts[1]} ${parts[2]} ${zone}`;
}

/** @returns the day of a time in UTC, as charts have it: "2024-03-01"; what is no time as it is */
export function dayOf(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : new Date(at).toISOString().slice(0, 10);
}

const GROUPS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** @returns "1 commit", "1,200 commits" */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${GROUPS.format(number)} ${number === 1 ? noun : plural}`;
}

/** @returns a number of bytes in the unit people use: "512 bytes", "4.2 MiB", "4 MiB" */
export function size(bytes: number): string {
  if (bytes < 1_024) return count(bytes, "byte");
  const kibibytes = bytes / 1_024;
  const [number, unit] = kibibytes < 1_024 ? [kibibytes, "KiB"] : [kibibytes / 1_024, "MiB"];
  return `${number.toFixed(1).replace(/\.0$/, "")} ${unit}`;
}
