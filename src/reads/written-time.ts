// A commit's time as it was written, in ISO 8601 with its own zone.

const WRITTEN_ZONE = / ([+-])(\d{2})([0-5]\d)$/;
/** Zones are at most this far from UTC, in hours (ISO 8601 takes no others that exist). */
const MAX_ZONE_HOURS = 14;

/** What stands for times that ISO 8601 cannot hold, which has four digits for a year. */
const LATEST = "9999-12-31T23:59:59Z";
/** The ends of the years 0 to 9999, in seconds since 1970. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;
const DAY_LENGTH = "2023-11-14".length;
/** Digits that are shown of a time that no date can say: those of the largest that Git itself computes with. */
const MAX_RAW_LENGTH = 20;

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/**
 * Writes a time in the zone in which it was written.
 * @param written as Git has it, "1700000000 +0100"; an absurd zone counts as UTC
 * @param clamped seconds since 1970 that stand for it where nothing is written
 * @returns "2023-11-14T23:13:20+01:00"; LATEST for what is later
 */
export function writtenTime(written: string, clamped: number): string {
  return timeOf(written, clamped) ?? LATEST;
}

/**
 * The day of a time as people read it.
 * @param written as Git has it, "1700000000 +0100"
 * @param clamped seconds since 1970 that stand for it where nothing is written
 * @returns "2023-11-14" in the zone in which it was written; the seconds as they are written where no date can say them
 */
export function writtenDay(written: string, clamped: number): string {
  const time = timeOf(written, clamped);
  if (time !== null) return time.slice(0, DAY_LENGTH);
  const [raw = ""] = written.split(" ");
  return raw.length > MAX_RAW_LENGTH ? `${raw.slice(0, MAX_RAW_LENGTH)}…` : raw;
}

/** Null for what has no year of four digits. */
function timeOf(written: string, clamped: number): string | null {
  const parsed = Number.parseInt(written, 10);
  const seconds = Number.isNaN(parsed) ? clamped : parsed;
  const zone = WRITTEN_ZONE.exec(written);
  const [hours, minutes] = zone === null ? [0, 0] : [Number(zone[2]), Number(zone[3])];
  const east = (hours * 60 + minutes) * (zone?.[1] === "-" ? -1 : 1);
  const isUtc = zone === null || east === 0 || Math.abs(east) > MAX_ZONE_HOURS * 60;
  const local = isUtc ? seconds : seconds + east * 60;
  if (local < FIRST_SECOND || local > LAST_SECOND) return null;
  return `${localTime(local)}${isUtc ? "Z" : `${zone[1]}${two(hours)}:${two(minutes)}`}`;
}

/** Days to a date by the civil calendar, years counted from March: four times as fast as Date's own text. */
function localTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = `${two(Math.floor(rest / 3_600))}:${two(Math.floor(rest / 60) % 60)}:${two(Math.floor(rest % 60))}`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${time}`;
}
