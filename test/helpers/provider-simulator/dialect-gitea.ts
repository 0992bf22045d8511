// Deliveries of Gitea and Forgejo: one a ref, GitHub's header names too, five seconds, no second attempt.
import { createHmac } from "node:crypto";
import { type RefUpdate, ZEROS } from "./bare-repository.ts";
import { type Dialect, isoTime, nothingAfterwards, type SimulatedEvent, splitName, splitRef } from "./dialect.ts";
import { isLocalAddress, type SimulatedRepository, type World } from "./world.ts";

/** Commits that a payload lists at most (Forgejo's PAYLOAD_COMMIT_LIMIT). */
const MAX_COMMITS = 15;
const SENDER = { id: 1, login: "ada", full_name: "Ada", email: "ada@example.org", username: "ada" };

/** A repository as payloads and the API describe it. */
export function giteaRepository(world: World, repository: SimulatedRepository): Record<string, unknown> {
  const { owner, short } = splitName(repository.name);
  const web = `${world.origin}/${repository.name}`;
  return {
    id: repository.id,
    owner: { ...SENDER, login: owner, username: owner },
    name: short,
    full_name: repository.name,
    private: repository.isPrivate,
    internal: false,
    empty: false,
    archived: repository.archived,
    html_url: web,
    clone_url: `${web}.git`,
    ssh_url: `git@${new URL(world.origin).hostname}:${repository.name}.git`,
    default_branch: repository.defaultBranch,
    updated_at: isoTime(repository.updatedAt),
  };
}

function pushOf(world: World, repository: SimulatedRepository, update: RefUpdate): SimulatedEvent[] {
  const { ref, before, after } = update;
  const { kind, name } = splitRef(ref);
  const described = giteaRepository(world, repository);
  if (after === ZEROS) {
    const payload = { ref: name, ref_type: kind, pusher_type: "user", repository: described, sender: SENDER };
    return [{ name: "delete", subscription: "delete", payload }];
  }
  const commits = update.commits
    .toReversed()
    .slice(0, MAX_COMMITS)
    .map((commit) => ({
      ...commit,
      url: `${world.origin}/${repository.name}/commit/${commit.id}`,
      added: [],
      removed: [],
      modified: [],
    }));
  const payload = {
    ref,
    before,
    after,
    compare_url: `${world.origin}/${repository.name}/compare/${before}...${after}`,
    commits,
    total_commits: update.total,
    head_commit: commits[0] ?? null,
    repository: described,
    pusher: SENDER,
    sender: SENDER,
  };
  const events: SimulatedEvent[] = [{ name: "push", subscription: "push", payload }];
  if (before === ZEROS) {
    const created = { sha: after, ref: name, ref_type: kind, repository: described, sender: SENDER };
    events.unshift({ name: "create", subscription: "create", payload: created });
  }
  return events;
}

/** Gitea and Forgejo. */
export const giteaDialect: Dialect = {
  timeoutMs: 5_000,
  maxBytes: Number.POSITIVE_INFINITY,
  pushed: (world, repository, updates) => updates.flatMap((update) => pushOf(world, repository, update)),
  changed(world, repository, change) {
    if (change.kind !== "deleted") return []; // a rename is told to nobody
    const described = giteaRepository(world, repository);
    const payload = { action: "deleted", repository: described, organization: SENDER, sender: SENDER };
    return [{ name: "repository", subscription: "repository", payload }];
  },
  tested: () => null,
  headers(world, { hook, event }, ids, body) {
    const hex = hook.secret ? createHmac("sha256", hook.secret).update(body).digest("hex") : "";
    const sha1 = hook.secret ? createHmac("sha1", hook.secret).update(body).digest("hex") : "";
    const headers: Record<string, string> = {
      "content-type": hook.contentType === "json" ? "application/json" : "application/x-www-form-urlencoded",
      "user-agent": "Go-http-client/1.1",
      "x-gitea-delivery": ids.delivery,
      "x-gitea-event": event.name,
      "x-gitea-event-type": event.name,
      "x-gitea-signature": hex,
      "x-gogs-delivery": ids.delivery,
      "x-gogs-event": event.name,
      "x-gogs-event-type": event.name,
      "x-gogs-signature": hex,
      "x-hub-signature": `sha1=${sha1}`,
      "x-hub-signature-256": `sha256=${hex}`,
      "x-github-delivery": ids.delivery,
      "x-github-event": event.name,
      "x-github-event-type": event.name,
    };
    if (world.isForgejo) {
      headers["x-forgejo-delivery"] = ids.delivery;
      headers["x-forgejo-event"] = event.name;
      headers["x-forgejo-event-type"] = event.name;
      headers["x-forgejo-signature"] = hex;
    }
    return headers;
  },
  repeats: () => false,
  afterwards: nothingAfterwards,
};

/** ALLOWED_HOST_LIST: the hook is made, and nothing is ever sent to a private address. */
export function isRefusedByGitea(world: World, url: string): boolean {
  return !world.allowsLocalHooks && isLocalAddress(url);
}
