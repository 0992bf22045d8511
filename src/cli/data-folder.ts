// The option `--data` of every command that has a data folder: where everything is kept but the database of DATABASE_URL.
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { TidemarkError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/** What the option gives. */
export interface DataOption {
  readonly data?: string;
}

/** The option as it is declared. */
export const DATA_OPTION = [
  "--data <folder>",
  "the data folder, if it is not the usual one; with DATABASE_URL the database is that one all the same",
] as const;

/**
 * @returns the settings, with the folder of the option in place of TIDEMARK_DATA's; it says nothing of the database
 * @throws TidemarkError `bad-setting` for an empty one, which would mean the folder where one stands
 */
export function withData(context: CommandContext, { data }: DataOption): Config {
  const config = context.config();
  if (data === "") {
    const parts = { attempt: "use the setting", value: "--data", found: '""', wanted: "a folder" };
    throw new TidemarkError("bad-setting", parts);
  }
  return data === undefined ? config : { ...config, dataFolder: resolve(context.effects.cwd, data) };
}
