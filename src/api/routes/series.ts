// The route of charts: columns along branches.
import { readColumnSeries } from "../../reads/column-series.ts";
import { getSeries } from "../contract/series.ts";
import { answerPage } from "../page-answer.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** The route of charts. */
export function seriesRoutes(services: Services): Route[] {
  return [
    route(getSeries, "read", (asked) =>
      answerPage(services, asked, "series", async (repository) => {
        const { caller, query } = asked;
        const series = await readColumnSeries(services.reads, caller.organizationId, repository, query);
        return { version: series.version, text: JSON.stringify(series) };
      }),
    ),
  ];
}
