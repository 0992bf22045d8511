// Hears a repository's event stream as an open page does.
import { type ClientRequest, request } from "node:http";
import type { StreamEvent } from "../../src/api/contract/stream.ts";
import { within } from "./until.ts";

/** An open page's connection. */
export class PageStream {
  /** everything that was told, in order */
  readonly events: StreamEvent[] = [];
  readonly #asked: ClientRequest;

  private constructor(asked: ClientRequest) {
    this.#asked = asked;
  }

  /** @param address of the stream. @returns once the server has begun to answer */
  static open(address: string, cookie: string): Promise<PageStream> {
    const opened = new Promise<PageStream>((resolve, reject) => {
      const asked = request(address, { headers: { cookie }, agent: false }, (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`the stream was answered with ${answer.statusCode}`));
        const page = new PageStream(asked);
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          const parts = (text + part).split("\n\n");
          text = parts.pop() ?? "";
          for (const each of parts) {
            const data = /^data: (.*)$/m.exec(each)?.[1];
            if (data !== undefined) page.events.push(JSON.parse(data) as StreamEvent);
          }
        });
        answer.once("error", () => undefined); // the server stops, or the page is closed
        resolve(page);
      });
      asked.once("error", reject);
      asked.end();
    });
    return within("an answer to the page's stream", opened);
  }

  /** how many new commits it was told of */
  get commits(): number {
    return this.events.reduce((sum, event) => sum + (event.type === "synced" ? (event.commits ?? 0) : 0), 0);
  }

  close(): void {
    this.#asked.destroy();
  }
}
