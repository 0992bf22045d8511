// Routes of commits: a page of a branch's line, one commit, a raw file.
import { readCommit } from "../../reads/commit-detail.ts";
import { readCommitPage, readRepositoryVersion } from "../../reads/commit-page.ts";
import { findRawFile } from "../../reads/raw-file.ts";
import * as contract from "../contract/commits.ts";
import { etagOf } from "../etag.ts";
import { rawFileHeaders } from "../raw-file-headers.ts";
import { ANSWERED, AnswerText, notModified, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of commits. */
export function commitRoutes({ reads, readRawFile }: Services): Route[] {
  return [
    route(contract.listCommits, "read", async ({ caller, params, query, request, reply }) => {
      const { organizationId } = caller;
      const question = JSON.stringify(query);
      const tag = (version: number): string => etagOf("commits", organizationId, params.repository, version, question);
      if (request.headers["if-none-match"] !== undefined) {
        const { version } = await readRepositoryVersion(reads, organizationId, params.repository);
        if (notModified(request, reply, tag(version))) return ANSWERED;
      }
      const page = await readCommitPage(reads, organizationId, params.repository, query);
      notModified(request, reply, tag(page.version));
      return new AnswerText(page.text);
    }),
    route(contract.getCommit, "read", async ({ caller, params }) => {
      const { answer } = await readCommit(reads, caller.organizationId, params.repository, params.sha);
      return answer;
    }),
    route(contract.getFile, "read", async ({ caller, params, request, reply }) => {
      const { organizationId } = caller;
      const file = { sha: params.sha, path: params["*"] };
      const found = await findRawFile(reads, organizationId, params.repository, file);
      // a strong name: the bytes are sent as they are
      if (notModified(request, reply, `"${found.version}"`)) return ANSWERED;
      const { repository, sha, path } = found;
      const bytes = await readRawFile({ organizationId, repositoryId: repository, sha, path });
      void reply
        .headers(rawFileHeaders(path, bytes))
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return ANSWERED;
    }),
  ];
}
