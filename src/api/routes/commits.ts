// Routes of commits: a page of a branch's line, one commit, a raw file.
import { readCommit } from "../../reads/commit-detail.ts";
import { readCommitPage } from "../../reads/commit-page.ts";
import { findRawFile } from "../../reads/raw-file.ts";
import * as contract from "../contract/commits.ts";
import { answerPage } from "../page-answer.ts";
import { rawFileHeaders } from "../raw-file-headers.ts";
import { ANSWERED, notModified, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of commits. */
export function commitRoutes(services: Services): Route[] {
  const { reads, readRawFile } = services;
  return [
    route(contract.listCommits, "read", (asked) =>
      answerPage(services, asked, "commits", (repository) =>
        readCommitPage(reads, asked.caller.organizationId, repository, asked.query),
      ),
    ),
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
