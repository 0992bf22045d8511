// A small S3 on loopback for faults: exact where it works, and wrong in the one way that a test asks for.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { S3Place } from "../../src/archive-place.ts";
import { Secret } from "../../src/secrets.ts";

/** What goes wrong with one request; after it, or before it is looked at. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly code: string }
  /** the answer's body ends after so many bytes, and the connection with it */
  | { readonly kind: "cut"; readonly at: number }
  /** the connection ends after so many bytes of the request's body */
  | { readonly kind: "hang-up"; readonly at: number }
  /** what was asked for is done, and the connection ends without an answer */
  | { readonly kind: "lost" }
  /** nothing is answered, ever */
  | { readonly kind: "silent" }
  /** one bit of an object's content is another */
  | { readonly kind: "flipped" }
  /** the answer is no XML of S3's */
  | { readonly kind: "garbage" };

interface Kept {
  readonly content: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** A running fake with one bucket. */
export interface FakeS3 {
  /** of every request, in their order: "PUT key", "POST key?uploads" */
  readonly asked: string[];
  /** all objects by their whole keys */
  readonly objects: Map<string, Kept>;
  /** uploads in parts that are not ended */
  readonly uploads: Map<string, { readonly metadata: Kept["metadata"]; readonly parts: Map<number, Buffer> }>;
  /** what it does for good */
  readonly habits: {
    ignoresConditions: boolean;
    forgetsMetadata: boolean;
    ignoresRanges: boolean;
    clockMs: number;
    pageKeys: number;
  };
  /** where every request is sent on to; null: it is answered */
  redirectTo: string | null;
  /** The next requests that match go wrong so, one after the other. @param asked as in `asked` */
  fail(asked: RegExp, ...faults: readonly Fault[]): void;
  place(more?: Partial<S3Place>): S3Place;
  close(): Promise<void>;
}

const BUCKET = "fake-bucket";
/** By which clocks may differ, in milliseconds, by S3. */
const SKEW_MS = 15 * 60_000;

/** Starts it on a free port of loopback. */
export async function startFakeS3(): Promise<FakeS3> {
  const fake = new Fake();
  const server = createServer((request, response) => void fake.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { accessKey: Secret.of("canary-access-of-the-fake"), secretKey: Secret.of("canary-secret-of-the-fake") };
  const usual: S3Place = {
    kind: "s3",
    bucket: BUCKET,
    prefix: "p",
    endpoint,
    region: "us-east-1",
    pathStyle: true,
    keys,
  };
  return Object.assign(fake, {
    place: (more: Partial<S3Place> = {}): S3Place => ({ ...usual, ...more }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Asked {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

class Fake {
  readonly asked: string[] = [];
  readonly objects: FakeS3["objects"] = new Map();
  readonly uploads: FakeS3["uploads"] = new Map();
  readonly habits: FakeS3["habits"] = {
    ignoresConditions: false,
    forgetsMetadata: false,
    ignoresRanges: false,
    clockMs: 0,
    pageKeys: 1_000,
  };
  readonly #faults: { readonly asked: RegExp; readonly fault: Fault }[] = [];
  redirectTo: string | null = null;
  #uploadsBegun = 0;

  fail(asked: RegExp, ...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ asked, fault });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://fake");
    const isNamed = request.headers.host?.startsWith(`${BUCKET}.`);
    const [, bucket = "", ...rest] = `${isNamed ? `/${BUCKET}` : ""}${url.pathname}`.split("/").map(decodeURIComponent);
    const [query, method, key] = [url.searchParams, request.method ?? "", rest.join("/")];
    const words = ["uploads", "uploadId", "delete", "list-type"].filter((word) => query.has(word));
    const said = `${method} ${key}${words.length > 0 ? `?${words[0]}` : ""}`;
    this.asked.push(said);
    const at = this.#faults.findIndex((each) => each.asked.test(said));
    const fault = at < 0 ? null : (this.#faults.splice(at, 1)[0]?.fault ?? null);
    if (fault?.kind === "hang-up") return readSome(request, fault.at);
    const body = await buffer(request).catch(() => null);
    if (body === null) return;
    const asked: Asked = { method, key, query, headers: request.headers, body };
    if (fault?.kind === "silent") return;
    if (fault?.kind === "status") return this.#send(response, asked, problem(fault.status, fault.code), null);
    const to = this.redirectTo;
    if (to !== null) return this.#send(response, asked, { status: 307, headers: { location: to } }, null);
    const answer = bucket === BUCKET ? this.#do(asked) : problem(404, "NoSuchBucket");
    if (fault?.kind === "lost") return void response.destroy();
    this.#send(response, asked, answer, fault);
  }

  #send(response: ServerResponse, { method }: Asked, answer: Answer, fault: Fault | null): void {
    let body = Buffer.from(fault?.kind === "garbage" ? "<html>welcome<br></html>" : (answer.body ?? ""));
    if (fault?.kind === "flipped" && body.length > 0) {
      body = Buffer.from(body);
      body[body.length >> 1]! ^= 4;
    }
    const date = this.#now().toUTCString();
    response.sendDate = false;
    response.writeHead(answer.status, { date, "content-length": body.length, ...answer.headers });
    if (method === "HEAD") return void response.end();
    if (fault?.kind !== "cut") return void response.end(body);
    // what was sent is read before the connection is torn down
    response.write(body.subarray(0, fault.at), () => setImmediate(() => response.socket?.destroySoon()));
  }

  #now(): Date {
    return new Date(Date.now() + this.habits.clockMs);
  }

  #do(asked: Asked): Answer {
    const signedAt = String(asked.headers["x-amz-date"]).replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
    if (Math.abs(Date.parse(signedAt) - this.#now().getTime()) > SKEW_MS) return problem(403, "RequestTimeTooSkewed");
    const { method, key, query } = asked;
    // as old servers do: what they do not know they store, or fail at
    const isFramed = String(asked.headers["content-encoding"]).includes("aws-chunked");
    if (isFramed || (method === "PUT" && "x-amz-sdk-checksum-algorithm" in asked.headers))
      return problem(501, "NotImplemented");
    if (key === "" && method === "HEAD") return { status: 200 };
    if (query.has("list-type")) return this.#list(query);
    if (query.has("delete")) return this.#remove(asked);
    if (query.has("uploads")) return this.#begin(asked);
    if (query.has("uploadId")) return this.#upload(asked, query.get("uploadId") ?? "");
    if (method === "PUT") return this.#keep(asked, asked.body, metadataOf(asked));
    if (method === "GET" || method === "HEAD") return this.#read(asked);
    return problem(405, "MethodNotAllowed");
  }

  #keep({ key, headers }: Asked, content: Buffer, metadata: Kept["metadata"]): Answer {
    const refused = headers["if-none-match"] === "*" && !this.habits.ignoresConditions && this.objects.has(key);
    if (refused) return problem(412, "PreconditionFailed");
    this.objects.set(key, { content, metadata: this.habits.forgetsMetadata ? {} : metadata, at: this.#now() });
    return { status: 200, headers: { etag: etagOf(content) } };
  }

  #read({ method, key, headers }: Asked): Answer {
    const kept = this.objects.get(key);
    if (kept === undefined) return problem(404, "NoSuchKey");
    const { content, metadata, at } = kept;
    const etag = etagOf(content);
    if (headers["if-match"] !== undefined && headers["if-match"] !== etag) return problem(412, "PreconditionFailed");
    const told = { etag, "last-modified": at.toUTCString(), ...metadata };
    const [, from = 0, to = 0] = (/^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? []).map(Number);
    if (method === "HEAD") return { status: 200, headers: { ...told, "content-length": String(content.length) } };
    if (headers.range === undefined || this.habits.ignoresRanges) return { status: 200, headers: told, body: content };
    if (from >= content.length) return problem(416, "InvalidRange");
    const range = `bytes ${from}-${to}/${content.length}`;
    return { status: 206, headers: { ...told, "content-range": range }, body: content.subarray(from, to + 1) };
  }

  #list(query: URLSearchParams): Answer {
    const after = query.get("continuation-token") ?? "";
    const all = [...this.objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).toSorted();
    const left = all.filter((key) => key > after);
    const page = left.slice(0, this.habits.pageKeys);
    const isMore = left.length > page.length;
    const contents = page.map((key) => {
      const { content, at } = this.objects.get(key) as Kept;
      const told = `<LastModified>${at.toISOString()}</LastModified><Size>${content.length}</Size>`;
      return `<Contents><Key>${key}</Key>${told}</Contents>`;
    });
    const next = isMore ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return xml("ListBucketResult", `<IsTruncated>${isMore}</IsTruncated>${next}${contents.join("")}`);
  }

  #remove({ body, headers }: Asked): Answer {
    const md5 = createHash("md5").update(body).digest("base64");
    if (headers["content-md5"] !== md5) return problem(400, "InvalidRequest");
    for (const [, key = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) this.objects.delete(key);
    return xml("DeleteResult", "");
  }

  #begin(asked: Asked): Answer {
    const id = `upload-${(this.#uploadsBegun += 1)}`;
    this.uploads.set(id, { metadata: metadataOf(asked), parts: new Map() });
    return xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
  }

  #upload(asked: Asked, id: string): Answer {
    const upload = this.uploads.get(id);
    if (upload === undefined) return problem(404, "NoSuchUpload");
    if (asked.method === "PUT") {
      upload.parts.set(Number(asked.query.get("partNumber")), asked.body);
      return { status: 200, headers: { etag: etagOf(asked.body) } };
    }
    if (asked.method === "POST") {
      const content = Buffer.concat([...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part));
      const kept = this.#keep(asked, content, upload.metadata);
      if (kept.status !== 200) return kept;
    }
    this.uploads.delete(id);
    return asked.method === "DELETE" ? { status: 204 } : xml("CompleteMultipartUploadResult", "<Bucket>b</Bucket>");
  }
}

async function readSome(request: IncomingMessage, bytes: number): Promise<void> {
  const { socket } = request;
  let read = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    read += piece.length;
    if (read >= bytes) break;
  }
  socket.destroy();
}

function metadataOf({ headers }: Asked): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith("x-amz-meta-") ? [[name, String(value)]] : [])),
  );
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function problem(status: number, code: string): Answer {
  return { ...xml("Error", `<Code>${code}</Code><Message>canary-words-of-the-server</Message>`), status };
}

function xml(name: string, inner: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><${name}>${inner}</${name}>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}
