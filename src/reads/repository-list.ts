// Repositories with their counts and a small picture of one column each.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { numberOf } from "../domain/value.ts";
import { isTidemarkError } from "../errors.ts";
import type { ImportProgress, RepositoryState } from "../store/repository.ts";
import {
  type RepositoryCounts,
  type RepositoryFacts,
  readCounts,
  readRepositoryFacts,
  readRepositoryList,
} from "../store/repository-page.ts";
import { isArchiveFailure } from "./archived-rows.ts";
import { readCommitPage } from "./commit-page.ts";
import { columnHead, type PagePlan, type PlanReads, planFor } from "./page-plan.ts";
import { askRepository, atRepository, type NameReads, snapshotsOf } from "./repository-names.ts";
import { recognisedNotice } from "./recognised.ts";
import { RecentMap } from "./recent-map.ts";
import { writtenTime } from "./written-time.ts";

/** Commits of a sparkline. */
const SPARK_COMMITS = 60;
/** Repositories whose counts and sparklines are kept. */
const MAX_SUMMARIES = 2_000;
/** Summaries that are made at the same time: half of the connections of a web process. */
const SUMMARIES_AT_ONCE = 4;

/** One column over the newest commits of the default branch, oldest first. */
export interface SparkLine {
  readonly column: string;
  readonly goal: "higher" | "lower" | null;
  readonly values: readonly (number | null)[];
  readonly now: number | string | boolean | null;
  readonly change: number | null;
}

/** Counts and picture of a repository at one version. */
interface RepositorySummary {
  readonly version: number;
  readonly counts: RepositoryCounts;
  readonly spark: SparkLine | null;
}

/** What listing repositories needs. */
export interface SummaryReads extends NameReads, PlanReads {
  /** by organisation and repository */
  readonly summaries: RecentMap<string, RepositorySummary>;
}

/** @returns an empty memory of summaries */
export function createSummaries(): SummaryReads["summaries"] {
  return new RecentMap(MAX_SUMMARIES);
}

/** A repository as the API gives it. */
export interface RepositoryView {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  readonly kind: "remote" | "folder";
  readonly defaultBranch: string | null;
  readonly state: RepositoryState;
  readonly progress: ImportProgress | null;
  readonly problem: string | null;
  readonly notices: readonly string[];
  readonly candidates: number;
  readonly commits: number;
  readonly branches: number;
  readonly empty: RepositoryFacts["empty"];
  readonly files: number;
  readonly commitsMissingValues: number;
  readonly syncedAt: string | null;
  readonly latest: { readonly sha: string; readonly subject: string; readonly committedAt: string } | null;
  readonly spark: SparkLine | null;
  /** id of the column that people chose for `spark` */
  readonly sparkColumn: string | null;
  readonly provider: RepositoryFacts["provider"];
  readonly version: number;
}

/** The column of the sparkline where people chose none: of numbers that the newest commits hold and that move, with a goal before others. */
function guessedColumn(plan: PagePlan): PagePlan["columns"][number] | null {
  const worth = ({ filled, moving, goal }: PagePlan["columns"][number]): number =>
    (filled === true ? 4 : 0) + (moving === true ? 2 : 0) + (goal === null ? 0 : 1);
  const numbers = plan.columns.filter((column) => column.kind === "number");
  return numbers.toSorted((a, b) => worth(b) - worth(a))[0] ?? null;
}

/** The column that people chose, unless it is gone: then the one that they would be shown without having chosen. */
async function sparkColumn(
  reads: SummaryReads,
  organization: OrganizationId,
  { id, version, sparkColumn: chosen }: RepositoryFacts,
): Promise<PagePlan["columns"][number] | null> {
  const planOf = (columns: readonly string[]): Promise<PagePlan | null> =>
    atRepository(reads, organization, id, async (store) => {
      const plan = await planFor(reads, store, id, { columns }, version);
      // one that was kept has read nothing
      if (plan !== null) store.gate?.sees(id, plan.version);
      return plan;
    });
  if (chosen !== null) {
    try {
      const plan = await planOf([chosen]);
      if (plan?.columns[0] !== undefined) return plan.columns[0];
    } catch (error) {
      if (!isTidemarkError(error, "column-not-found")) throw error;
    }
  }
  const plan = await planOf([]);
  return plan === null ? null : guessedColumn(plan);
}

