// HTTP servers on addresses of loopback that count who connects, all on one port: what must not be reached, and what may.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after } from "node:test";

/** Listeners of one test file. */
export interface LoopbackListeners {
  /** the same for all */
  readonly port: number;
  /** addresses that were connected to since the last `clear()`, one entry a connection */
  readonly connections: readonly string[];
  clear(): void;
}

/** Starts them, and knocks once at each to know that it would hear. @throws Error when one does not */
export async function listenOnLoopback(
  addresses: readonly string[],
  answer: RequestListener = (_request, response) => void response.end("here"),
): Promise<LoopbackListeners> {
  const connections: string[] = [];
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  let port = 0;
  for (const address of addresses) {
    const server = createServer(answer).on("connection", () => connections.push(address));
    servers.push(server.listen(port, address));
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  }
  for (const host of addresses) {
    const socket = connect({ host, port });
    await once(socket, "connect");
    socket.destroy();
    await once(socket, "close");
  }
  if (connections.length !== addresses.length) throw new Error(`heard only ${connections.join(", ")}`);
  connections.length = 0;
  return { port, connections, clear: () => void (connections.length = 0) };
}
