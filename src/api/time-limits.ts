// How long slow clients are waited for (reference/web-security.md 5.1): by default Node closes none of them.

/** Times, in ms. */
export interface TimeLimits {
  /** until a request has come whole */
  readonly requestMs: number;
  /** until its headers have, also of a connection that never asks */
  readonly headersMs: number;
  /** between two looks for slow requests */
  readonly checkMs: number;
  /** in which a delivery of a webhook goes on coming */
  readonly idleMs: number;
  /** of a connection on which no byte moves while a request is answered */
  readonly connectionMs: number;
  /** between two requests */
  readonly keepAliveMs: number;
}

/** Raised by nobody; tests make them small. */
export const TIME_LIMITS: TimeLimits = {
  requestMs: 30_000,
  headersMs: 10_000,
  checkMs: 1_000,
  idleMs: 10_000,
  // a reader that stops is to be gone within 120 s, and Node waits once more when bytes have moved since the last time:
  // 60 s were 124 s. Event streams say something every 15 s
  connectionMs: 50_000,
  // more than the idle time of a proxy in front, so that the proxy closes first
  keepAliveMs: 65_000,
};