interface SparkPage {
  readonly commits: readonly { readonly values: readonly (number | string | boolean | null)[] }[];
}

async function readSpark(
  reads: SummaryReads,
  organization: OrganizationId,
  facts: RepositoryFacts,
): Promise<SparkLine | null> {
  const { id } = facts;
  const column = await sparkColumn(reads, organization, facts);
  if (column === null) return null;
  const head = columnHead(column);
  const query = { columns: [head.id], limit: SPARK_COMMITS };
  const page = JSON.parse((await readCommitPage(reads, organization, id, query)).text) as SparkPage;
  const cells = page.commits.map((commit) => commit.values[0] ?? null);
  const values = cells.map((cell) => {
    const number = numberOf(cell);
    return number !== null && Number.isFinite(number) ? number : null;
  });
  const [now, before] = values.filter((value) => value !== null);
  const change = now === undefined || before === undefined ? null : now - before;
  return { column: head.id, goal: column.goal, values: values.toReversed(), now: cells[0] ?? null, change };
}

async function summaryOf(
  reads: SummaryReads,
  organization: OrganizationId,
  facts: RepositoryFacts,
): Promise<RepositorySummary> {
  const key = `${organization} ${facts.id}`;
  const known = reads.summaries.get(key);
  if (known !== undefined && known.version === facts.version) return known;
  const counts = await snapshotsOf(reads, organization, facts.id).read((reader) => readCounts(reader, facts.id));
  let spark: SparkLine | null;
  try {
    spark = await readSpark(reads, organization, facts);
  } catch (error) {
    if (!isArchiveFailure(error)) throw error;
    return { version: facts.version, counts, spark: null }; // it is looked for again the next time
  }
  const summary = { version: facts.version, counts, spark };
  reads.summaries.set(key, summary);
  return summary;
}

function viewOf(facts: RepositoryFacts, { counts, spark }: RepositorySummary): RepositoryView {
  const { id, name, kind, defaultBranch, state, progress, problem, candidates, branches, empty, version } = facts;
  const { sha, subject, committed, committedAt, sparkColumn: chosen, provider } = facts;
  const latest =
    sha === null || subject === null || committed === null || committedAt === null
      ? null
      : { sha, subject, committedAt: writtenTime(committed, committedAt) };
  const url = kind === "remote" ? facts.address : null;
  const syncedAt = facts.syncedAt?.toISOString() ?? null;
  const recognised = recognisedNotice(facts.recognised ?? []);
  const notices = recognised === null ? facts.notices : [...facts.notices, recognised];
  const told = { state, progress, problem, notices, candidates };
  const known = { id, name, url, kind, defaultBranch, ...told, branches, empty, version };
  return { ...known, ...counts, syncedAt, latest, spark, sparkColumn: chosen, provider };
}

/** All repositories of an organisation by name. */
export async function readRepositories(reads: SummaryReads, organization: OrganizationId): Promise<RepositoryView[]> {
  const list = await reads.database.replicas.first(organization, readRepositoryList);
  const views = new Map<RepositoryId, RepositoryView>();
  const waiting = list.values();
  const work = async (): Promise<void> => {
    for (const facts of waiting) views.set(facts.id, viewOf(facts, await summaryOf(reads, organization, facts)));
  };
  await Promise.all(Array.from({ length: SUMMARIES_AT_ONCE }, work));
  return list.flatMap((facts) => views.get(facts.id) ?? []);
}

/** One repository. @throws TidemarkError `repository-not-found` */
export async function readRepositoryView(
  reads: SummaryReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<RepositoryView> {
  const facts = await askRepository(reads, organization, nameOrId, (id) =>
    reads.database.replicas.first(organization, (store) => readRepositoryFacts(store, id)),
  );
  return viewOf(facts, await summaryOf(reads, organization, facts));
}
