// `tidemark secrets rotate`: everything that an older key has sealed is sealed anew with the current one.
import type { Command } from "commander";
import { formatCount } from "../domain/format-value.ts";
import { assertHeldByAll, type Rotation, rotateSecrets } from "../workspace/rotate-secrets.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { onInstallation } from "./on-installation.ts";

interface RotateOptions extends DataOption {
  readonly force?: boolean;
}

/** Adds `tidemark secrets` with its command. */
export function register(program: Command, context: CommandContext): void {
  const secrets = program
    .command("secrets")
    .description("the key that seals tokens of accounts and secrets of webhooks")
    .addHelpText(
      "after",
      examples(["tidemark secrets rotate", "after a new key was put first in TIDEMARK_KEY_FILE: docs/keys.md"]),
    );
  secrets
    .command("rotate")
    .description("seal with the current key what older ones have sealed; servers go on meanwhile")
    .option("--force", "also while a process runs that lacks the current key: it opens nothing until it has it")
    .option(...DATA_OPTION)
    .action((options: RotateOptions) => context.run(() => rotate(context, options)));
}

function rotate(context: CommandContext, options: RotateOptions): Promise<number> {
  const asked = { purpose: "tidemark secrets rotate", works: false };
  return onInstallation(context, options, asked, async ({ database, keyring }) => {
    const { out, err } = context.effects;
    keyring.onOldKey(() => undefined); // that they are in use is why this is done
    keyring.onMissingKey(() => undefined); // what does not open is counted below
    if (options.force !== true) await assertHeldByAll({ database, keyring });
    const rotation = await rotateSecrets({ database, keyring }, context.effects.signal);
    const { sealed, notOpened, keys } = rotation;
    out.write(`${secretsOf(sealed)} sealed anew with the key ${keyring.currentKeyId}.\n`);
    for (const [id, count] of keys) {
      const what =
        id === keyring.currentKeyId ? "the current one" : !keyring.keyIds.includes(id) ? "not here" : "older";
      out.write(`  ${id}  ${secretsOf(count)} (${what})\n`);
    }
    if (notOpened > 0) {
      err.write(`${secretsOf(notOpened)} cannot be opened with the keys that are here: they stay as they are.\n`);
      return EXIT.failed;
    }
    out.write(advice(rotation, keyring.currentKeyId, keyring.keyIds));
    return EXIT.done;
  });
}

/** What may be done with the older keys. */
function advice({ keys }: Rotation, current: string, all: readonly string[]): string {
  const inUse = [...keys.keys()].filter((id) => id !== current);
  if (inUse.length > 0)
    return "Another process still seals with an older key: put the new one first there, and do it again.\n";
  const older = all.filter((id) => id !== current);
  if (older.length === 0) return "";
  return `No secret needs ${older.join(", ")} any more; backups from before do.\n`;
}

function secretsOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "secret" : "secrets"}`;
}
