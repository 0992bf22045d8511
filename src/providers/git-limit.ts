// How long a server that refused Git with 429 wants to be left alone: it says so in a header that Git does not show.
import type { EgressAllowance } from "../outbound.ts";
import { call } from "../outbound-call.ts";
import type { Secret } from "../secrets.ts";
import { limitedUntil } from "./rate-limit.ts";

/** What a server says beside a refusal is short, and nobody waits for it for long. */
const ASKING = { callMs: 10_000, answerBytes: 64 * 1024 };
const TOO_MANY_REQUESTS = 429;
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
export async function askGitLimit({ address, authorization, allow, now }: GitLimitQuestion): Promise<number | null> {
  if (!/^https?:/.test(address)) return null;
  let end = address.length;
  while (address[end - 1] === "/") end -= 1;
  const url = `${address.slice(0, end)}/info/refs?service=git-upload-pack`;
  const request = { method: "GET", url, authorization, attempt: "ask for the limits of" } as const;
  const { status, headers } = await call(request, allow, ASKING);
  return status === TOO_MANY_REQUESTS ? limitedUntil(headers, false, now) : now + OVER_MS;
}
