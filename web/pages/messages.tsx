// Pages that are a message: what went wrong or is missing, and what to do.
import type { ReactNode } from "react";
import type { Problem } from "../../src/api/contract/contract.ts";
import { isArchiveCode } from "../../src/domain/archive-trouble.ts";
import { problemOf } from "../api.ts";
import type { AskedState } from "../page-state.ts";
import { repositoriesPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";
import { Shell } from "./Shell.tsx";

function failureTitle(code: string): string {
  if (code === "unreachable") return "The server does not answer";
  return isArchiveCode(code) ? "Older commits cannot be read just now" : "That did not work";
}

/** A request failed: the server's own words and another try. */
export function FailedMessage({ problem, retry }: { problem: Problem; retry: () => void }): ReactNode {
  return (
    <div className="message" role="alert">
      <h1>{failureTitle(problem.code)}</h1>
      <p>
        <Untrusted text={problem.detail} />
      </p>
      {problem.instance === "" ? null : <p className="dim">In the server's log: {problem.instance}</p>}
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** What an address of the API is told by, a page says in its own words. */
function absenceWords(problem: Problem | undefined): ReactNode {
  if (problem === undefined) return "No page has this address.";
  if (problem.code === "repository-not-found")
    return "No repository has this name. It was renamed, removed or never added.";
  return <Untrusted text={problem.detail} />;
}

/** Something is not there. */
export function NotFoundMessage({ problem, children }: { problem?: Problem; children?: ReactNode }): ReactNode {
  return (
    <div className="message">
      <h1>Nothing is here</h1>
      <p>{absenceWords(problem)}</p>
      {children}
      <p>
        <PageLink href={repositoriesPage()} className="underlined">
          All repositories
        </PageLink>
      </p>
    </div>
  );
}

/** Somebody is signed in who may not see this. */
function NoAccessMessage({ problem }: { problem: Problem }): ReactNode {
  return (
    <div className="message">
      <h1>No access</h1>
      <p>
        <Untrusted text={problem.detail} />
      </p>
      <p>
        <PageLink href={repositoriesPage()} className="underlined">
          All repositories
        </PageLink>
      </p>
    </div>
  );
}

/** An address that no page has. */
export function NoSuchPage(): ReactNode {
  return (
    <Shell title="Not found · Tidemark">
      <NotFoundMessage />
    </Shell>
  );
}

/** A page could not be drawn: a mistake of ours, told as such. */
export function BrokenPage({ error, retry }: { error: unknown; retry: () => void }): ReactNode {
  return (
    <Shell title="Failed · Tidemark">
      <FailedMessage problem={problemOf(error)} retry={retry} />
    </Shell>
  );
}

/** Nobody is signed in: how to. @param children why the last attempt failed, if there was one */
export function SignedOutMessage({ children }: { children?: ReactNode }): ReactNode {
  return (
    <div className="message">
      {children}
      <h1>Sign in with the link in your terminal</h1>
      <p>
        When Tidemark starts, it prints a link that signs its owner in, once and for ten minutes. Open that link in this
        browser.
      </p>
      <p>A new link, from the folder that Tidemark was started in:</p>
      <pre>
        <code>npx tidemark owner-link</code>
      </pre>
    </div>
  );
}

/** What is shown could not be refreshed. */
export function StaleStrip({ problem, retry }: { problem: Problem; retry: () => void }): ReactNode {
  return (
    <div className="strip" role="status">
      <span className="dot bad" />
      <span>
        {isArchiveCode(problem.code) ? "This is what was asked for before." : "Not up to date:"}{" "}
        <Untrusted text={problem.detail} />
      </span>
      <button type="button" className="link" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** The states that every page has, but waiting. */
export function AskedMessage({
  state,
  retry,
  children,
}: {
  state: Exclude<AskedState, { kind: "waiting" }>;
  retry: () => void;
  children?: ReactNode;
}): ReactNode {
  switch (state.kind) {
    case "signed-out":
      return <SignedOutMessage />;
    case "not-found":
      return <NotFoundMessage problem={state.problem}>{children}</NotFoundMessage>;
    case "no-access":
      return <NoAccessMessage problem={state.problem} />;
    case "failed":
      return <FailedMessage problem={state.problem} retry={retry} />;
    default:
      return null;
  }
}
