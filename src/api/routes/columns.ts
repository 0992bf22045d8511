// Routes of what a repository has besides commits: columns, branches, warnings.
import { readBranchList } from "../../reads/branches.ts";
import { readColumnBest, readColumnBlame } from "../../reads/column-changes.ts";
import { readColumn, readColumnCatalogue } from "../../reads/column-catalogue.ts";
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { readWarnings } from "../../reads/warnings.ts";
import { bestOfColumn, blameColumn } from "../contract/column-history.ts";
import * as contract from "../contract/columns.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of columns, branches and warnings. */
export function columnRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(contract.listColumns, "read", async ({ caller, params, query }) => {
      const { answer } = await readColumnCatalogue(reads, caller.organizationId, params.repository, query);
      return answer;
    }),
    route(contract.changeColumn, "choose-columns", async ({ caller, params, body }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      const { column: id } = params;
      await useCases.chooseColumn(caller.organizationId, repository, { id, change: body });
      return readColumn(reads, caller.organizationId, params.repository, id);
    }),
    route(blameColumn, "read", ({ caller, params, query }) =>
      readColumnBlame(reads, caller.organizationId, params.repository, params.column, query),
    ),
    route(bestOfColumn, "read", ({ caller, params, query }) =>
      readColumnBest(reads, caller.organizationId, params.repository, params.column, query),
    ),
    route(contract.listBranches, "read", async ({ caller, params }) => {
      const { answer } = await readBranchList(reads, caller.organizationId, params.repository);
      return answer;
    }),
    route(contract.listWarnings, "read", async ({ caller, params }) => {
      const { answer } = await readWarnings(reads, caller.organizationId, params.repository);
      return answer;
    }),
  ];
}
