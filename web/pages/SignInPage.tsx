// Signs the owner in by the link that the server printed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { problemOf, signIn } from "../api.ts";
import { sessionQuery } from "../queries.ts";
import { SIGN_IN, tellSession } from "../session-tabs.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { SignedOutMessage } from "./messages.tsx";
import { useGoTo } from "./PageLink.tsx";
import { Shell } from "./Shell.tsx";

/** What the page is opened with. */
export interface SignInPageProps {
  readonly token: string | null;
  /** called once the token has signed somebody in: it is good for nothing more */
  readonly used: () => void;
  /** the link is cut short or changed */
  readonly isBroken: boolean;
  /** where to go then: a page of this origin */
  readonly next: string;
}

const BROKEN =
  "This link is cut short, or was changed: the one in the terminal ends in “tdo_” and 49 letters and digits. Copy the whole of it.";

/** The page of the link. */
export function SignInPage({ token, used, isBroken, next }: SignInPageProps): ReactNode {
  const client = useQueryClient();
  const goTo = useGoTo();
  // a query, not a mutation: it runs once, also where effects run twice, and a token is good for one call only
  const attempt = useQuery({
    queryKey: [SIGN_IN, token],
    queryFn: async () => {
      const session = await signIn(token ?? "");
      // answers of an earlier session, or that nobody was signed in
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SIGN_IN });
      client.setQueryData(sessionQuery.queryKey, session);
      tellSession(session);
      used();
      return session;
    },
    enabled: token !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // somebody who is signed in and comes here without a link, or with one that is good for nothing, is led on
  const session = useQuery({ ...sessionQuery, enabled: token === null || attempt.isError, retry: false });
  const done = attempt.isSuccess || session.isSuccess;
  useEffect(() => {
    if (done) goTo(next, { replace: true });
  }, [done, goTo, next]);

  const problem = attempt.error === null ? (isBroken ? BROKEN : null) : problemOf(attempt.error).detail;
  const waiting = attempt.isLoading || session.isLoading || done;
  return (
    <Shell title="Sign in · Tidemark" signedOut>
      {waiting ? (
        <p className="message skeleton" role="status">
          Signing in …
        </p>
      ) : (
        <SignedOutMessage>
          {problem === null ? null : (
            <p className="note bad" role="alert">
              <Untrusted text={problem} />
            </p>
          )}
        </SignedOutMessage>
      )}
    </Shell>
  );
}
