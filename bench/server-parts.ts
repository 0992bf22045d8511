// What the servers of benchmarks have in common: nobody limits them, and what no benchmark asks for is an error.
import type { ServerConfig, ServerDependencies } from "../src/api/server.ts";
import { Secret } from "../src/secrets.ts";

const unused = (): never => {
  throw new Error("a benchmark does not ask for this");
};
const MOST = 1e9;

/** A configuration without a web app, and with no limits that a load would meet. */
export const BENCH_CONFIG: ServerConfig = {
  publicUrl: null,
  webFolder: null,
  signInSecret: Secret.of("a benchmark signs its cookies with this, and nobody else does"),
  version: "0.0.0",
  rateLimits: {
    reads: MOST,
    writes: MOST,
    exports: MOST,
    strangers: MOST,
    files: MOST,
    signIns: MOST,
    hooks: MOST,
    hook: MOST,
  },
};

/** What only people ask for. */
export const UNUSED: Omit<ServerDependencies, "database" | "log" | "config"> = {
  receiver: null,
  useCases: {
    addRepository: unused,
    requestSync: unused,
    chooseColumn: unused,
    changeRepository: unused,
    retryEvent: unused,
    retryStrayDelivery: unused,
    removeRepository: unused,
    changeMetricFiles: unused,
    chooseIdentity: unused,
    previewPattern: unused,
    readRows: unused,
  },
  accounts: { list: unused, connect: unused, change: unused, remove: unused, repositories: unused },
  webhooks: {
    read: unused,
    setUp: unused,
    remove: unused,
    team: { list: unused, make: unused, show: unused, remove: unused },
  },
  readRawFile: unused,
};
