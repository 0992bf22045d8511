// Bitbucket's deliveries: one for all refs of a push, two more attempts after 5xx, silence above 256 KB.
import { createHmac } from "node:crypto";
import { type RefUpdate, ZEROS } from "./bare-repository.ts";
import { type Dialect, nothingAfterwards, splitName, splitRef } from "./dialect.ts";
import type { SimulatedRepository, World } from "./world.ts";

const MAX_COMMITS = 5;
const MAX_ATTEMPTS = 3;
const ACTOR = { type: "user", display_name: "Ada", nickname: "ada", uuid: "{00000000-0000-4000-8000-000000000001}" };

/** A repository as payloads and the API describe it. */
export function bitbucketRepository(world: World, repository: SimulatedRepository): Record<string, unknown> {
  const { owner, short } = splitName(repository.name);
  const web = `${world.origin}/${repository.name}`;
  return {
    type: "repository",
    uuid: repository.uuid,
    full_name: repository.name,
    name: short,
    slug: short,
    is_private: repository.isPrivate,
    scm: "git",
    mainbranch: { type: "branch", name: repository.defaultBranch },
    workspace: { type: "workspace", slug: owner, name: owner, uuid: world.uuidOf(owner) },
    links: {
      html: { href: web },
      self: { href: `${world.origin}/!api/2.0/repositories/${repository.name}` },
      clone: [
        { name: "https", href: `${web.replace("://", "://ada@")}.git` },
        { name: "ssh", href: `git@${new URL(world.origin).hostname}:${repository.name}.git` },
      ],
    },
  };
}

function changeOf({ ref, before, after, forced, commits, total }: RefUpdate): Record<string, unknown> {
  const { kind, name } = splitRef(ref);
  const state = (sha: string) => (sha === ZEROS ? null : { type: kind, name, target: { type: "commit", hash: sha } });
  const newest = commits.toReversed().slice(0, MAX_COMMITS);
  return {
    old: state(before),
    new: state(after),
    created: before === ZEROS,
    closed: after === ZEROS,
    forced,
    truncated: total > newest.length,
    commits: newest.map(({ id, message, timestamp }) => ({ type: "commit", hash: id, message, date: timestamp })),
  };
}

/** Bitbucket Cloud. */
export const bitbucketDialect: Dialect = {
  timeoutMs: 10_000,
  maxBytes: 256 * 1024,
  pushed(world, repository, updates) {
    const described = bitbucketRepository(world, repository);
    const payload = { actor: ACTOR, repository: described, push: { changes: updates.map(changeOf) } };
    return [{ name: "repo:push", subscription: "repo:push", payload }];
  },
  changed(world, repository, change) {
    const base = { actor: ACTOR, repository: bitbucketRepository(world, repository) };
    switch (change.kind) {
      case "renamed": {
        const changes = {
          name: { old: splitName(change.from).short, new: splitName(repository.name).short },
          full_name: { old: change.from, new: repository.name },
        };
        return [{ name: "repo:updated", subscription: "repo:updated", payload: { ...base, changes } }];
      }
      case "transferred": {
        const previous = { type: "workspace", slug: splitName(change.from).owner };
        return [
          { name: "repo:transfer", subscription: "repo:transfer", payload: { ...base, previous_workspace: previous } },
        ];
      }
      case "deleted":
        return [{ name: "repo:deleted", subscription: "repo:deleted", payload: base }];
      case "private":
      case "public": {
        const changes = { is_private: { old: change.kind === "public", new: change.kind === "private" } };
        return [{ name: "repo:updated", subscription: "repo:updated", payload: { ...base, changes } }];
      }
      case "archived":
      case "unarchived":
        return []; // nothing is archived there
    }
  },
  tested: () => null,
  headers(_world, { hook, event }, ids, body) {
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "user-agent": "Bitbucket-Webhooks/2.0",
      "x-event-key": event.name,
      "x-hook-uuid": hook.uuid.slice(1, -1),
      "x-request-uuid": ids.delivery,
      "x-attempt-number": String(ids.attempt),
      "x-event-time": "Fri, 27 Nov 2026 12:00:00 GMT",
    };
    if (hook.secret)
      headers["x-hub-signature"] = `sha256=${createHmac("sha256", hook.secret).update(body).digest("hex")}`;
    return headers;
  },
  repeats: (status, attempt) => status >= 500 && attempt < MAX_ATTEMPTS,
  afterwards: nothingAfterwards,
};
