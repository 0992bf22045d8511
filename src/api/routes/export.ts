// The route of an export: a file that is made while it is taken, and ends when nobody takes it any more.
import { Readable } from "node:stream";
import { type CommitExport, openExport } from "../../reads/commit-export.ts";
import { exportCommits } from "../contract/export.ts";
import { FILE_POLICY, NOT_KEPT } from "../headers.ts";
import { contentDisposition } from "../raw-file-headers.ts";
import { ANSWERED, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

const TYPES = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson; charset=utf-8" } as const;

/** A name for the file: a branch's slashes would be folders. */
function fileName({ name, branch }: CommitExport, format: keyof typeof TYPES): string {
  return `${[name, ...(branch === null ? [] : [branch])].join("-").replace(/[/\\]/g, "-")}.${format}`;
}

/** A stream of the export that ends, with an error, after so long; whoever reads on learns that it was cut. */
function streamOf(found: CommitExport, longestMs: number): Readable {
  const stream = Readable.from(found.text, { encoding: "utf8" });
  const timer = setTimeout(() => stream.destroy(new Error("the export took too long")), longestMs);
  stream.on("close", () => clearTimeout(timer));
  return stream;
}

/** The route of an export. */
export function exportRoutes({ reads, exports: places }: Services): Route[] {
  return [
    route(
      exportCommits,
      "read",
      async ({ caller, params, query, request, reply }) => {
        const { organizationId, userId } = caller;
        const giveBack = places.take(`${organizationId} ${userId}`);
        try {
          const found = await openExport(reads, organizationId, params.repository, query);
          // who asks for the heads alone is told them, and nothing is read
          const stream = request.method === "HEAD" ? Readable.from([]) : streamOf(found, places.limits.longestMs);
          stream.on("close", giveBack);
          void reply
            .header("content-type", TYPES[query.format])
            .header("content-disposition", contentDisposition(fileName(found, query.format)))
            .header("content-security-policy", FILE_POLICY)
            .header("cache-control", NOT_KEPT)
            .header("tidemark-commits", String(found.commits))
            .send(stream);
          return ANSWERED;
        } catch (error) {
          giveBack();
          throw error;
        }
      },
      "exports",
    ),
  ];
}
