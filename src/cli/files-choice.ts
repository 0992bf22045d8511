// `tidemark files add|remove|on|off|identity`: changes what a server reads, and waits until the history is read again.
import type { RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";
import { changeMetricFiles, chooseIdentity } from "../workspace/choose-files.ts";
import { previewPattern, readRows } from "../workspace/preview-files.ts";
import type { CommandContext } from "./context.ts";
import type { DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { find, follow, onInstallation, type Opened } from "./on-installation.ts";

/** What every command on a server's choices is told. */
export interface ChoiceOptions extends DataOption {
  readonly repository: string;
  readonly asFound?: boolean;
}

/** The commands that change one rule. */
export type RuleCommand = "add" | "remove" | "on" | "off";

/** What stands for the list that is the whole file, since an argument cannot be empty. */
const WHOLE_FILE = ".";

/**
 * Changes one rule.
 * @returns the exit code
 * @throws TidemarkError `repository-not-found`, and those of `changeMetricFiles()`
 */
export function changeRule(
  context: CommandContext,
  { command, pattern }: { readonly command: RuleCommand; readonly pattern: string },
  options: ChoiceOptions,
): Promise<number> {
  const changes = { add: [], remove: [], on: [], off: [], [command]: [pattern] };
  return choose(context, `tidemark files ${command}`, options, async (opened, id) => {
    const { organizationId, userId } = opened.owner;
    const event = await changeMetricFiles(opened, organizationId, id, changes, userId);
    if (command !== "add") return event;
    const { total } = await previewPattern(opened, organizationId, { repository: id, pattern });
    if (total === 0)
      context.effects.err.write(
        `note: ${escapeControls(JSON.stringify(pattern))} names no file now: it waits for those to come\n`,
      );
    return event;
  });
}

/**
 * Chooses what names the rows of an array, after a look at whether there are such fields.
 * @returns the exit code
 * @throws TidemarkError `repository-not-found`, `bad-argument`, and those of `readRows()` and `chooseIdentity()`
 */
export function identity(
  context: CommandContext,
  typed: { readonly path: string; readonly array: string; readonly fields: readonly string[] },
  options: ChoiceOptions,
): Promise<number> {
  const { path, fields } = typed;
  const array = typed.array === WHOLE_FILE ? "" : typed.array;
  const isReset = options.asFound === true;
  if (isReset === fields.length > 0) throw wrongFields(fields, isReset);
  return choose(context, "tidemark files identity", options, async (opened, repository) => {
    const { organizationId, userId } = opened.owner;
    if (!isReset) {
      const naming = { array, fields };
      checkNames(await readRows(opened, organizationId, { repository, path, naming }), { path, array, fields });
    }
    return chooseIdentity(opened, organizationId, repository, { path, array, fields: isReset ? null : fields }, userId);
  });
}

function choose(
  context: CommandContext,
  purpose: string,
  options: ChoiceOptions,
  change: (opened: Opened, repository: RepositoryId) => Promise<string | null>,
): Promise<number> {
  return onInstallation(context, options, { purpose, works: true }, async (opened) => {
    const { id } = await find(opened, options.repository, "choose the metric files of");
    const event = await change(opened, id as RepositoryId);
    if (event !== null) return follow(context, opened, id as RepositoryId, options);
    context.effects.out.write("It is so already: nothing has changed.\n");
    return EXIT.done;
  });
}

function checkNames(
  { arrays }: Awaited<ReturnType<typeof readRows>>,
  { path, array, fields }: { readonly path: string; readonly array: string; readonly fields: readonly string[] },
): void {
  const bad = (attempt: string, value: string, found: string, wanted: readonly string[]): TidemarkError =>
    new TidemarkError("bad-argument", { attempt, value, found, wanted: `one of ${wanted.join(", ") || "none"}` });
  const known = arrays.find((each) => each.array === array);
  if (known === undefined) {
    const names = arrays.map((each) => (each.array === "" ? WHOLE_FILE : each.array));
    throw bad("name the rows of", array || WHOLE_FILE, `no such list of objects in ${path}`, names);
  }
  const names = known.fields.map(({ name }) => name);
  const strange = fields.find((field) => !names.includes(field));
  if (strange !== undefined) throw bad("name rows by", strange, "no such field in any row", names);
}

function wrongFields(fields: readonly string[], isReset: boolean): TidemarkError {
  const found = isReset ? "fields beside --as-found" : "none";
  const wanted = isReset ? "one or the other" : "one field or several, or --as-found";
  return new TidemarkError("bad-argument", { attempt: "name rows by", value: fields.join(" "), found, wanted });
}
