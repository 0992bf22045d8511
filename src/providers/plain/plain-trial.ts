// A password of a plain Git server, tried at one of its repositories: nothing else there says whether it is taken.
import { TidemarkError } from "../../errors.ts";
import type { OutboundAnswer } from "../../outbound-call.ts";
import { basicAuthorization } from "../../secrets.ts";
import { askLikeGit, isGits, isRefusal, limitIn } from "../git-question.ts";
import type { PasswordTrial, ProviderAccess, ProviderCall } from "../provider.ts";

const ATTEMPT = "try the password at";
/** What a server answers whoever it does not let in. */
const REFUSED = [401, 403];
/** Nothing is there, or nothing that this login may know of. */
const NOTHING = [404, 410];

/**
 * Tries a login with its password at a repository: once, since servers lock who tries too often.
 * @param gitLogin what goes beside the password
 * @throws TidemarkError `account-refused`, `provider-limited` (with `retryAt`), `provider-failed`; those of `call()`
 */
export async function tryPassword(
  at: ProviderCall,
  { token }: Pick<ProviderAccess, "token">,
  { address, gitLogin }: { readonly address: string; readonly gitLogin: string },
): Promise<PasswordTrial> {
  const { allow } = at;
  const open = await askLikeGit({ address, authorization: null, allow, attempt: ATTEMPT });
  // whoever lets everybody in may not look at a password at all
  if (open === null || isGits(open)) return "open";
  const authorization = basicAuthorization(gitLogin, token);
  const answer = await askLikeGit({ address, authorization, allow, attempt: ATTEMPT });
  if (answer === null) return "open";
  if (isGits(answer)) return "taken";
  throwRefusal(answer, address, at.now());
  if (NOTHING.includes(answer.status)) return "nothing";
  throw problem("provider-failed", address, `the status ${answer.status}, and no repository`, "an answer of Git's");
}

function throwRefusal(answer: OutboundAnswer, address: string, now: number): void {
  const retryAt = isRefusal(answer) ? limitIn(answer, now) : null;
  if (retryAt !== null) {
    const wanted = `a wait of ${Math.ceil((retryAt - now) / 1_000)} s`;
    throw problem("provider-limited", address, "a server that asks to come back later", wanted, { retryAt });
  }
  if (!REFUSED.includes(answer.status)) return;
  const found = `that the server does not let this login in (${answer.status})`;
  throw problem("account-refused", address, found, "a login with its password that it takes");
}

function problem(
  code: "account-refused" | "provider-limited" | "provider-failed",
  value: string,
  found: string,
  wanted: string,
  options?: { readonly retryAt: number },
): TidemarkError {
  return new TidemarkError(code, { attempt: ATTEMPT, value, found, wanted }, options);
}
