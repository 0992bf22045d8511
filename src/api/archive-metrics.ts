// What operators are told of the archive: how much is in it, when something was archived last, and what failed.
import type { Gauge as GaugeClass, Registry } from "prom-client";
import type { ArchiveFigures } from "../store/archive-due.ts";

const GAUGES: readonly (readonly [name: string, help: string, of: (figures: ArchiveFigures) => number])[] = [
  ["positions", "Commits that are in the archive, gaps included.", ({ positions }) => positions],
  ["bytes", "Bytes of all objects, those included that were replaced and go within a day.", ({ bytes }) => bytes],
  ["objects", "Objects, those included that were replaced and go within a day.", ({ objects }) => objects],
  [
    "last_run_seconds",
    "When a run ended well last, in seconds since 1970; 0: never.",
    ({ lastRun }) => (lastRun === null ? 0 : lastRun.getTime() / 1000),
  ],
  ["failed_runs", "Runs that failed, of those that are remembered.", ({ failures }) => failures],
];

/** Adds them. One question is asked for all; where it is not answered they keep what they said. */
export function addArchiveGauges(
  registry: Registry,
  Gauge: typeof GaugeClass,
  read: () => Promise<ArchiveFigures | null>,
): void {
  let asked: Promise<ArchiveFigures | null> | null = null;
  const figures = (): Promise<ArchiveFigures | null> => {
    asked ??= read()
      .catch(() => null)
      .finally(() => (asked = null));
    return asked;
  };
  for (const [name, help, of] of GAUGES) {
    const gauge: GaugeClass = new Gauge({
      name: `tidemark_archive_${name}`,
      help,
      registers: [registry],
      collect: async () => {
        const found = await figures();
        if (found !== null) gauge.set(of(found));
      },
    });
  }
}
