// Routes of what a repository has besides commits: columns, branches, warnings.
import { readBranchList } from "../../reads/branches.ts";
import { readColumnCatalogue } from "../../reads/column-catalogue.ts";
import { readWarnings } from "../../reads/warnings.ts";
import * as contract from "../contract/columns.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of columns, branches and warnings. */
export function columnRoutes({ reads }: Services): Route[] {
  return [
    route(contract.listColumns, "read", async ({ caller, params, query }) => {
      const { answer } = await readColumnCatalogue(reads, caller.organizationId, params.repository, query);
      return answer;
    }),
    route(contract.listBranches, "read", async ({ caller, params }) => {
      const { answer } = await readBranchList(reads, caller.organizationId, params.repository);
      return { branches: answer };
    }),
    route(contract.listWarnings, "read", async ({ caller, params }) => {
      const { answer } = await readWarnings(reads, caller.organizationId, params.repository);
      return answer;
    }),
  ];
}
