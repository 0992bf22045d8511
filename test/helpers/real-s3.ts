// Real servers of S3's protocol on loopback, where there are some: moto (Python) and Versity S3 Gateway (Go).
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Place } from "../../src/archive-place.ts";
import { Secret } from "../../src/secrets.ts";
import { freePort } from "../../src/store/embedded-postgres-process.ts";
import { until } from "./until.ts";

const CI = join(import.meta.dirname, "..", "..", ".ci");
const ACCESS_KEY = "access-key-of-a-test";
const SECRET_KEY = "secret-key-of-a-test-0123456789";

/** The servers that tests know. */
export type S3ServerName = "moto" | "versitygw";

const SERVERS: Readonly<Record<S3ServerName, { readonly setting: string; readonly own: string }>> = {
  moto: { setting: "TIDEMARK_TEST_MOTO", own: join(CI, "moto", "bin", "moto_server") },
  versitygw: { setting: "TIDEMARK_TEST_VERSITYGW", own: join(CI, "s3", "versitygw") },
};

/** A running server with one empty bucket. */
export interface RealS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** @returns a place in its bucket, as settings give it */
  place(prefix: string): S3Place;
  close(): Promise<void>;
}

/** @returns the program that its setting names, or CI's own; null when there is none */
export function findS3Server(name: S3ServerName): string | null {
  const { setting, own } = SERVERS[name];
  const named = process.env[setting];
  const program = named === undefined || named === "" ? own : named;
  return existsSync(program) ? program : null;
}

/** @returns why its tests skip, or false */
export function withoutS3Server(name: S3ServerName): string | false {
  const text = `no ${name}: .ci/run installs it, or ${SERVERS[name].setting} names the program`;
  return findS3Server(name) === null ? text : false;
}

/** Starts it. @param root where it keeps everything, made where it is missing */
export async function startS3Server(name: S3ServerName, root: string): Promise<RealS3> {
  const program = findS3Server(name);
  if (program === null) throw new Error(String(withoutS3Server(name)));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  mkdirSync(join(root, "data"), { recursive: true });
  mkdirSync(join(root, "metadata"));
  const words =
    name === "moto"
      ? ["-H", "127.0.0.1", "-p", String(port)]
      : [
          "--port",
          `127.0.0.1:${port}`,
          "--quiet",
          "--keep-alive",
          "posix",
          "--sidecar",
          join(root, "metadata"),
          join(root, "data"),
        ];
  const own = { PATH: process.env["PATH"] ?? "", HOME: root, ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY };
  const child = spawn(program, words, { env: own, stdio: "ignore", cwd: root });
  await until(`${name} answers`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${program} ${words.join(" ")}`);
    return fetch(endpoint).then(
      () => true,
      () => false,
    );
  });
  const bucket = "archive-of-a-test";
  await makeBucket(endpoint, bucket);
  const keys = { accessKey: Secret.of(ACCESS_KEY), secretKey: Secret.of(SECRET_KEY) };
  return {
    endpoint,
    bucket,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    place: (prefix) => ({ kind: "s3", bucket, prefix, endpoint, region: "us-east-1", pathStyle: true, keys }),
    close: () => end(child),
  };
}

async function makeBucket(endpoint: string, bucket: string): Promise<void> {
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
