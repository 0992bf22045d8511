// How long a server that refused Git with 429, or with 403 for the same reason, wants to be left alone: it says so in a header that Git does not show.
import type { EgressAllowance } from "../outbound.ts";
import { call, type OutboundAnswer } from "../outbound-call.ts";
import type { Secret } from "../secrets.ts";
import { limitedUntil, speaksOfLimit } from "./rate-limit.ts";

/** What a server says beside a refusal is short, and nobody waits for it for long. */
const ASKING = { callMs: 10_000, answerBytes: 64 * 1024 };
const TOO_MANY_REQUESTS = 429;
/** What GitHub answers instead, and others; most of the time it is about something else. */
const FORBIDDEN = 403;
/** Who is answered again by then is asked again after this, in ms. */
const OVER_MS = 30_000;

/** What is asked of whom. */
export interface GitLimitQuestion {
  /** of the repository */
  readonly address: string;
  readonly authorization: Secret | null;
  readonly allow: EgressAllowance;
  /** ms since 1970 */
  readonly now: number;
}

/**
 * Asks once more what Git asks first.
 * @returns until when the server wants to be left alone, in ms since 1970; null where it does not say
 * @throws TidemarkError those of `call()`
 */
export async function askGitLimit(question: GitLimitQuestion): Promise<number | null> {
  const answer = await askAgain(question);
  if (answer === null) return null;
  return isRefusal(answer) ? limitIn(answer, question.now) : question.now + OVER_MS;
}

/**
 * Asks once more after a refusal whether it was one about limits, which Git does not tell from others.
 * @returns until when the server wants to be left alone, in ms since 1970; null where it was about something else
 * @throws TidemarkError those of `call()`
 */
export async function askRefusalLimit(question: GitLimitQuestion): Promise<number | null> {
  const answer = await askAgain(question);
  return answer === null || !isRefusal(answer) ? null : limitIn(answer, question.now);
}

function isRefusal({ status }: OutboundAnswer): boolean {
  return status === TOO_MANY_REQUESTS || status === FORBIDDEN;
}

function limitIn({ status, headers, text }: OutboundAnswer, now: number): number | null {
  return limitedUntil(headers, status === FORBIDDEN && speaksOfLimit(text), now);
}

async function askAgain({ address, authorization, allow }: GitLimitQuestion): Promise<OutboundAnswer | null> {
  if (!/^https?:/.test(address)) return null;
  let end = address.length;
  while (address[end - 1] === "/") end -= 1;
  const url = `${address.slice(0, end)}/info/refs?service=git-upload-pack`;
  const request = { method: "GET", url, authorization, attempt: "ask for the limits of" } as const;
  return call(request, allow, ASKING);
}
