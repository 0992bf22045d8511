// The frame of every page: the header with where one is, what one can do there, and who is signed in.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { accountPage, API_DOCUMENTATION, repositoriesPage } from "../paths.ts";
import { sessionQuery } from "../queries.ts";
import { Popover } from "../ui/Popover.tsx";
import { SchemeChoice } from "../ui/SchemeChoice.tsx";
import { OutageLine } from "./OutageLine.tsx";
import { PageLink } from "./PageLink.tsx";
import { SignOutButton } from "./SignOutButton.tsx";

/** What a page puts into the frame. */
export interface ShellProps {
  /** the window's title */
  readonly title: string;
  /** which of the pages of the whole team this is; the list of repositories unless said otherwise */
  readonly page?: "repositories" | "account";
  /** where one is, behind the name of the app */
  readonly crumb?: ReactNode;
  /** the pages that belong to where one is */
  readonly nav?: ReactNode;
  /** what stands at the right of the header */
  readonly actions?: ReactNode;
  /** the page fills the window and scrolls inside */
  readonly full?: boolean;
  /** nobody is signed in: no account, and nothing of what the page was about */
  readonly signedOut?: boolean;
  readonly children: ReactNode;
}

/** Whether a page was shown before: then the focus follows to the next one. */
let shownBefore = false;

/** Draws the frame. */
export function Shell({
  title,
  page = "repositories",
  crumb,
  nav,
  actions,
  full = false,
  signedOut = false,
  children,
}: ShellProps): ReactNode {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = escapeControls(title);
  }, [title]);
  useEffect(() => {
    if (shownBefore) main.current?.focus({ preventScroll: true });
    shownBefore = true;
  }, []);
  return (
    <div className={full ? "page full" : "page"}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className={crumb === undefined ? "top" : "top within"}>
        <PageLink href={repositoriesPage()} className="logo">
          <Logo />
          <span>Tidemark</span>
        </PageLink>
        {crumb === undefined ? (
          <nav aria-label="Pages">
            <PageLink href={repositoriesPage()} current={page === "repositories"}>
              Repositories
            </PageLink>
            <a href={API_DOCUMENTATION}>API</a>
          </nav>
        ) : (
          <span className="crumb">{crumb}</span>
        )}
        {signedOut ? null : nav}
        <span className="actions">
          {signedOut ? null : actions}
          <Account signedOut={signedOut} />
        </span>
      </header>
      <OutageLine />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Logo(): ReactNode {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      <path d="M1 13c3 0 3-2 6-2s3 2 6 2 3-2 6-2M1 17c3 0 3-2 6-2s3 2 6 2 3-2 6-2" />
      <path d="M1 6h18" strokeDasharray="2.5 2" />
    </svg>
  );
}

function Account({ signedOut }: { signedOut: boolean }): ReactNode {
  const { data: session } = useQuery({ ...sessionQuery, enabled: !signedOut });
  const name = signedOut ? undefined : session?.user.name;
  return (
    <Popover
      label="Account and colours"
      className="quiet account"
      panelClassName="menu"
      align="end"
      button={
        <>
          {name === undefined ? null : <span className="who">{name}</span>}
          <span className="unseen"> Account and colours</span>
          <svg width="14" height="14" viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">
            <circle cx="7" cy="2" r="1.4" />
            <circle cx="7" cy="7" r="1.4" />
            <circle cx="7" cy="12" r="1.4" />
          </svg>
        </>
      }
    >
      {() => (
        <>
          <div className="title">Colours</div>
          <SchemeChoice />
          {name === undefined ? null : (
            <>
              <hr />
              <div className="title">
                {name} of {session?.organization.name}
              </div>
              <PageLink href={accountPage()} className="button quiet">
                Account
              </PageLink>
              <SignOutButton />
            </>
          )}
        </>
      )}
    </Popover>
  );
}
