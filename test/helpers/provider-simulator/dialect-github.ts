// GitHub's deliveries: one event a ref, `create` and `delete` beside `push`, one id for all hooks, no second attempt.
import { createHmac } from "node:crypto";
import { type RefUpdate, ZEROS } from "./bare-repository.ts";
import { type Dialect, isoTime, nothingAfterwards, type SimulatedEvent, splitName, splitRef } from "./dialect.ts";
import type { SimulatedRepository, World } from "./world.ts";

/** GitHub sends nothing for a push of more tags, or of more branches, than this. */
const MAX_TAGS = 3;
const MAX_BRANCHES = 5_000;

/** A repository as payloads and the API describe it. */
export function githubRepository(world: World, repository: SimulatedRepository): Record<string, unknown> {
  const { owner, short } = splitName(repository.name);
  const web = `${world.origin}/${repository.name}`;
  return {
    id: repository.id,
    node_id: Buffer.from(`Repository${repository.id}`).toString("base64"),
    name: short,
    full_name: repository.name,
    private: repository.isPrivate,
    visibility: repository.isPrivate ? "private" : "public",
    owner: { login: owner, id: 1, type: "User" },
    html_url: web,
    clone_url: `${web}.git`,
    git_url: `${web}.git`.replace(/^http/, "git"),
    ssh_url: `git@${new URL(world.origin).hostname}:${repository.name}.git`,
    default_branch: repository.defaultBranch,
    archived: repository.archived,
    pushed_at: isoTime(repository.updatedAt),
    updated_at: isoTime(repository.updatedAt),
  };
}

const SENDER = { login: "ada", id: 1, type: "User" };

function pushOf(world: World, repository: SimulatedRepository, update: RefUpdate): SimulatedEvent[] {
  const { ref, before, after, forced } = update;
  const { kind, name } = splitRef(ref);
  const described = githubRepository(world, repository);
  const commits = update.commits.map((commit) => ({ ...commit, distinct: true, added: [], modified: [], removed: [] }));
  const payload = {
    ref,
    before,
    after,
    repository: described,
    pusher: { name: "ada", email: "ada@example.org" },
    sender: SENDER,
    created: before === ZEROS,
    deleted: after === ZEROS,
    forced,
    base_ref: null,
    compare: `${world.origin}/${repository.name}/compare/${before}...${after}`,
    commits,
    head_commit: commits.at(-1) ?? null,
  };
  const events: SimulatedEvent[] = [{ name: "push", subscription: "push", payload }];
  const beside = before === ZEROS ? "create" : after === ZEROS ? "delete" : null;
  if (beside !== null) {
    const base = { ref: name, ref_type: kind, pusher_type: "user", repository: described, sender: SENDER };
    const more = beside === "create" ? { master_branch: repository.defaultBranch, description: null } : {};
    events.push({ name: beside, subscription: beside, payload: { ...base, ...more } });
  }
  return events;
}

const ACTIONS = {
  renamed: "renamed",
  transferred: "transferred",
  archived: "archived",
  unarchived: "unarchived",
  private: "privatized",
  public: "publicized",
  deleted: "deleted",
} as const;

/** GitHub and GitHub Enterprise. */
export const githubDialect: Dialect = {
  timeoutMs: 10_000,
  maxBytes: 25 * 1024 * 1024,
  pushed(world, repository, updates) {
    const tags = updates.filter(({ ref }) => ref.startsWith("refs/tags/"));
    const branches = updates.filter(({ ref }) => ref.startsWith("refs/heads/"));
    const told = [...(branches.length > MAX_BRANCHES ? [] : branches), ...(tags.length > MAX_TAGS ? [] : tags)];
    return told.flatMap((update) => pushOf(world, repository, update));
  },
  changed(world, repository, change) {
    const described = githubRepository(world, repository);
    const from = "from" in change ? splitName(change.from) : null;
    const changes =
      change.kind === "renamed"
        ? { changes: { repository: { name: { from: from?.short } } } }
        : change.kind === "transferred"
          ? { changes: { owner: { from: { user: { login: from?.owner } } } } }
          : {};
    const payload = { action: ACTIONS[change.kind], ...changes, repository: described, sender: SENDER };
    return [{ name: "repository", subscription: "repository", payload }];
  },
  tested(world, repository, hook) {
    const payload = {
      zen: "Keep it logically awesome.",
      hook_id: hook.id,
      hook: { type: "Repository", id: hook.id, name: "web", active: hook.active, events: hook.events },
      repository: githubRepository(world, repository),
      sender: SENDER,
    };
    return { name: "ping", subscription: null, payload };
  },
  headers(_world, { repository, hook, event }, ids, body) {
    const headers: Record<string, string> = {
      "content-type": hook.contentType === "json" ? "application/json" : "application/x-www-form-urlencoded",
      "user-agent": "GitHub-Hookshot/simulated",
      "x-github-delivery": ids.event,
      "x-github-event": event.name,
      "x-github-hook-id": String(hook.id),
      "x-github-hook-installation-target-id": String(repository.id),
      "x-github-hook-installation-target-type": "repository",
    };
    if (hook.secret !== null && hook.secret !== "") {
      headers["x-hub-signature"] = `sha1=${createHmac("sha1", hook.secret).update(body).digest("hex")}`;
      headers["x-hub-signature-256"] = `sha256=${createHmac("sha256", hook.secret).update(body).digest("hex")}`;
    }
    return headers;
  },
  repeats: () => false,
  afterwards: nothingAfterwards,
};
