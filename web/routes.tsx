// The pages and their addresses: reads what the address holds and hands it to the page.
import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { readActivityView } from "./activity-view.ts";
import { readColumnView } from "./column-view.ts";
import { readCompareView } from "./compare-view.ts";
import { forgetFailedCode, laterComponent } from "./later-component.tsx";
import { CommitPage } from "./pages/CommitPage.tsx";
import { BrokenPage, NoSuchPage } from "./pages/messages.tsx";
import { RepositoriesPage } from "./pages/RepositoriesPage.tsx";
import { RepositoryPage } from "./pages/RepositoryPage.tsx";
import { SignInPage } from "./pages/SignInPage.tsx";
import { PAGES, readFilesView, readRepositoriesView, safeReturn } from "./paths.ts";
import { formatSearch, parseSearch } from "./search-part.ts";
import { readTableView, viewSearch } from "./table-view.ts";
import { useRenames } from "./use-renames.ts";

// what is not the table or a commit comes when it is first looked at: the table opens without it
const ColumnPage = laterComponent(async () => (await import("./pages/ColumnPage.tsx")).ColumnPage);
const ComparePage = laterComponent(async () => (await import("./pages/ComparePage.tsx")).ComparePage);
const FilesPage = laterComponent(async () => (await import("./pages/FilesPage.tsx")).FilesPage);
const SettingsPage = laterComponent(async () => (await import("./pages/SettingsPage.tsx")).SettingsPage);
const ActivityPage = laterComponent(async () => (await import("./pages/ActivityPage.tsx")).ActivityPage);

const AccountPage = laterComponent(async () => (await import("./pages/AccountPage.tsx")).AccountPage);

const root = createRootRoute({
  component: function Pages(): ReactNode {
    useRenames();
    return <Outlet />;
  },
  notFoundComponent: NoSuchPage,
});

const repositories = createRoute({
  getParentRoute: () => root,
  path: PAGES.repositories,
  validateSearch: readRepositoriesView,
  component: function Repositories(): ReactNode {
    return <RepositoriesPage view={repositories.useSearch()} />;
  },
});

const account = createRoute({
  getParentRoute: () => root,
  path: PAGES.account,
  component: function Account(): ReactNode {
    return <AccountPage />;
  },
});

const repository = createRoute({
  getParentRoute: () => root,
  path: PAGES.repository,
  // the router writes the address anew from this: it has the address's own words
  validateSearch: (search) => viewSearch(readTableView(search)),
  component: function Repository(): ReactNode {
    const name = repository.useParams({ select: (params) => params.repository });
    const search = repository.useSearch();
    const view = useMemo(() => readTableView(search), [search]);
    return <RepositoryPage key={name} repository={name} view={view} />;
  },
});

const commit = createRoute({
  getParentRoute: () => root,
  path: PAGES.commit,
  component: function Commit(): ReactNode {
    const { repository: name, sha } = commit.useParams();
    return <CommitPage key={`${name} ${sha}`} repository={name} sha={sha} />;
  },
});

const files = createRoute({
  getParentRoute: () => root,
  path: PAGES.files,
  validateSearch: readFilesView,
  component: function Files(): ReactNode {
    const name = files.useParams({ select: (params) => params.repository });
    const view = files.useSearch();
    return <FilesPage key={name} repository={name} view={view} />;
  },
});

const column = createRoute({
  getParentRoute: () => root,
  path: PAGES.column,
  validateSearch: readColumnView,
  component: function Column(): ReactNode {
    const name = column.useParams({ select: (params) => params.repository });
    const view = column.useSearch();
    return <ColumnPage key={name} repository={name} view={view} />;
  },
});

const compare = createRoute({
  getParentRoute: () => root,
  path: PAGES.compare,
  validateSearch: readCompareView,
  component: function Compare(): ReactNode {
    const name = compare.useParams({ select: (params) => params.repository });
    const view = compare.useSearch();
    return <ComparePage key={name} repository={name} view={view} />;
  },
});

const settings = createRoute({
  getParentRoute: () => root,
  path: PAGES.settings,
  component: function Settings(): ReactNode {
    const name = settings.useParams({ select: (params) => params.repository });
    return <SettingsPage key={name} repository={name} />;
  },
});

const activity = createRoute({
  getParentRoute: () => root,
  path: PAGES.activity,
  validateSearch: readActivityView,
  component: function Activity(): ReactNode {
    const name = activity.useParams({ select: (params) => params.repository });
    return <ActivityPage key={name} repository={name} view={activity.useSearch()} />;
  },
});

/** Makes the router. @param options `token`: of an owner link, already taken out of the address; `isBroken`: it was none */
export function createAppRouter({ token, isBroken }: { token: string | null; isBroken: boolean }) {
  // who signs out in this tab is not signed in once more by a link that was used
  const link = { token };
  const used = (): void => {
    link.token = null;
  };
  const signIn = createRoute({
    getParentRoute: () => root,
    path: PAGES.signIn,
    validateSearch: ({ next }) => (typeof next === "string" ? { next } : {}),
    component: function SignIn(): ReactNode {
      const { next } = signIn.useSearch();
      return <SignInPage token={link.token} used={used} isBroken={isBroken} next={safeReturn(next)} />;
    },
  });
  return createRouter({
    routeTree: root.addChildren([
      repositories,
      account,
      repository,
      commit,
      files,
      column,
      compare,
      settings,
      activity,
      signIn,
    ]),
    parseSearch,
    stringifySearch: (search) => formatSearch(search),
    // an answer is kept by its query, not by the route
    defaultPreload: false,
    defaultErrorComponent: ({ error, reset }) => (
      <BrokenPage
        error={error}
        retry={() => {
          forgetFailedCode();
          reset();
        }}
      />
    ),
  });
}
