// The headers of every answer (reference/web-security.md 5.3) and the policies of the pages.

const PERMISSIONS =
  "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), fullscreen=(), geolocation=(), " +
  "gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), " +
  "xr-spatial-tracking=()";

/** One year: HSTS is only sent where people use https. */
const HSTS_SECONDS = 31_536_000;

/** The policy of everything that is not a page: nothing may be loaded by it, nothing may frame it. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The policy of a raw file: a browser that shows it all the same runs nothing of it. */
export const FILE_POLICY = "sandbox; default-src 'none'";

/**
 * The policy of the web app's shell. The nonce is for the styles that Mantine and the scroll lock put in; scripts come
 * from files only, and Trusted Types let no text become markup.
 */
export function shellPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
  ].join("; ");
}

/**
 * The headers of every answer. A route sets its own `cache-control` and policy over them.
 * @param https whether people use https, by TIDEMARK_URL
 */
export function commonHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    "cache-control": "no-cache",
    "content-security-policy": DATA_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(https ? { "strict-transport-security": `max-age=${HSTS_SECONDS}` } : {}),
  };
}

/** Pages of a team: kept by its own browser, asked about each time. */
export const REVALIDATED = "private, no-cache";
/** What is never kept: the shell with its nonce, sessions, problems. */
export const NOT_KEPT = "no-store";
/** Files whose name holds their hash. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
