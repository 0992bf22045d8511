// Every URL of the web app: its pages, and the routes of the API that it calls.
import type { getCommit, getFile, listCommits } from "../src/api/contract/commits.ts";
import type { bestOfColumn, blameColumn } from "../src/api/contract/column-history.ts";
import type { changeColumn, listBranches, listColumns, listWarnings } from "../src/api/contract/columns.ts";
import type { compareCommits } from "../src/api/contract/compare.ts";
import type { getEvent, listEvents, retryEvent } from "../src/api/contract/events.ts";
import { activityQuery, type ActivityView } from "./activity-view.ts";
import type { exportCommits } from "../src/api/contract/export.ts";
import type { listFiles, listRows, previewFiles } from "../src/api/contract/files.ts";
import type { getRepository, listRepositories } from "../src/api/contract/repositories.ts";
import type { getSeries } from "../src/api/contract/series.ts";
import type { getSession } from "../src/api/contract/session.ts";
import type { streamRepository } from "../src/api/contract/stream.ts";
import type { listTags } from "../src/api/contract/tags.ts";
import type { CatalogueQuery, SeriesQuery } from "./api-queries.ts";
import { columnSearch, type ColumnView } from "./column-view.ts";
import { compareSearch, type CompareView } from "./compare-view.ts";
import { formatSearch } from "./search-part.ts";
import { rowsSearch, type TableView, viewSearch } from "./table-view.ts";

/** The patterns of the pages, as the router reads them. */
export const PAGES = {
  repositories: "/",
  signIn: "/signin",
  account: "/account",
  repository: "/repositories/$repository",
  commit: "/repositories/$repository/commits/$sha",
  files: "/repositories/$repository/files",
  column: "/repositories/$repository/column",
  compare: "/repositories/$repository/compare",
  settings: "/repositories/$repository/settings",
  activity: "/repositories/$repository/activity",
} as const;

const segment = (text: string): string => encodeURIComponent(text.toWellFormed());

/** What the address of the list of repositories holds: words that a repository's name must hold. */
export interface RepositoriesView {
  readonly search?: string;
}

/** Reads the view from the parsed search part. */
export function readRepositoriesView({ search }: Readonly<Record<string, unknown>>): RepositoriesView {
  return typeof search === "string" && search !== "" ? { search } : {};
}

/** The list of repositories: the first page. */
export function repositoriesPage({ search }: RepositoriesView = {}): string {
  return PAGES.repositories + formatSearch({ search: search === "" ? undefined : search });
}

/** The page that the owner link opens; its token is in the fragment. */
export function signInPage(): string {
  return PAGES.signIn;
}

/** The table of a repository. @param repository its name or id; a `/` in it is escaped */
export function repositoryPage(repository: string, view: TableView = {}): string {
  return `/repositories/${segment(repository)}${formatSearch(viewSearch(view))}`;
}

/** The page of one commit. */
export function commitPage(repository: string, sha: string): string {
  return `/repositories/${segment(repository)}/commits/${segment(sha)}`;
}

/** Columns over the history, as lines. */
export function columnPage(repository: string, view: ColumnView = {}): string {
  return `/repositories/${segment(repository)}/column${formatSearch(columnSearch(view))}`;
}

/** Commits beside each other. @param view its commits: ids, branches, tags; one of them is the baseline, else the first */
export function comparePage(repository: string, view: CompareView = { commits: [] }): string {
  return `/repositories/${segment(repository)}/compare${formatSearch(compareSearch(view))}`;
}

/** A repository's settings. */
export function settingsPage(repository: string): string {
  return `/repositories/${segment(repository)}/settings`;
}

/** What was asked for of a repository, and what became of it. */
export function activityPage(repository: string, { state, source }: ActivityView = {}): string {
  return `/repositories/${segment(repository)}/activity${formatSearch({ state, source })}`;
}

/** What the address of the page of metric files holds: a pattern to look at, or a path whose rows are to be named. */
export interface FilesView {
  readonly pattern?: string;
  readonly path?: string;
}

