// By whose account a repository is read, among its settings: chosen of those that one may use.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { isAtServer } from "../../src/domain/provider-address.ts";
import { PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { accountsQuery } from "../accounts-queries.ts";
import { problemOf } from "../api.ts";
import { healthQuery } from "../health-api.ts";
import { accountPage } from "../paths.ts";
import { patchRepository } from "../settings-api.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** Draws the choice. @param props `name`: of the repository, as in the page's address; `url`: where it is read */
export function ReadingAccount({ name, url }: { name: string; url: string }): ReactNode {
  const id = useId();
  const client = useQueryClient();
  const { data: health } = useQuery(healthQuery(name));
  const { data } = useQuery(accountsQuery);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (account: string) => patchRepository(name, { account: account === "" ? null : account }),
    onSettled: () => client.invalidateQueries({ queryKey: healthQuery(name).queryKey }),
  });
  const now = health?.account ?? null;
  // an account of another server opens nothing here, and is refused
  const others = data?.accounts.filter(({ id: each, baseUrl }) => each !== now?.id && isAtServer(url, baseUrl)) ?? [];
  return (
    <>
      <p className="reading-account">
        <label htmlFor={id}>Read</label>
        <select id={id} value={now?.id ?? ""} disabled={isPending} onChange={(event) => mutate(event.target.value)}>
          <option value="">as anybody may</option>
          {now === null ? null : <option value={now.id}>{`as ${now.login} at ${PROVIDER_LABELS[now.kind]}`}</option>}
          {others.map(({ id: each, login, label }) => (
            <option key={each} value={each}>{`as ${login} at ${label}`}</option>
          ))}
        </select>
        <PageLink href={accountPage()} className="underlined">
          Accounts
        </PageLink>
      </p>
      {error === null ? null : (
        <p className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </p>
      )}
    </>
  );
}
