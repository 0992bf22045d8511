// Load on a server of ours on loopback: one request after the other on each of some connections, for some seconds.
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

/** What is asked, and for how long. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
  readonly connections: number;
  readonly milliseconds: number;
}

/** @returns answered requests a second; an answer that is not 200 ends it with an error */
export async function requestsPerSecond({ port, path, cookie, connections, milliseconds }: Load): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n\r\n`;
  const end = performance.now() + milliseconds;
  let answered = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request));
      let waiting = 0;
      let head = "";
      socket.on("data", (chunk: Buffer) => {
        if (waiting === 0) {
          head += chunk.toString("latin1");
          const stop = head.indexOf("\r\n\r\n");
          if (stop < 0) return;
          if (!head.startsWith("HTTP/1.1 200")) {
            reject(new Error(head.slice(0, 300)));
            return;
          }
          const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
          waiting = length - (head.length - stop - 4);
          head = "";
        } else waiting -= chunk.length;
        if (waiting > 0) return;
        waiting = 0;
        answered++;
        if (performance.now() >= end) return void socket.end(resolve);
        socket.write(request);
      });
      socket.on("error", reject);
    });
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, one));
  return answered / ((performance.now() - start) / 1_000);
}
