// Load on a server of ours on loopback: one request after the other on each of some connections, for some seconds.
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

/** What is asked, and for how long. */
export interface Load {
  readonly port: number;
  /** dealt out to the connections, which ask theirs in turn: as many as there are connections, and none is shared */
  readonly path: string | readonly string[];
  readonly cookie: string;
  readonly connections: number;
  readonly milliseconds: number;
  /** sent with each request, such as If-None-Match */
  readonly headers?: Readonly<Record<string, string>>;
  /** the status of every answer; 200 unless something else is measured */
  readonly status?: number;
  /** never to sleep, with a core of its own: in a virtual machine a server's write that wakes us takes longer than its answer */
  readonly awake?: boolean;
}

/** @returns answered requests a second; an answer of another status ends it with an error */
export async function requestsPerSecond(load: Load): Promise<number> {
  const { port, path, cookie, connections, milliseconds, headers = {}, status = 200 } = load;
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const requests = [path].flat().map((each) => {
    return `GET ${each} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n${more.join("")}\r\n`;
  });
  const end = performance.now() + milliseconds;
  let answered = 0;
  const one = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let asked = number;
      const ask = (): void => void socket.write(requests[(asked += connections) % requests.length] as string);
      const socket = connect(port, "127.0.0.1", ask);
      let waiting = 0;
      let head = "";
      socket.on("data", (chunk: Buffer) => {
        if (waiting === 0) {
          head += chunk.toString("latin1");
          const stop = head.indexOf("\r\n\r\n");
          if (stop < 0) return;
          if (!head.startsWith(`HTTP/1.1 ${status}`)) {
            reject(new Error(head.slice(0, 300)));
            return;
          }
          const length = status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1]);
          waiting = length - (head.length - stop - 4);
          head = "";
        } else waiting -= chunk.length;
        if (waiting > 0) return;
        waiting = 0;
        answered++;
        if (performance.now() >= end) return void socket.end(resolve);
        ask();
      });
      socket.on("error", reject);
    });
  const start = performance.now();
  let next: NodeJS.Immediate | null = null;
  const stayAwake = (): void => {
    next = setImmediate(stayAwake);
  };
  if (load.awake === true) stayAwake();
  await Promise.all(Array.from({ length: connections }, (_, number) => one(number)));
  if (next !== null) clearImmediate(next);
  return answered / ((performance.now() - start) / 1_000);
}
