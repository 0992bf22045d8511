// A person removes an account: its token is gone; repositories that were read with it stay, read as anybody may.
import { PROVIDER_LABELS } from "../domain/provider-kind.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { OrganizationStore } from "../store/database.ts";
import { deleteAccount, type SealedAccount } from "../store/git-account.ts";
import { readLeftWebhooks } from "../store/left-webhook.ts";
import { removeLeftWebhook } from "../webhook-removal.ts";
import { type AccountPerson, type AccountsDeps, assertMayManage, usableAccount } from "./account-person.ts";

/**
 * Removes an account. Its repositories are followed on by polling without it: public ones as before, others stay as they
 * were read last and say that access is missing. Their webhooks are no longer looked after. Those that were removed here
 * and are still at its server are removed there first: nobody else could.
 * @param leave whether they may stay there
 * @returns the names of these repositories
 * @throws TidemarkError `account-not-found`, `not-allowed`; `webhook-left` where one cannot be removed now: the account
 *   is still there
 */
export async function removeAccount(
  deps: AccountsDeps,
  person: AccountPerson,
  id: string,
  { leave = false }: { readonly leave?: boolean } = {},
): Promise<readonly string[]> {
  const store = deps.database.web.in(person.organizationId);
  const account = await usableAccount(store, person, id);
  assertMayManage(person, account);
  if (!leave) await removeLeft(store, deps, account);
  return store.write((tx) => deleteAccount(tx, id));
}

async function removeLeft(
  store: OrganizationStore,
  { keyring, allow, now, providerOf }: AccountsDeps,
  { id, kind, login, name }: SealedAccount,
): Promise<void> {
  const use = { keyring, call: { allow, now }, ...(providerOf === undefined ? {} : { providerOf }) };
  for (const left of await readLeftWebhooks(store, id)) {
    try {
      await removeLeftWebhook(store, use, left);
    } catch (error) {
      if (!isTidemarkError(error)) throw error;
      const where = PROVIDER_LABELS[kind];
      const why = error.parts.found.replace(/^that /, "");
      const found = `that the webhook of ${left.providerName} is still at ${where} (${why})`;
      const wanted = "another try later, or to leave it there";
      throw new TidemarkError("webhook-left", { attempt: "remove the account", value: login || name, found, wanted });
    }
  }
}
