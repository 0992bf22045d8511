// One setting's text, and what is said of one that is wrong.
import { TidemarkError } from "./errors.ts";

/** What the process was started with, as main.ts has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @returns the error about a setting. @param found never a text that could hold a secret */
export function badSetting(name: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-setting", { attempt: "use the setting", value: name, found, wanted });
}

/** @returns whether it is on; nothing is off. @throws TidemarkError `bad-setting` */
export function parseSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "" || text === "0" || text === "false") return false;
  if (text === "1" || text === "true") return true;
  throw badSetting(name, JSON.stringify(text), "1 or 0");
}
