// What operators watch: figures in Prometheus' text format, and whether this process can answer.
import type { FastifyInstance } from "fastify";
import type * as PrometheusLibrary from "prom-client";
import type { Registry } from "prom-client";
import type { PageCacheFigures } from "../reads/page-cache.ts";
import type { ReplicaFigures } from "../store/replica.ts";
import type { ArchiveFigures } from "../store/archive-due.ts";
import type { Replicas } from "../store/replicas.ts";
import { addArchiveGauges } from "./archive-metrics.ts";
import { NOT_KEPT } from "./headers.ts";

/** The library, which is loaded late. */
type Prometheus = Pick<typeof PrometheusLibrary, "Counter" | "Gauge">;

/** Postgres answers within this, in ms, or the process is not ready. */
const READY_MS = 2_000;

/** What is told. */
export interface Watched {
  readonly pages: { figures(): PageCacheFigures };
  readonly replicas: Pick<Replicas, "areUsed" | "canStandIn" | "figures">;
  /** figures of the archive */
  readonly archive: () => Promise<ArchiveFigures | null>;
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

/** Of each replica. Those that end in `_total` only rise. */
const REPLICA: readonly (readonly [name: string, help: string, of: (figures: ReplicaFigures) => number])[] = [
  ["up", "Whether reads go to it: it answers, and is not too far behind.", ({ up }) => (up ? 1 : 0)],
  ["lag_seconds", "How old what it shows is.", ({ lagSeconds }) => lagSeconds],
  ["lag_bytes", "How much of the primary's log it does not show yet.", ({ lagBytes }) => lagBytes],
  ["reads_total", "Questions that it was asked.", ({ reads }) => reads],
  ["failures_total", "Questions that failed there and were asked elsewhere.", ({ failures }) => failures],
  ["behind_total", "Questions that the primary answered, since it showed an older version.", ({ behind }) => behind],
];

/** Adds what is told of replicas, where there are some. */
function addReplicas({ replicas }: Watched, registry: Registry, { Counter, Gauge }: Prometheus): void {
  if (!replicas.areUsed) return;
  const primary: InstanceType<typeof Gauge> = new Gauge({
    name: "tidemark_primary_up",
    help: "Whether the primary answers.",
    registers: [registry],
    collect: () => primary.set(replicas.figures().primaryUp ? 1 : 0),
  });
  for (const [name, help, of] of REPLICA) {
    const settings = { name: `tidemark_replica_${name}`, help, labelNames: ["replica"], registers: [registry] };
    const collect = (tell: (replica: string, figure: number) => void): void => {
      for (const figures of replicas.figures().replicas) tell(figures.id, of(figures));
    };
    if (name.endsWith("_total")) {
      const counter: InstanceType<typeof Counter> = new Counter({
        ...settings,
        collect: () => {
          counter.reset();
          collect((replica, figure) => counter.inc({ replica }, figure));
        },
      });
    } else {
      const gauge: InstanceType<typeof Gauge> = new Gauge({
        ...settings,
        collect: () => collect((replica, figure) => gauge.set({ replica }, figure)),
      });
    }
  }
}

/** Loaded when it is first asked for: most servers never are. */
async function registryOf(watched: Watched): Promise<Registry> {
  const { pages } = watched;
  const prometheus = await import("prom-client");
  const { Counter, Gauge, Registry: Figures, collectDefaultMetrics } = prometheus;
  const registry = new Figures();
  addReplicas(watched, registry, prometheus);
  addArchiveGauges(registry, Gauge, watched.archive);
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
    // one that answers from replicas is needed most while the primary is down
    const isReady = watched.replicas.canStandIn || (await Promise.race([asked, late]));
    return reply
      .code(isReady ? 200 : 503)
      .header("cache-control", NOT_KEPT)
      .send({ status: isReady ? "ready" : "not ready" });
  });
}
