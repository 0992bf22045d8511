// How long a server that refused Git wants to be left alone: it says so in a header that Git does not show.
import type { OutboundAnswer } from "../outbound-call.ts";
import { askLikeGit, type GitQuestion, isRefusal, limitIn } from "./git-question.ts";

/** Who is answered again by then is asked again after this, in ms. */
const OVER_MS = 30_000;

/** What is asked of whom, and when: ms since 1970. */
export interface GitLimitQuestion extends Omit<GitQuestion, "attempt"> {
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

function askAgain(question: GitLimitQuestion): Promise<OutboundAnswer | null> {
  return askLikeGit({ ...question, attempt: "ask for the limits of" });
}
