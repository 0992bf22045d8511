// Dates of the filter language: a day, a minute or a second, as a span of time.

/** A date as the filter language has it; without a zone it is UTC. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?$/;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A span of time in milliseconds since 1970, `to` not within it. */
export interface DateSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads an ISO date or date-time. It means all of its day, minute or second: `=` is within it, `<` before its begin,
 * `<=` before its end, `>` from its end on, `>=` from its begin on.
 * @returns null when it is none, or names a day or a time that there is not
 */
export function dateSpan(text: string): DateSpan | null {
  const found = DATE.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = "00", minute = "00", second, zone = "Z"] = found;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second ?? "00"}.000Z`;
  const at = Date.parse(local);
  // Date.parse() takes the 31st of February for one in March
  if (Number.isNaN(at) || new Date(at).toISOString() !== local) return null;
  const offset = zoneOffset(zone);
  if (offset === null) return null;
  const length = found[4] === undefined ? DAY_MS : second === undefined ? MINUTE_MS : 1_000;
  return { from: at - offset, to: at - offset + length };
}

function zoneOffset(zone: string): number | null {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
