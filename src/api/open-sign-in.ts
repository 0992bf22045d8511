// Opens the sign-in library late, and once: over the primary, and over each replica that stands in for it.
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import type { Database } from "../store/database.ts";
import type { Replica } from "../store/replica.ts";
import type { RolePool } from "../store/role-pool.ts";
import type { SignIn } from "./sign-in.ts";

/** What sign-in is opened with. */
interface SignInNeeds {
  readonly database: Pick<Database, "signIn">;
  readonly log: Log;
  readonly config: { readonly publicUrl: string | null; readonly signInSecret: Secret };
}

const originOf = (app: FastifyInstance, { config }: SignInNeeds): string =>
  config.publicUrl ?? `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

/** Opens sign-in when it is first needed, or as soon as the port is known: its cookie's name holds the port. */
export function signInLater(app: FastifyInstance, needs: SignInNeeds): () => Promise<SignIn> {
  const { database, log, config } = needs;
  let opened: Promise<SignIn> | null = null;
  const signIn = (): Promise<SignIn> => {
    if (opened !== null) return opened;
    const origin = originOf(app, needs);
    // loaded late: it takes a quarter of a second, which the first page need not wait for
    opened = import("./sign-in.ts").then((module) =>
      module.openSignIn(database, { origin, secret: config.signInSecret, log }),
    );
    return opened;
  };
  app.addHook("onListen", () => {
    signIn().catch((error: unknown) => log.error({ err: error }, "sign-in cannot be opened"));
  });
  return signIn;
}

/** Opens sign-in over a replica, when the primary is down: it says who is signed in, and begins or ends nothing. */
export function standInSignIn(app: FastifyInstance, needs: SignInNeeds): (replica: Replica) => Promise<SignIn> {
  const { log, config } = needs;
  // a replica that was gone has other connections afterwards
  const opened = new WeakMap<RolePool, Promise<SignIn>>();
  return ({ pool, drizzle }) => {
    const known = opened.get(pool);
    if (known !== undefined) return known;
    const origin = originOf(app, needs);
    const opening = import("./sign-in.ts").then((module) =>
      module.openSignIn({ signIn: drizzle }, { origin, secret: config.signInSecret, log, readsOnly: true }),
    );
    opened.set(pool, opening);
    return opening;
  };
}
