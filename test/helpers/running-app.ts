// The whole server on a free port, with the web app of the sources of now and a database of its own.
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type App, startApp } from "../../src/app.ts";
import { keepingFetch } from "./unguarded-fetch.ts";
import { readConfig } from "../../src/config.ts";
import { openStarter } from "../../src/git/starter.ts";
import { builtWeb } from "./built-web.ts";
import { openTestDatabase, quietLog, type TestDatabase, urlsOf } from "./test-database.ts";

/** A server that people could use. */
export interface RunningApp {
  /** the one of now: another one after a new start */
  readonly app: App;
  readonly origin: string;
  /** its own, for states that last too short a time to be looked at */
  readonly db: TestDatabase;
  /** the link that signs the owner in, once */
  signInLink(): Promise<string>;
  /** Follows a folder and waits until its history is imported. `cookie`: of somebody who is signed in. */
  follow(folder: string, name: string, cookie: string): Promise<void>;
  /** Stops the server; its database stays. */
  stop(): Promise<void>;
  /** Starts it again where it was. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** How often an import is looked at, and how long it may take before the test gives up. */
const LOOK_MS = 50;
const GIVE_UP_MS = 60_000;

/**
 * Waits until a repository's history is imported, or could not be.
 * @throws Error when it becomes something else for good, or nothing within a minute
 */
export async function repositoryBecomes(
  wanted: "ready" | "failed",
  name: string,
  { origin, cookie }: { readonly origin: string; readonly cookie: string },
): Promise<void> {
  const address = `${origin}/api/v1/repositories/${encodeURIComponent(name)}`;
  const last = Date.now() + GIVE_UP_MS;
  let first: string | number | null = null;
  for (;;) {
    const answer = await fetch(address, { headers: { cookie } });
    const told = answer.ok ? ((await answer.json()) as { state: string; problem: string | null }) : null;
    const state = told?.state ?? answer.status;
    if (state === wanted) return;
    first ??= state; // it may have failed before, and be about to be tried again
    if ((state === "failed" && first !== state) || Date.now() > last) {
      throw new Error(`${name} is ${state}: ${told?.problem}`);
    }
    await wait(LOOK_MS);
  }
}

/** Starts it. @param folder for its data; `settings` beside those of every test */
export async function startRunningApp(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const webFolder = await builtWeb();
  const endStarter = await openStarter(); // as a server has it
  const db = await openTestDatabase();
  const start = (port: string): Promise<App> => {
    const config = readConfig(
      {
        ...urlsOf(db),
        TIDEMARK_DATA: join(folder, "data"),
        TIDEMARK_PORT: port,
        ...settings,
      },
      folder,
    );
    return keepingFetch(() => startApp({ config, webFolder, version: "0.0.0", log: quietLog, now: () => Date.now() }));
  };
  let app = await start("0");
  const { origin } = app;
  return {
    get app() {
      return app;
    },
    origin,
    db,
    signInLink: async () => `${origin}/signin#${(await app.ownerToken()).reveal()}`,
    async follow(repository, name, cookie) {
      await app.follow({ folder: repository });
      await repositoryBecomes("ready", name, { origin, cookie });
    },
    stop: () => app.close(),
    async startAgain() {
      app = await start(new URL(origin).port);
    },
    async close() {
      await app.close();
      await db.close();
      await endStarter();
    },
  };
}
