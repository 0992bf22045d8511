// Calls of the API: one small fetch, typed by the contract; its schemas stay on the server.
import type { z } from "zod";
import type { listBranches, listColumns, listWarnings } from "../src/api/contract/columns.ts";
import type { getCommit, listCommits } from "../src/api/contract/commits.ts";
import type { Contract, Problem } from "../src/api/contract/contract.ts";
import type { changeFiles, listFiles, listRows, nameRows, previewFiles } from "../src/api/contract/files.ts";
import type {
  addRepository,
  getRepository,
  listRepositories,
  removeRepository,
  syncRepository,
} from "../src/api/contract/repositories.ts";
import type { getSeries } from "../src/api/contract/series.ts";
import type { getSession, signInByLink, signOut } from "../src/api/contract/session.ts";
import { isArchiveCode, olderNeeded } from "../src/domain/archive-trouble.ts";
import type { CatalogueQuery, SeriesQuery } from "./api-queries.ts";
import { hearAge } from "./data-age.ts";
import { api, repositoryOfUrl } from "./paths.ts";
import { idOfName, learnName, tellRename } from "./repository-names.ts";
import type { TableView } from "./table-view.ts";

/** What a route answers. */
export type Answer<C extends Contract> = C["answer"] extends z.ZodType ? z.infer<C["answer"]> : undefined;
/** What a route is sent. */
export type Body<C extends Contract> = C extends { body: z.ZodType } ? z.input<C["body"]> : undefined;

/** A request that failed, with the server's own words, or ours when no server answered. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.name = "ApiProblem";
    this.problem = problem;
  }
}

/** @returns the problem of anything thrown by a call */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) {
    const { problem } = error;
    // what the API says is for programs, too; a page says what it means for who reads it
    return isArchiveCode(problem.code) ? { ...problem, detail: olderNeeded(problem.code) } : problem;
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { type: "about:blank", title: "This page failed", status: 0, code: "internal", detail, instance: "" };
}

/** Status of a problem that no server answered. */
const NO_ANSWER = 0;

/** What is told when no server answered. */
export function unreachable(cause: unknown): ApiProblem {
  const detail = "The server did not answer. Is it still running?";
  return new ApiProblem(
    { type: "about:blank", title: "No answer", status: NO_ANSWER, code: "unreachable", detail, instance: "" },
    { cause },
  );
}

/** An integer that a double may not hold: then the text decides, not the parsed number. */
const LONG_INTEGER = /[[,:]\s*-?\d{16,}\s*[,\]}]/;

type ContextReviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** Parses an answer; an integer beyond 2^53 becomes a bigint with its exact digits (where the browser tells them). */
export function parseAnswer(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  const reviver: ContextReviver = (_key, value, context) =>
    typeof value === "number" && context?.source !== undefined && isLongInteger(value, context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, reviver);
}

function isLongInteger(value: number, source: string): boolean {
  return !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
}

async function failure(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const unsaid = { type: "about:blank", title: "Request failed", status: response.status, instance: "" };
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    const { code, detail } = problem;
    if (typeof detail === "string" && typeof code === "string")
      return new ApiProblem({ ...unsaid, ...problem, code, detail });
  } catch {
    // not ours: a proxy's page, or an answer that was cut off
  }
  const detail = `The server answered ${response.status} without saying why.`;
  return new ApiProblem({ ...unsaid, code: "internal", detail });
}

/** What a call is made with. */
interface CallOptions<C extends Contract> {
  readonly body?: Body<C>;
  readonly signal?: AbortSignal;
  /** its answer holds values of files, which are shown digit for digit; what is drawn and reckoned with is numbers alone */
  readonly exact?: boolean;
}

