// Routes of metric files: which are read, by which rules, and what names their rows.
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { readMetricFiles } from "../../reads/metric-files.ts";
import * as contract from "../contract/files.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of metric files. */
export function fileRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(contract.listFiles, "read", async ({ caller, params }) => {
      const { answer } = await readMetricFiles(reads, caller.organizationId, params.repository);
      return answer;
    }),
    route(contract.changeFiles, "choose-files", async ({ caller, params, body }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return { event: await useCases.changeMetricFiles(caller.organizationId, repository, body, caller.userId) };
    }),
    route(contract.previewFiles, "choose-files", async ({ caller, params, query }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return useCases.previewPattern(caller.organizationId, { repository, pattern: query.pattern });
    }),
    route(contract.listRows, "choose-files", async ({ caller, params, query }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      const { path, array, fields } = query;
      const naming = fields.length === 0 ? null : { array, fields };
      return useCases.readRows(caller.organizationId, { repository, path, naming });
    }),
    route(contract.nameRows, "choose-files", async ({ caller, params, body }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return { event: await useCases.chooseIdentity(caller.organizationId, repository, body, caller.userId) };
    }),
  ];
}
