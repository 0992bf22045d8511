// A push as each provider writes it, by hand: for tests that must not lack a kind where no package of examples is there.
import type { ExamplePayload } from "./webhook-payloads.ts";

const BEFORE = "a".repeat(40);
const AFTER = "b".repeat(40);
const WEB = "https://git.example.org/ada/engine";

const githubRepository = { id: 7, full_name: "ada/engine", html_url: WEB, clone_url: `${WEB}.git`, ssh_url: "" };
const moved = { ref: "refs/heads/main", before: BEFORE, after: AFTER };
const cloneLinks = [
  { name: "http", href: `${WEB}.git` },
  { name: "ssh", href: "ssh://git@git.example.org/ada/engine.git" },
];

/** One of each form. */
export const PUSH_PAYLOADS: readonly ExamplePayload[] = [
  {
    title: "github",
    kind: "github",
    eventName: "push",
    payload: { ...moved, created: false, deleted: false, commits: [], repository: githubRepository },
  },
  {
    title: "gitea",
    kind: "gitea",
    eventName: "push",
    payload: { ...moved, commits: [], total_commits: 1, repository: githubRepository },
  },
  {
    title: "gitlab",
    kind: "gitlab",
    eventName: "Push Hook",
    payload: {
      ...moved,
      object_kind: "push",
      event_name: "push",
      project_id: 7,
      project: { id: 7, path_with_namespace: "ada/engine", web_url: WEB, git_http_url: `${WEB}.git` },
      commits: [],
    },
  },
  {
    title: "gitlab, all refs of a push",
    kind: "gitlab",
    eventName: "System Hook",
    payload: {
      event_name: "repository_update",
      project_id: 7,
      project: { id: 7 },
      changes: [moved],
      refs: [moved.ref],
    },
  },
  {
    title: "bitbucket",
    kind: "bitbucket",
    eventName: "repo:push",
    payload: {
      repository: {
        uuid: "{5d3a5e2c-0000-4000-8000-000000000001}",
        full_name: "ada/engine",
        links: { html: { href: WEB }, clone: cloneLinks },
      },
      push: {
        changes: [
          {
            old: { type: "branch", name: "main", target: { hash: BEFORE } },
            new: { type: "branch", name: "main", target: { hash: AFTER } },
          },
        ],
      },
    },
  },
  {
    title: "bitbucket, a server of one's own",
    kind: "bitbucket",
    eventName: "repo:refs_changed",
    payload: {
      repository: { id: 7, slug: "engine", project: { key: "ADA" }, links: { clone: cloneLinks } },
      changes: [{ ref: { id: moved.ref, type: "BRANCH" }, refId: moved.ref, fromHash: BEFORE, toHash: AFTER }],
    },
  },
  {
    title: "standard",
    kind: "standard",
    eventName: "",
    payload: { type: "push", timestamp: "2026-11-27T00:00:00Z", data: { ...moved, repository: "ada/engine" } },
  },
  { title: "signed", kind: "signed", eventName: "", payload: { ...moved, repository: WEB } },
];
