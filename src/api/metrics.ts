// What operators watch: figures in Prometheus' text format, and whether this process can answer.
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { PageCacheFigures } from "../reads/page-cache.ts";
import { NOT_KEPT } from "./headers.ts";

/** Postgres answers within this, in ms, or the process is not ready. */
const READY_MS = 2_000;

/** What is told. */
export interface Watched {
  readonly pages: { figures(): PageCacheFigures };
  /** asks Postgres for something small, as pages do */
  readonly ask: () => Promise<unknown>;
}

/** Those that end in `_total` only rise. */
const PAGE_CACHE: readonly (readonly [name: string, help: string, of: (figures: PageCacheFigures) => number])[] = [
  ["hits_total", "Pages answered from memory.", ({ hits }) => hits],
  ["misses_total", "Pages that were made.", ({ misses }) => misses],
  ["shared_total", "Requests that waited for a page that another one had made.", ({ shared }) => shared],
  ["not_modified_total", "Requests of who has the page already.", ({ notModified }) => notModified],
  ["entries", "Pages kept.", ({ entries }) => entries],
  ["bytes", "Bytes of the pages kept.", ({ bytes }) => bytes],
  ["oldest_seconds", "Age of the page that was made longest ago.", ({ oldestSeconds }) => oldestSeconds],
];

/** Loaded when it is first asked for: most servers never are. */
async function registryOf({ pages }: Watched): Promise<Registry> {
  const { Counter, Gauge, Registry: Figures, collectDefaultMetrics } = await import("prom-client");
  const registry = new Figures();
  collectDefaultMetrics({ register: registry });
  for (const [name, help, of] of PAGE_CACHE) {
    const settings = { name: `tidemark_page_cache_${name}`, help, registers: [registry] };
    if (name.endsWith("_total")) {
      const counter: InstanceType<typeof Counter> = new Counter({
        ...settings,
        collect: () => {
          counter.reset();
          counter.inc(of(pages.figures()));
        },
      });
    } else {
      const gauge: InstanceType<typeof Gauge> = new Gauge({
        ...settings,
        collect: () => gauge.set(of(pages.figures())),
      });
    }
  }
  return registry;
}

/** Adds `/metrics` and `/readyz`. They are for operators: the server is one that nobody else reaches. */
export function addMetricsRoutes(app: FastifyInstance, watched: Watched): void {
  let registry: Promise<Registry> | null = null;
  app.get("/metrics", async (_request, reply) => {
    registry ??= registryOf(watched);
    const { contentType, metrics } = await registry.then(async (each) => ({
      contentType: each.contentType,
      metrics: await each.metrics(),
    }));
    return reply.header("content-type", contentType).header("cache-control", NOT_KEPT).send(metrics);
  });
  app.get("/readyz", async (_request, reply) => {
    const late = new Promise<boolean>((resolve) => void setTimeout(resolve, READY_MS, false).unref());
    const asked = watched.ask().then(
      () => true,
      () => false,
    );
    const isReady = await Promise.race([asked, late]);
    return reply
      .code(isReady ? 200 : 503)
      .header("cache-control", NOT_KEPT)
      .send({ status: isReady ? "ready" : "not ready" });
  });
}
