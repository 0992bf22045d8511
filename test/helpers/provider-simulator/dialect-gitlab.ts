// GitLab's deliveries: nothing at all for more than three refs, switched off after four failures in a row.
import { createHmac } from "node:crypto";
import { type RefUpdate, ZEROS } from "./bare-repository.ts";
import { type Dialect, type SimulatedEvent, splitName } from "./dialect.ts";
import type { SimulatedHook, SimulatedRepository, World } from "./world.ts";

/** `push_event_hooks_limit` */
const MAX_REFS = 3;
const MAX_COMMITS = 20;
/** Failures in a row that switch a hook off for a while, and those that do for good. */
const FAILURES_FOR_A_WHILE = 4;
const FAILURES_FOR_GOOD = 40;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** A project as payloads describe it. */
function projectOf(world: World, repository: SimulatedRepository): Record<string, unknown> {
  const { owner, short } = splitName(repository.name);
  const web = `${world.origin}/${repository.name}`;
  return {
    id: repository.id,
    name: short,
    description: "",
    web_url: web,
    git_ssh_url: `git@${new URL(world.origin).hostname}:${repository.name}.git`,
    git_http_url: `${web}.git`,
    namespace: owner,
    visibility_level: repository.isPrivate ? 0 : 20,
    path_with_namespace: repository.name,
    default_branch: repository.defaultBranch,
    homepage: web,
    url: `${web}.git`,
    http_url: `${web}.git`,
  };
}

function pushOf(world: World, repository: SimulatedRepository, update: RefUpdate): SimulatedEvent {
  const { ref, before, after } = update;
  const isTag = ref.startsWith("refs/tags/");
  const payload = {
    object_kind: isTag ? "tag_push" : "push",
    event_name: isTag ? "tag_push" : "push",
    before,
    after,
    ref,
    ref_protected: false,
    checkout_sha: after === ZEROS ? null : after,
    message: null,
    user_id: 1,
    user_name: "Ada",
    user_username: "ada",
    project_id: repository.id,
    project: projectOf(world, repository),
    commits: update.commits.slice(-MAX_COMMITS).map((commit) => ({ ...commit, title: commit.message.split("\n")[0] })),
    total_commits_count: update.total,
    repository: { name: splitName(repository.name).short, git_http_url: `${world.origin}/${repository.name}.git` },
  };
  return {
    name: isTag ? "Tag Push Hook" : "Push Hook",
    subscription: isTag ? "tag_push_events" : "push_events",
    payload,
  };
}

/** GitLab. */
export const gitlabDialect: Dialect = {
  timeoutMs: 10_000,
  maxBytes: 25 * 1024 * 1024,
  pushed: (world, repository, updates) =>
    updates.length > MAX_REFS ? [] : updates.map((update) => pushOf(world, repository, update)),
  changed: () => [], // projects' hooks hear nothing of renames
  tested(world, repository) {
    const update: RefUpdate = {
      ref: `refs/heads/${repository.defaultBranch}`,
      before: ZEROS,
      after: ZEROS,
      forced: false,
      commits: [],
      total: 0,
    };
    return pushOf(world, repository, update);
  },
  headers(world, { hook, event }, ids, body) {
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "user-agent": "GitLab/19.0.0-simulated",
      "x-gitlab-event": event.name,
      "x-gitlab-event-uuid": ids.event,
      "x-gitlab-webhook-uuid": hook.uuid.slice(1, -1),
      "x-gitlab-instance": world.origin,
      "idempotency-key": ids.delivery,
    };
    if (hook.secret) headers["x-gitlab-token"] = hook.secret;
    if (world.hasSigningTokens) {
      const timestamp = String(Math.floor(world.now() / 1_000));
      headers["webhook-id"] = ids.delivery;
      headers["webhook-timestamp"] = timestamp;
      if (hook.signingToken) {
        const key = Buffer.from(hook.signingToken.replace(/^whsec_/, ""), "base64");
        const signature = createHmac("sha256", key).update(`${ids.delivery}.${timestamp}.${body}`).digest("base64");
        headers["webhook-signature"] = `v1,${signature}`;
      }
    }
    return headers;
  },
  repeats: () => false,
  afterwards: switchOff,
};

/** 4xx counts as a failure, as 5xx and no answer do. */
function switchOff(world: World, hook: SimulatedHook, status: number): void {
  if (status !== 0 && status < 400) {
    hook.failuresInARow = 0;
    hook.disabledUntil = null;
    hook.disabledForGood = false;
    return;
  }
  hook.failuresInARow += 1;
  if (hook.failuresInARow >= FAILURES_FOR_GOOD) hook.disabledForGood = true;
  else if (hook.failuresInARow >= FAILURES_FOR_A_WHILE) {
    const pause = FIRST_PAUSE_MS * 2 ** (hook.failuresInARow - FAILURES_FOR_A_WHILE);
    hook.disabledUntil = world.now() + Math.min(pause, LONGEST_PAUSE_MS);
  }
}
