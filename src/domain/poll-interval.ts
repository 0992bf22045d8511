// How often a repository's refs are looked at, by how well its webhook tells of changes.

/** Between two looks without a webhook that works, in seconds, unless the operator says otherwise. */
export const POLL_SECONDS = 300;
/** With one that works, looks are so many times rarer: they only find what it missed. */
const RARER_WITH_WEBHOOK = 3;
/** A webhook works when a delivery came within so long, in ms, and nothing was missed since. */
export const WORKING_MS = 24 * 3_600_000;
/**
 * Between two looks at a folder, in seconds: two git processes that read small files, and no server is asked. What is
 * committed on one's own machine is wanted at once, but a person has "Sync" for that, and a commit made by a job may take
 * a minute.
 */
const FOLDER_SECONDS = 60;

/** What the interval depends on. */
export interface PollHabits {
  readonly kind: "remote" | "folder";
  /** when a delivery about it came last */
  readonly webhookAt: Date | null;
  /** when a change was found last that no delivery had told of */
  readonly missedAt: Date | null;
}

/** @returns whether a repository's webhook tells of changes: a delivery came lately, and none was missed since */
export function isWebhookWorking({ webhookAt, missedAt }: PollHabits, now: number): boolean {
  if (webhookAt === null || webhookAt.getTime() < now - WORKING_MS) return false;
  return missedAt === null || missedAt < webhookAt;
}

/** Seconds between two looks, at most: at a folder, at a repository with a webhook that works, at any other. */
export interface PollPeriods {
  readonly folder: number;
  readonly withWebhook: number;
  readonly usual: number;
}

/** @param setting the operator's seconds */
export function pollPeriods(setting: number): PollPeriods {
  return {
    folder: Math.min(setting, FOLDER_SECONDS),
    withWebhook: setting * RARER_WITH_WEBHOOK,
    usual: setting,
  };
}

/** @param setting the operator's seconds. @returns seconds between two looks, at most */
export function pollSeconds(habits: PollHabits, setting: number, now: number): number {
  const { folder, withWebhook, usual } = pollPeriods(setting);
  if (habits.kind === "folder") return folder;
  return isWebhookWorking(habits, now) ? withWebhook : usual;
}
