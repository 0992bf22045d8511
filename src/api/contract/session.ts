// Signing in by the owner link, and who is signed in.
import { z } from "zod";
import type { Contract } from "./contract.ts";

/** The person who is signed in, and the team she works in. */
export const Session = z.object({
  user: z.object({ id: z.string(), name: z.string() }),
  organization: z.object({ id: z.string(), name: z.string() }),
});
/** Who is signed in. */
export type Session = z.infer<typeof Session>;

/** Who is signed in. */
export const getSession = {
  method: "GET",
  url: "/api/v1/session",
  summary: "Who is signed in",
  status: 200,
  answer: Session,
  problems: ["not-signed-in"],
} as const satisfies Contract;

/** Exchanges the token of an owner link, valid once and for ten minutes, for a session cookie. */
export const signInByLink = {
  method: "POST",
  url: "/api/v1/session",
  summary: "Sign in with the token of the link that the server printed",
  body: z.strictObject({
    token: z
      .string()
      .max(64, { abort: true })
      .regex(/^tdo_[0-9A-Za-z]{49}$/, "what stands behind the # of a link"),
  }),
  status: 200,
  answer: Session,
  problems: ["link-not-valid", "request-refused", "too-many-requests"],
} as const satisfies Contract;

/** Ends the session. */
export const signOut = {
  method: "DELETE",
  url: "/api/v1/session",
  summary: "Sign out",
  status: 204,
  answer: null,
  problems: ["not-signed-in"],
} as const satisfies Contract;
