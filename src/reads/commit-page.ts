// A page of commits as text: a branch's line as it stands, or a list that is searched, filtered, sorted.
import { checkFilter } from "../domain/filter-parser.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { readVersion } from "../store/branch-page.ts";
import type { OrganizationStore } from "../store/organization-store.ts";
import { archivedOf } from "./archived-rows.ts";
import { tryLine } from "./line-page.ts";
import { loadPlan, type PagePlan, type PlanReads, planFor } from "./page-plan.ts";
import { type CommitPageQuery, type CommitPageText, checkOrder, isPlainLine, type PageTry } from "./page-question.ts";
import type { RepositoryHead } from "./repository-heads.ts";
import { askRepository, atRepository, headOf, type NameReads } from "./repository-names.ts";
import { trySearch } from "./sorted-history.ts";

/** A statement that meets another version than its plan is asked again, at most this often: then both are of one snapshot. */
const MAX_TRIES = 4;

/**
 * A page of commits as the text of a CommitPage of the contract.
 * @throws TidemarkError `repository-not-found`, `branch-not-found`, `column-not-found`, `commit-not-found`, `bad-filter`,
 *   `bad-argument`, `cursor-mismatch`
 */
export async function readCommitPage(
  reads: NameReads & PlanReads,
  organization: OrganizationId,
  nameOrId: string,
  query: CommitPageQuery,
): Promise<CommitPageText> {
  // what is wrong with it is said before anything is asked
  if (query.where !== undefined) checkFilter(query.where);
  checkOrder(query);
  return askRepository(reads, organization, nameOrId, (repository) =>
    atRepository(reads, organization, repository, (store) => pageAt(reads, store, repository, query)),
  );
}

/** The page as one server has it; null when it has no such repository. */
async function pageAt(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: CommitPageQuery,
): Promise<CommitPageText | null> {
  // a plan that was kept is no older than what the archive has brought: it would be brought again for each of the two
  let version = archivedOf(store)?.version ?? -1;
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const plan = await planFor(reads, store, repository, query, version);
    if (plan === null) return null;
    try {
      const page = await tryPage(reads, store, repository, plan, query);
      if (page !== null) return "gone" in page ? null : page;
    } catch (error) {
      if (!isTidemarkError(error)) throw error;
      // a plan that was kept knows no branch or cursor of a newer version: only the newest may refuse
      const now = await readVersion(store, repository);
      if (now === null) return null;
      if (now.version === plan.version) throw error;
    }
    version = plan.version + 1;
  }
  return pageInSnapshot(reads, store, repository, query);
}

/** One try: null when the rows are of another version than the plan. */
function tryPage(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  plan: PagePlan,
  query: CommitPageQuery,
): Promise<PageTry> {
  return isPlainLine(query)
    ? tryLine(store, repository, plan, query)
    : trySearch(reads, store, repository, plan, query);
}

/** Plan and rows of one snapshot, for a repository that changes faster than they are read; it takes three round trips more. */
function pageInSnapshot(
  reads: PlanReads,
  store: OrganizationStore,
  repository: RepositoryId,
  query: CommitPageQuery,
): Promise<CommitPageText | null> {
  // inside a transaction nobody waits for what another request is reading
  const alone: PlanReads = { ...reads, plans: { ...reads.plans, loading: new Map() } };
  return store.read(async (reader) => {
    const here: OrganizationStore = { ...store, ...reader, read: (work) => work(reader) };
    const plan = await loadPlan(alone, here, repository, query);
    const page = plan === null ? null : await tryPage(alone, here, repository, plan, query);
    return page === null || "gone" in page ? null : page;
  });
}

/**
 * The version of the rows that people see: all that a browser which has the page needs to hear.
 * @throws TidemarkError `repository-not-found`
 */
export async function readRepositoryVersion(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<RepositoryHead> {
  return askRepository(reads, organization, nameOrId, async (repository) => {
    const found = await reads.database.replicas.first(organization, (store) => readVersion(store, repository));
    return found === null ? null : { ...found, repository };
  });
}

/**
 * The same as it was read or heard of a moment ago, which a page that is kept is compared with.
 * @throws TidemarkError `repository-not-found`
 */
export async function knownRepositoryVersion(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<RepositoryHead> {
  return askRepository(reads, organization, nameOrId, (repository) => headOf(reads, organization, repository));
}
