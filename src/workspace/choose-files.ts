// A person chooses which files are metric files, and what names the rows in them; the history is read once more for it.
import { MetricPathMatcher, patternOfPath, withBuiltIn } from "../domain/metric-paths.ts";
import type { MetricPath, OrganizationId, RepositoryId, RowIdentities } from "../domain/model.ts";
import { changeRules, type PathChanges } from "../domain/path-changes.ts";
import { MAX_IDENTITY_FIELDS } from "../domain/row-choice.ts";
import { TidemarkError } from "../errors.ts";
import type { Database, Transaction } from "../store/database.ts";
import { insertEvent } from "../store/event.ts";
import { lockPaths, raisePathsVersion } from "../store/history-reader.ts";
import { readMetricPaths, saveChosenIdentity, saveRules } from "../store/metric-path.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** What choosing needs. */
export interface ChooseFilesDeps {
  readonly database: Pick<Database, "web">;
}

/** What names the rows of one array of one path. */
export interface IdentityChoice {
  readonly path: string;
  /** its key without row names; empty for a list that is the whole file */
  readonly array: string;
  /** null leaves it to Tidemark again */
  readonly fields: readonly string[] | null;
}

/**
 * Changes the rules of a repository, all or none.
 * @param user the person; null: nobody who is known by name
 * @returns the id of the event that has its history read once more; null when nothing changed
 * @throws TidemarkError `repository-not-found`, and those of `changeRules()`
 */
export async function changeMetricFiles(
  { database }: ChooseFilesDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  changes: PathChanges,
  user: string | null = null,
): Promise<string | null> {
  return database.web.in(organizationId).write(async (tx) => {
    const changed = changeRules(await lockedRules(tx, repository), changes);
    if (changed.put.length === 0 && changed.removed.length === 0) return null;
    await saveRules(tx, repository, changed);
    return readOnceMore(tx, repository, user);
  });
}

/**
 * Chooses the fields that name the rows of an array. They come before those of its tool and those that are inferred.
 * @param user the person; null: nobody who is known by name
 * @returns the id of the event that has its history read once more; null when nothing changed
 * @throws TidemarkError `repository-not-found`; `bad-argument` for a path that is not read, or fields that cannot be;
 *   `limit-exceeded`
 */
export async function chooseIdentity(
  { database }: ChooseFilesDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  choice: IdentityChoice,
  user: string | null = null,
): Promise<string | null> {
  if (choice.fields !== null) checkFields(choice.fields);
  return database.web.in(organizationId).write(async (tx) => {
    const rules = await lockedRules(tx, repository);
    const pattern = patternOfPath(choice.path);
    const own = rules.find((rule) => rule.pattern === pattern);
    if (new MetricPathMatcher(rules).match(choice.path) === null) throw notRead(choice.path);
    const before = own?.identity ?? {};
    const identity = withChoice(before, choice);
    if (identity === before) return null;
    const rule: MetricPath = { pattern, source: "chosen", identity, enabled: true };
    new MetricPathMatcher([...rules.filter((each) => each !== own), rule]).match(choice.path); // throws beyond its limits
    await saveChosenIdentity(tx, repository, choice.path, Object.keys(identity).length === 0 ? null : identity);
    return readOnceMore(tx, repository, user);
  });
}

/** All rules of a repository. Whoever else would change them waits until this transaction is over. */
async function lockedRules(tx: Transaction, repository: RepositoryId): Promise<readonly MetricPath[]> {
  if (!(await lockPaths(tx, repository))) throw repositoryNotFound("choose the metric files of", repository);
  return withBuiltIn((await readMetricPaths(tx, repository)).rules);
}

async function readOnceMore(tx: Transaction, repository: RepositoryId, user: string | null): Promise<string> {
  await raisePathsVersion(tx, repository);
  return insertEvent(tx, repository, "import", "person", user);
}

/** @returns `before` itself when the choice is there already */
function withChoice(before: RowIdentities, { array, fields }: IdentityChoice): RowIdentities {
  const known = before[array];
  if (fields === null) {
    if (known === undefined) return before;
    return Object.fromEntries(Object.entries(before).filter(([key]) => key !== array));
  }
  const isSame = known?.length === fields.length && fields.every((field, index) => field === known[index]);
  return isSame ? before : { ...before, [array]: fields };
}

function checkFields(fields: readonly string[]): void {
  const isGood = fields.length > 0 && fields.length <= MAX_IDENTITY_FIELDS && new Set(fields).size === fields.length;
  if (isGood && !fields.includes("")) return;
  throw new TidemarkError("bad-argument", {
    attempt: "name rows by the fields",
    value: fields.join(", "),
    found: fields.length === 0 ? "none" : `${fields.length}, or one twice, or one without a name`,
    wanted: `one to ${MAX_IDENTITY_FIELDS} different fields`,
  });
}

function notRead(path: string): TidemarkError {
  return new TidemarkError("bad-argument", {
    attempt: "choose what names the rows of",
    value: path,
    found: "no rule by which it is read",
    wanted: "a path that is read as a metric file",
  });
}