/** Reads the view from the parsed search part. */
export function readFilesView({ pattern, path }: Readonly<Record<string, unknown>>): FilesView {
  return {
    ...(typeof pattern === "string" && pattern !== "" ? { pattern } : {}),
    ...(typeof path === "string" && path !== "" ? { path } : {}),
  };
}

/** @returns the same page of a repository that has another name now, its query kept; null where the page is of no such one */
export function renamedPlace(href: string, from: string, to: string): string | null {
  const [, name, rest] = /^\/repositories\/([^/?#]+)(.*)$/s.exec(href) ?? [];
  if (name === undefined || rest === undefined) return null;
  return decodedSegment(name) === from ? `/repositories/${segment(to)}${rest}` : null;
}

/** @returns the text of an escaped segment; null where it is not well formed */
function decodedSegment(escaped: string): string | null {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return null;
  }
}

/** @returns which repository a URL of the API names, and the same URL for any other name; null where it names none */
export function repositoryOfUrl(url: string): { readonly name: string; readonly at: (name: string) => string } | null {
  const path = url.startsWith(`${REPOSITORIES}/`) ? url.slice(REPOSITORIES.length + 1) : "";
  const [, escaped, rest = ""] = /^([^/?]+)(.*)$/s.exec(path) ?? [];
  const name = escaped === undefined ? null : decodedSegment(escaped);
  return name === null ? null : { name, at: (other) => `${REPOSITORIES}/${segment(other)}${rest}` };
}

/** The page where metric files are chosen. */
export function filesPage(repository: string, { pattern, path }: FilesView = {}): string {
  return `/repositories/${segment(repository)}/files${formatSearch({ pattern, path })}`;
}

/** What belongs to the person who is signed in. */
export function accountPage(): string {
  return PAGES.account;
}

/** Where the API can be tried; a page of its own, outside the web app. */
export const API_DOCUMENTATION = "/api";

/** @returns `path` when it leads to a page of this origin, else the first page: nobody is sent elsewhere (T16) */
export function safeReturn(path: string | null | undefined): string {
  const origin = "http://tidemark.invalid";
  if (path == null || !/^\/(?![/\\])/.test(path) || !URL.canParse(path, origin)) return PAGES.repositories;
  const url = new URL(path, origin);
  const known =
    url.pathname === PAGES.repositories || url.pathname === PAGES.account || url.pathname.startsWith("/repositories/");
  return url.origin === origin && known ? `${url.pathname}${url.search}` : PAGES.repositories;
}

// The routes of the API. Their types are the contract's own texts: a route that moves does not compile here.
const SESSION: typeof getSession.url = "/api/v1/session";
const REPOSITORIES: typeof listRepositories.url = "/api/v1/repositories";
const REPOSITORY: typeof getRepository.url = "/api/v1/repositories/:repository";
const COMMITS: typeof listCommits.url = "/api/v1/repositories/:repository/commits";
const COMMIT: typeof getCommit.url = "/api/v1/repositories/:repository/commits/:sha";
const FILE: typeof getFile.url = "/api/v1/repositories/:repository/commits/:sha/files/*";
const COLUMNS: typeof listColumns.url = "/api/v1/repositories/:repository/columns";
const COLUMN: typeof changeColumn.url = "/api/v1/repositories/:repository/columns/:column";
const BLAME: typeof blameColumn.url = "/api/v1/repositories/:repository/columns/:column/blame";
const BEST: typeof bestOfColumn.url = "/api/v1/repositories/:repository/columns/:column/best";
const SERIES: typeof getSeries.url = "/api/v1/repositories/:repository/series";
const BRANCHES: typeof listBranches.url = "/api/v1/repositories/:repository/branches";
const TAGS: typeof listTags.url = "/api/v1/repositories/:repository/tags";
const COMPARE: typeof compareCommits.url = "/api/v1/repositories/:repository/compare";
const EXPORT: typeof exportCommits.url = "/api/v1/repositories/:repository/export";
const EVENTS: typeof listEvents.url = "/api/v1/repositories/:repository/events";
const EVENT: typeof getEvent.url = "/api/v1/repositories/:repository/events/:event";
const RETRY: typeof retryEvent.url = "/api/v1/repositories/:repository/events/:event/retry";
const WARNINGS: typeof listWarnings.url = "/api/v1/repositories/:repository/warnings";
const FILES: typeof listFiles.url = "/api/v1/repositories/:repository/files";
const PREVIEW: typeof previewFiles.url = "/api/v1/repositories/:repository/files/preview";
const ROWS: typeof listRows.url = "/api/v1/repositories/:repository/files/rows";
const STREAM: typeof streamRepository.url = "/api/v1/repositories/:repository/stream";

/** What a comparison is asked for. */
export interface ComparisonQuery {
  /** names of commits: ids, branches, tags */
  readonly commits: readonly string[];
  readonly baseline?: string | null;
  /** `false`: also what is the same in all of them */
  readonly changed?: "true" | "false";
  readonly search?: string | null;
  readonly limit: number;
  readonly cursor: string | null;
}

function fill(pattern: string, repository: string, sha = ""): string {
  return pattern.replace(":repository", () => segment(repository)).replace(":sha", () => segment(sha));
}

function ofColumn(pattern: string, repository: string, column: string): string {
  return fill(pattern, repository).replace(":column", () => segment(column));
}

/** The addresses of the API, filled in. A repository is named by its name or id. */
export const api = {
  session: (): string => SESSION,
  repositories: (): string => REPOSITORIES,
  repository: (repository: string): string => fill(REPOSITORY, repository),
  sync: (repository: string): string => `${fill(REPOSITORY, repository)}/sync`,
  commits: (repository: string, query: TableView & { limit: number; cursor: string | null }): string =>
    fill(COMMITS, repository) + formatSearch({ ...rowsSearch(query), limit: query.limit, cursor: query.cursor }),
  commit: (repository: string, sha: string): string => fill(COMMIT, repository, sha),
  /** each segment of the path is escaped, its slashes stay */
  file: (repository: string, sha: string, path: string): string =>
    fill(FILE, repository, sha).replace("*", () => path.split("/").map(segment).join("/")),
  columns: (repository: string, query: CatalogueQuery): string =>
    fill(COLUMNS, repository) + formatSearch({ ...query, search: query.search === "" ? null : query.search }),
  /** @param column its id */
  column: (repository: string, column: string): string => ofColumn(COLUMN, repository, column),
  blame: (
    repository: string,
    column: string,
    query: { branch?: string; limit: number; cursor: string | null },
  ): string => ofColumn(BLAME, repository, column) + formatSearch({ ...query }),
  best: (repository: string, column: string, query: { branch?: string; limit: number }): string =>
    ofColumn(BEST, repository, column) + formatSearch({ ...query }),
  series: (repository: string, query: SeriesQuery): string => fill(SERIES, repository) + formatSearch({ ...query }),
  branches: (repository: string): string => fill(BRANCHES, repository),
  tags: (repository: string): string => fill(TAGS, repository),
  warnings: (repository: string): string => fill(WARNINGS, repository),
  compare: (repository: string, query: ComparisonQuery): string =>
    fill(COMPARE, repository) + formatSearch({ ...query }),
  export: (repository: string, query: TableView & { format: "csv" | "ndjson" }): string =>
    fill(EXPORT, repository) + formatSearch({ ...rowsSearch(query), format: query.format }),
  events: (repository: string, query: ActivityView & { limit: number; cursor: string | null }): string =>
    fill(EVENTS, repository) + formatSearch({ ...activityQuery(query), limit: query.limit, cursor: query.cursor }),
  event: (repository: string, event: string): string => fill(EVENT, repository).replace(":event", () => segment(event)),
  eventBody: (repository: string, event: string): string =>
    `${fill(EVENT, repository).replace(":event", () => segment(event))}/body`,
  retry: (repository: string, event: string): string => fill(RETRY, repository).replace(":event", () => segment(event)),
  files: (repository: string): string => fill(FILES, repository),
  preview: (repository: string, pattern: string): string => fill(PREVIEW, repository) + formatSearch({ pattern }),
  rows: (repository: string, query: { path?: string; array?: string; fields?: readonly string[] } = {}): string =>
    fill(ROWS, repository) + formatSearch({ path: query.path, array: query.array, fields: query.fields }),
  stream: (repository: string): string => fill(STREAM, repository),
} as const;
