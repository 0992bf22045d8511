// A real Trino on loopback over a folder of objects or over S3, where there is one: a program of Java that only tests start.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { QueryEngine } from "../../src/archive/query-engine.ts";
import { TrinoClient } from "../../src/archive/trino-client.ts";
import { isTidemarkError } from "../../src/errors.ts";
import { freePort } from "../../src/store/embedded-postgres-process.ts";
import type { RealS3 } from "./real-s3.ts";
import { until } from "./until.ts";

const OWN = join(import.meta.dirname, "..", "..", ".ci", "trino");
/**
 * The first that runs it, and what it is started with (the manual's jvm.config, but for what makes a long-lived server fast:
 * with the second compiler and the collector with threads of its own the same questions take twice the processor time).
 */
const JAVA = 24;
const JVM =
  "-Xmx2G -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError -Djdk.attach.allowAttachSelf=true".split(
    " ",
  );
/** Of every catalog. */
const HIVE: Catalog = {
  "connector.name": "hive",
  "hive.metastore": "file",
  "hive.parquet.use-column-names": "true",
  "hive.non-managed-table-writes-enabled": "true",
  // not each of the 64 folders has objects
  "hive.ignore-absent-partitions": "true",
};
const STARTED = "======== SERVER STARTED ========";

/** What is needed to start one. */
export interface TrinoProgram {
  readonly folder: string;
  readonly java: string;
}

/** A running Trino. */
export interface RealTrino {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @returns the folder that TIDEMARK_TEST_TRINO names, or CI's own (`.ci/make-trino`), and a Java for it (of JAVA_HOME, of the path, or
 *   of /usr/lib/jvm); null when one of them is missing
 */
export function findTrino(): TrinoProgram | null {
  const named = process.env["TIDEMARK_TEST_TRINO"];
  const folder = named === undefined || named === "" ? OWN : named;
  if (!existsSync(join(folder, "plugin"))) return null;
  const homes = existsSync("/usr/lib/jvm") ? readdirSync("/usr/lib/jvm").map((name) => join("/usr/lib/jvm", name)) : [];
  const javas = [process.env["JAVA_HOME"] ?? "", ...homes]
    .filter((home) => home !== "")
    .map((home) => join(home, "bin", "java"));
  const java = [...javas, "java"].find((program) => versionOf(program) >= JAVA);
  return java === undefined ? null : { folder, java };
}

function versionOf(java: string): number {
  try {
    const text = execFileSync(java, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return Number(/\b(\d+)[.\s]/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Settings of a catalog. */
type Catalog = Readonly<Record<string, string>>;

/** Settings of a catalog over a folder, whose objects are called `local:///…`. */
export function overFolder(folder: string): Catalog {
  mkdirSync(join(folder, "metastore"), { recursive: true });
  return {
    "fs.native-local.enabled": "true",
    "local.location": folder,
    "hive.metastore.catalog.dir": "local:///metastore",
  };
}

/** Settings of a catalog over a bucket. */
export function overS3({ endpoint, bucket, accessKey, secretKey }: Omit<RealS3, "place" | "close">): Catalog {
  return {
    "fs.native-s3.enabled": "true",
    "s3.endpoint": endpoint,
    "s3.region": "us-east-1",
    "s3.path-style-access": "true",
    "s3.aws-access-key": accessKey,
    "s3.aws-secret-key": secretKey,
    "hive.metastore.catalog.dir": `s3://${bucket}/metastore`,
  };
}

/** Whether it has found itself: it says that it has started before there is a node that answers. */
async function hasNode(url: string): Promise<boolean> {
  const client = new TrinoClient({ url, user: "tidemark", catalog: "system", schema: "runtime", password: null });
  let nodes = 0;
  const take = ({ rows }: { readonly rows: readonly unknown[] }): void => {
    nodes += rows.length;
  };
  await client.run("SELECT node_id FROM nodes", take, new AbortController().signal).catch((error: unknown) => {
    if (!isTidemarkError(error, "archive-engine-busy")) throw error;
  });
  return nodes > 0;
}

/** Looks before giving up, and between two, in ms: a server on a busy machine loses sight of itself for some seconds. */
const MAX_LOOKS = 120;
const LOOK_MS = 500;

/** @returns the engine, which asks again while its server is said to have no room */
export function patient(engine: QueryEngine): QueryEngine {
  const ask: QueryEngine["ask"] = async (question, signal) => {
    for (let looks = 1; ; looks += 1) {
      try {
        return await engine.ask(question, signal);
      } catch (error) {
        if (!isTidemarkError(error, "archive-engine-busy") || looks === MAX_LOOKS) throw error;
        await wait(LOOK_MS);
      }
    }
  };
  return { kind: engine.kind, dialect: engine.dialect, ask, close: () => engine.close() };
}

/** Starts it. @param root where it keeps what it is started with @param catalogs by their names */
export async function startTrino(
  { folder, java }: TrinoProgram,
  root: string,
  catalogs: Readonly<Record<string, Catalog>>,
): Promise<RealTrino> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(join(root, "catalog"), { recursive: true });
  const write = (name: string, settings: Readonly<Record<string, string>>): void =>
    writeFileSync(
      join(root, name),
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
  write("config.properties", {
    "node.environment": "test",
    "node.id": "test",
    "node.bind-ip": "127.0.0.1",
    "node.internal-address": "127.0.0.1",
    coordinator: "true",
    "node-scheduler.include-coordinator": "true",
    "http-server.http.port": String(port),
    "discovery.uri": url,
    // it is its only node, and is there however busy the machine is
    "failure-detector.enabled": "false",
    "task.concurrency": "1",
    "task.max-worker-threads": "2",
    "query.max-memory": "512MB",
    "query.max-memory-per-node": "512MB",
    "plugin.dir": join(folder, "plugin"),
    "catalog.config-dir": join(root, "catalog"),
  });
  for (const [name, catalog] of Object.entries(catalogs)) write(`catalog/${name}.properties`, { ...HIVE, ...catalog });
  const log = join(root, "server.log");
  const out = openSync(log, "w");
  const words = [...JVM, "--add-modules=jdk.incubator.vector", `-Dconfig=${join(root, "config.properties")}`];
  const main = ["-cp", join(folder, "lib", "*"), "io.trino.server.TrinoServer"];
  const own = { PATH: process.env["PATH"] ?? "", HOME: root, LC_ALL: "C.UTF-8" };
  const child = spawn(java, [...words, ...main], { cwd: root, env: own, stdio: ["ignore", out, out] });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    // its own end takes a quarter of a minute, and it has nothing to keep
    child.kill("SIGKILL");
    await ended;
  };
  const isUp = async (): Promise<boolean> => {
    if (child.exitCode !== null)
      throw new Error(`Trino ended with ${child.exitCode}:\n${readFileSync(log, "utf8").slice(-2_000)}`);
    return readFileSync(log, "utf8").includes(STARTED) && (await hasNode(url));
  };
  try {
    // a quarter of a minute on an idle machine
    await until("Trino answers", isUp).catch(() => until("Trino answers after a minute", isUp));
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}
