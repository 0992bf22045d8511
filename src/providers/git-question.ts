// What Git asks a server first, asked without git: whether it answers like Git, and what it says beside a refusal.
import type { EgressAllowance } from "../outbound.ts";
import { call, type OutboundAnswer } from "../outbound-call.ts";
import type { Secret } from "../secrets.ts";
import { limitedUntil, speaksOfLimit } from "./rate-limit.ts";

/** What a server says first is short, and nobody waits for it for long. */
const ASKING = { callMs: 10_000, answerBytes: 1024 * 1024 };
const TOO_MANY_REQUESTS = 429;
/** What GitHub answers instead, and others; most of the time it is about something else. */
const FORBIDDEN = 403;

/** What is asked of whom. */
export interface GitQuestion {
  /** of the repository */
  readonly address: string;
  readonly authorization: Secret | null;
  readonly allow: EgressAllowance;
  readonly signal?: AbortSignal | undefined;
  /** as a verb phrase with the address as its object */
  readonly attempt: string;
}

/** @returns the answer to what Git asks first; null for an address that is not asked over HTTP. @throws those of `call()` */
export async function askLikeGit({
  address,
  authorization,
  allow,
  signal,
  attempt,
}: GitQuestion): Promise<OutboundAnswer | null> {
  if (!/^https?:/.test(address)) return null;
  let end = address.length;
  while (address[end - 1] === "/") end -= 1;
  const url = `${address.slice(0, end)}/info/refs?service=git-upload-pack`;
  return call({ method: "GET", url, authorization, attempt, ...(signal && { signal }) }, allow, ASKING);
}

/** @returns whether a repository is there: a server with a program for it answers in Git's form, files alone in lines */
export function isGits({ status, headers, text }: OutboundAnswer): boolean {
  const type = headers["content-type"] ?? "";
  return status === 200 && (type.startsWith("application/x-git-") || /^[0-9a-f]{40,64}\t/.test(text));
}

/** @returns whether an answer may be one about being asked too much */
export function isRefusal({ status }: OutboundAnswer): boolean {
  return status === TOO_MANY_REQUESTS || status === FORBIDDEN;
}

/** @returns until when a server that refused wants to be left alone, in ms since 1970; null where it says nothing of that */
export function limitIn({ status, headers, text }: OutboundAnswer, now: number): number | null {
  return limitedUntil(headers, status === FORBIDDEN && speaksOfLimit(text), now);
}
