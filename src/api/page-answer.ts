// Answers with a page of a repository: from memory where its version is known to be the same, and as 304 to who has it.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RepositoryId } from "../domain/model.ts";
import { knownRepositoryVersion } from "../reads/commit-page.ts";
import type { Caller } from "./caller.ts";
import { etagOf } from "./etag.ts";
import { NOT_KEPT } from "./headers.ts";
import { ANSWERED, AnswerText, notModified } from "./route.ts";
import type { Services } from "./services.ts";

/** A page that is asked for. */
export interface PageAsk {
  readonly caller: Caller;
  readonly params: { readonly repository: string };
  readonly query: object;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * @param kind of page: with the query it is the whole question
 * @param make makes it, as text, of the repository with this id; the same version and question give the same text
 * @throws TidemarkError `repository-not-found`, and what `make` throws
 */
export async function answerPage(
  { reads, release }: Pick<Services, "reads" | "release">,
  { caller: { organizationId }, params, query, request, reply }: PageAsk,
  kind: string,
  make: (
    repository: RepositoryId,
  ) => Promise<{ readonly version: number; readonly text: string; readonly isWhole?: boolean }>,
): Promise<AnswerText | typeof ANSWERED> {
  const question = `${kind} ${JSON.stringify(query)}`;
  const head = await knownRepositoryVersion(reads, organizationId, params.repository);
  const { repository } = head;
  const tag = (of: number): string => etagOf(release, organizationId, repository, of, question);
  if (notModified(request, reply, tag(head.version))) {
    reads.pages.countNotModified();
    return ANSWERED;
  }
  const { version, body, isWhole } = await reads.pages.read(
    { organizationId, repository, question },
    head.version,
    async () => {
      const page = await make(repository);
      return { version: page.version, body: Buffer.from(page.text), isWhole: page.isWhole !== false };
    },
  );
  if (!isWhole) {
    // what has no name is asked for again, and may be another answer then
    void reply.removeHeader("etag").header("cache-control", NOT_KEPT);
    return new AnswerText(body);
  }
  return notModified(request, reply, tag(version)) ? ANSWERED : new AnswerText(body);
}
