// When a provider may be asked again: what its headers say of limits, in every spelling that providers use.

/** How long is waited where a provider limits and does not say until when, in ms: GitHub's rule for secondary limits. */
export const UNSAID_WAIT_MS = 60_000;
/** Longest wait that a header can ask for, in ms: whatever says more is taken for a mistake. */
const MAX_WAIT_MS = 24 * 3_600_000;
/** A reset above this is a time in seconds since 1970, one below it a number of seconds from now. */
const EARLIEST_EPOCH_S = 1_000_000_000;

/** What the words of a refusal about limits have in common; GitHub sends these with 403 and sometimes no header. */
const LIMIT_WORDS = /\brate limit|abuse detection|too many requests/i;
/** Longest part of an answer's text that is looked through for words, in characters. */
const MAX_LOOK = 4_000;

/** @returns whether the words of a refusal are about being asked too much */
export function speaksOfLimit(text: string): boolean {
  return LIMIT_WORDS.test(text.slice(0, MAX_LOOK));
}

type Headers = Readonly<Record<string, string>>;

/** @returns when to ask again by `Retry-After` (seconds, or a date), in ms since 1970; null without one that can be read */
export function retryAfter(headers: Headers, now: number): number | null {
  const text = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return within(now + Number(text) * 1_000, now);
  const date = /^[A-Z][a-z]{2}, \d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : within(date, now);
}

/** @returns when a used-up limit is filled again, in ms since 1970; null while some of it remains or nothing is said */
export function limitReset(headers: Headers, now: number): number | null {
  for (const prefix of ["x-ratelimit", "ratelimit"]) {
    const reset = headers[`${prefix}-reset`] ?? "";
    if (headers[`${prefix}-remaining`]?.trim() !== "0" || !/^\d{1,12}$/.test(reset)) continue;
    const seconds = Number(reset);
    return within(seconds > EARLIEST_EPOCH_S ? seconds * 1_000 : now + seconds * 1_000, now);
  }
  return null;
}

/**
 * The rule of GitHub, which is sensible for all: `Retry-After` first, then the reset of a used-up limit, then a minute.
 * @param isLimited whether the answer is one about limits for other reasons: its status, or its words
 * @returns when to ask again, in ms since 1970; null when this is no answer about limits
 */
export function limitedUntil(headers: Headers, isLimited: boolean, now: number): number | null {
  const said = retryAfter(headers, now) ?? limitReset(headers, now);
  if (said !== null) return said;
  return isLimited ? now + UNSAID_WAIT_MS : null;
}

function within(time: number, now: number): number {
  return Math.min(Math.max(time, now + 1_000), now + MAX_WAIT_MS);
}
