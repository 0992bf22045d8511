// The password of an account whose server cannot be asked: tried at a repository where there is one to try it at.
import { TidemarkError } from "../errors.ts";
import type { Provider, ProviderAccess } from "../providers/provider.ts";
import type { Reader } from "../store/database.ts";
import { readTrialPlaces } from "../store/git-account.ts";
import type { AccountPerson, AccountsDeps } from "./account-person.ts";

/**
 * Tries a password before it is stored, so that a wrong one does not take the place of one that is taken.
 * @param given the address of a repository, where the person gave one. Where it tells nothing, as anybody may read it, and
 *   without one, those are tried that the account reads by now, and those that fail without one
 * @returns whether it is taken; false where nothing there tells
 * @throws TidemarkError `account-refused`, `provider-limited`, `provider-failed`, `bad-address` where nothing is at the
 *   address that was given; those of `outbound`
 */
export async function tryAtRepository(
  deps: Pick<AccountsDeps, "allow" | "now">,
  provider: Provider,
  access: ProviderAccess,
  { reader, person, given }: { readonly reader: Reader; readonly person: AccountPerson; readonly given: string | null },
): Promise<boolean> {
  const { trial } = provider;
  if (trial === null) return false;
  const call = { allow: deps.allow, now: deps.now };
  if (given !== null) {
    const found = await trial(call, access, given);
    if (found === "taken") return true;
    if (found === "nothing") throw nothingThere(given);
  }
  for (const { address, isOwn } of await readTrialPlaces(reader, { ...access, userId: person.userId })) {
    if (address === given) continue;
    try {
      if ((await trial(call, access, address)) === "taken") return true;
    } catch (error) {
      // one that was never read with it may be closed to it for good
      if (isOwn) throw error;
    }
  }
  return false;
}

function nothingThere(address: string): TidemarkError {
  const parts = {
    found: "no repository there that this login may read",
    wanted: "one, or the server's address alone",
  };
  return new TidemarkError("bad-address", { attempt: "try the password at", value: address, ...parts });
}
