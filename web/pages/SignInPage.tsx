// Signs the owner in by the link that the server printed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { problemOf, signIn } from "../api.ts";
import { sessionQuery } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { SignedOutMessage } from "./messages.tsx";
import { useGoTo } from "./PageLink.tsx";
import { Shell } from "./Shell.tsx";

const SIGN_IN = "sign-in";

/** The page of the link. @param next where to go then: a page of this origin */
export function SignInPage({ token, next }: { token: string | null; next: string }): ReactNode {
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
      return session;
    },
    enabled: token !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // somebody who is signed in and comes here without a link is led on
  const session = useQuery({ ...sessionQuery, enabled: token === null, retry: false });
  const done = attempt.isSuccess || session.isSuccess;
  useEffect(() => {
    if (done) goTo(next, { replace: true });
  }, [done, goTo, next]);

  const problem = attempt.error === null ? null : problemOf(attempt.error);
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
              <Untrusted text={problem.detail} />
            </p>
          )}
        </SignedOutMessage>
      )}
    </Shell>
  );
}