/** Calls a route of the API. @throws ApiProblem */
export async function call<C extends Contract>(
  method: C["method"],
  url: string,
  options: CallOptions<C> = {},
): Promise<Answer<C>> {
  // the server takes unsafe requests as JSON only, also without a body: a form of another site cannot send that
  const init: RequestInit =
    method === "GET"
      ? {}
      : {
          headers: { "content-type": "application/json" },
          ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        };
  const request = { ...init, method, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  const response = await fetch(url, request).catch((error: unknown) => {
    throw options.signal?.aborted === true ? error : unreachable(error);
  });
  hearAge(response);
  if (!response.ok) {
    const problem = await failure(response);
    const renamed = problem.problem.code === "repository-not-found" ? await renamedUrl(url, options.signal) : null;
    if (renamed === null) throw problem;
    return call(method, renamed, options);
  }
  if (response.status === 204) return undefined as Answer<C>;
  const text = await response.text();
  return (options.exact === true ? parseAnswer(text) : JSON.parse(text)) as Answer<C>;
}

/**
 * A repository that is renamed, here or at its provider, is asked for by its id: that stays.
 * @returns the URL that leads to it; null where the page never knew it, or it is gone
 */
async function renamedUrl(url: string, signal: AbortSignal | undefined): Promise<string | null> {
  const asked = repositoryOfUrl(url);
  const id = asked === null ? null : idOfName(asked.name);
  if (asked === null || id === null) return null;
  const found = await fetchRepository(id, signal).catch((error: unknown) => {
    if (problemOf(error).code === "repository-not-found") return null;
    throw error;
  });
  if (found === null) return null;
  if (found.name !== asked.name) tellRename(asked.name, found.name);
  return asked.at(id);
}

/** Who is signed in. @throws ApiProblem `not-signed-in` */
export function fetchSession(signal?: AbortSignal): Promise<Answer<typeof getSession>> {
  return call<typeof getSession>("GET", api.session(), withSignal(signal));
}

/** Exchanges the token of an owner link for a session. @throws ApiProblem `link-not-valid` */
export function signIn(token: string): Promise<Answer<typeof signInByLink>> {
  return call<typeof signInByLink>("POST", api.session(), { body: { token } });
}

/** Ends the session. */
export function endSession(): Promise<Answer<typeof signOut>> {
  return call<typeof signOut>("DELETE", api.session());
}

/** All repositories. */
export async function fetchRepositories(signal?: AbortSignal): Promise<Answer<typeof listRepositories>> {
  const answer = await call<typeof listRepositories>("GET", api.repositories(), withSignal(signal));
  for (const repository of answer.repositories) learnName(repository);
  return answer;
}

/** Adds a repository by whatever leads to it. */
export function postRepository(repository: Body<typeof addRepository>): Promise<Answer<typeof addRepository>> {
  return call<typeof addRepository>("POST", api.repositories(), { body: repository });
}

/** One repository with its progress. */
export async function fetchRepository(repository: string, signal?: AbortSignal): Promise<Answer<typeof getRepository>> {
  const answer = await call<typeof getRepository>("GET", api.repository(repository), withSignal(signal));
  learnName(answer);
  return answer;
}

/** Asks for a repository's new commits. */
export function postSync(repository: string): Promise<Answer<typeof syncRepository>> {
  return call<typeof syncRepository>("POST", api.sync(repository));
}

/** Removes a repository and all that was read from it. */
export function deleteRepository(repository: string): Promise<Answer<typeof removeRepository>> {
  return call<typeof removeRepository>("DELETE", api.repository(repository));
}

/** A page of commits, newest first. */
export function fetchCommits(
  repository: string,
  query: TableView & { limit: number; cursor: string | null },
  signal?: AbortSignal,
): Promise<Answer<typeof listCommits>> {
  return call<typeof listCommits>("GET", api.commits(repository, query), { ...withSignal(signal), exact: true });
}

/** One commit with all its values. */
export function fetchCommit(repository: string, sha: string, signal?: AbortSignal): Promise<Answer<typeof getCommit>> {
  return call<typeof getCommit>("GET", api.commit(repository, sha), { ...withSignal(signal), exact: true });
}

/** A page of the column catalogue. */
export function fetchColumns(
  repository: string,
  query: CatalogueQuery,
  signal?: AbortSignal,
): Promise<Answer<typeof listColumns>> {
  return call<typeof listColumns>("GET", api.columns(repository, query), withSignal(signal));
}

/** Columns along branches. */
export function fetchSeries(
  repository: string,
  query: SeriesQuery,
  signal?: AbortSignal,
): Promise<Answer<typeof getSeries>> {
  return call<typeof getSeries>("GET", api.series(repository, query), withSignal(signal));
}

/** The branches that are followed. */
export function fetchBranches(repository: string, signal?: AbortSignal): Promise<Answer<typeof listBranches>> {
  return call<typeof listBranches>("GET", api.branches(repository), withSignal(signal));
}

/** What could not be read. */
export function fetchWarnings(repository: string, signal?: AbortSignal): Promise<Answer<typeof listWarnings>> {
  return call<typeof listWarnings>("GET", api.warnings(repository), withSignal(signal));
}

/** Which files are read, and which may be. */
export function fetchFiles(repository: string, signal?: AbortSignal): Promise<Answer<typeof listFiles>> {
  return call<typeof listFiles>("GET", api.files(repository), withSignal(signal));
}

/** Changes the rules, all or none; the history is read once more. */
export function postFiles(repository: string, changes: Body<typeof changeFiles>): Promise<Answer<typeof changeFiles>> {
  return call<typeof changeFiles>("POST", api.files(repository), { body: changes });
}

/** What a pattern names in the newest commits. */
export function fetchPreview(
  repository: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<Answer<typeof previewFiles>> {
  return call<typeof previewFiles>("GET", api.preview(repository, pattern), withSignal(signal));
}

/** The arrays of a file, and the names that some fields would give to the rows of one. */
export function fetchRows(
  repository: string,
  query: { path: string; array?: string; fields?: readonly string[] },
  signal?: AbortSignal,
): Promise<Answer<typeof listRows>> {
  return call<typeof listRows>("GET", api.rows(repository, query), withSignal(signal));
}

/** Chooses what names the rows of an array; the history is read once more. */
export function postRowNames(repository: string, choice: Body<typeof nameRows>): Promise<Answer<typeof nameRows>> {
  return call<typeof nameRows>("POST", api.rows(repository), { body: choice });
}

/** @returns the options of a call that can be given up */
export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
