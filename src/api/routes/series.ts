// The route of charts: columns along branches.
import { readColumnSeries } from "../../reads/column-series.ts";
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { getSeries } from "../contract/series.ts";
import { etagOf } from "../etag.ts";
import { ANSWERED, AnswerText, notModified, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of charts. */
export function seriesRoutes({ reads }: Services): Route[] {
  return [
    route(getSeries, "read", async ({ caller, params, query, request, reply }) => {
      const { organizationId } = caller;
      const tag = (version: number): string =>
        etagOf("series", organizationId, params.repository, version, JSON.stringify(query));
      if (request.headers["if-none-match"] !== undefined) {
        const { version } = await readRepositoryVersion(reads, organizationId, params.repository);
        if (notModified(request, reply, tag(version))) return ANSWERED;
      }
      const series = await readColumnSeries(reads, organizationId, params.repository, query);
      notModified(request, reply, tag(series.version));
      return new AnswerText(JSON.stringify(series));
    }),
  ];
}
