// What the people of the demo's project do, commit by commit: subjects, and the effect that each has on the figures.
import { DEMO_BENCHES, type DemoEffect, type DemoRandom } from "./demo-project.ts";

/** One piece of work: what its commit says, does, and which figures are committed with it. */
export interface DemoWork {
  readonly subject: string;
  /** the source file that changes with it */
  readonly source: string;
  readonly effect: DemoEffect;
  /** whether the model is evaluated again, and the benchmarks run again */
  readonly evaluated: boolean;
  readonly benchmarked: boolean;
}

const STATIONS = ["esbjerg", "brest", "cork"];
const SERIES = ["air pressure", "wind speed", "river discharge", "wave height", "water temperature", "moon phase"];
const PARTS = [
  "loader",
  "gap filler",
  "trainer",
  "evaluator",
  "gauge reader",
  "forecast writer",
  "command line",
  "plots",
  "settings",
  "surge warnings",
];
const PLACES = ["Harwich", "Cuxhaven", "Esbjerg", "Brest", "Cork", "Bergen", "Ostend", "Calais"];

const IDEAS = [
  "Clip gradients at 1",
  "Weight storm hours three times",
  "Stop early on validation loss",
  "Predict the residual of the harmonic tide",
  "Share embeddings between stations",
  "Mask gaps shorter than an hour",
  "Feed the last forecast back in",
  "Warm up the learning rate",
  "Average the weights of the last five epochs",
  "Predict quantiles as well",
  "Train on all stations at once",
  "Leave out hours with ice",
  "Use the datum of each harbour",
  "Add the spring and neap cycle",
  "Penalise late warnings",
  "Sample rare surges more often",
  "Keep the hidden state between days",
  "Drop the oldest winter",
  "Bound the forecast by the highest astronomical tide",
  "Correct for the land that rises",
];

interface Tuning {
  /** the subject, with a ? for the value */
  readonly say: string;
  readonly key: string;
  readonly values: readonly number[];
}

const TUNINGS: readonly Tuning[] = [
  { say: "Train at a rate of ?", key: "train.lr", values: [0.003, 0.001, 0.002, 0.0005, 0.0007] },
  { say: "Use ? hidden units", key: "model.hidden", values: [96, 128, 160, 192, 224] },
  { say: "Look back ? hours", key: "data.window_h", values: [36, 48, 60, 72, 84] },
  { say: "Drop out ?", key: "model.dropout", values: [0.15, 0.2, 0.25, 0.3] },
  { say: "Train for ? epochs", key: "train.epochs", values: [30, 40, 50, 60, 80] },
  { say: "Decay weights by ?", key: "train.weight_decay", values: [0.0001, 0.0002, 0.0005, 0.001] },
  { say: "Take ? hours at once", key: "train.batch", values: [32, 48, 96, 128] },
];

const ODD_JOBS = [
  "Update dependencies",
  "Pin the compiler",
  "Cache wheels in CI",
  "Describe how to train",
  "Thank the harbour offices",
];

/** Work that is taken from a pile until it is empty; each pile is shuffled by the seed. */
export class DemoPiles {
  readonly #random: DemoRandom;
  readonly #model: string[];
  readonly #fixes: string[];
  readonly #chores: string[];
  readonly #speedups: (readonly [subject: string, bench: string])[];
  readonly #stations = [...STATIONS];
  readonly #tuned = new Map<string, number>();
  #tunings = 0;

  constructor(random: DemoRandom) {
    this.#random = random;
    const ways = ["Normalise", "Smooth", "Lag", "Difference", "Embed", "Weigh", "Clip", "Mask outliers of"];
    this.#model = this.#shuffled([...IDEAS, ...pairs(ways, SERIES, (way, series) => `${way} ${series}`)]);
    const faults = [
      "Fix gaps in the gauge at",
      "Fix the time zone of",
      "Fix the units of",
      "Drop doubled hours of",
      "Shift the datum of",
    ];
    this.#fixes = this.#shuffled(pairs(faults, PLACES, (fault, place) => `${fault} ${place}`));
    const tidying = [
      "Test",
      "Document",
      "Simplify",
      "Split up",
      "Add types to",
      "Log less in",
      "Rename parts of",
      "Review",
    ];
    const chores = pairs(tidying, PARTS, (verb, part) => `${verb} the ${part}`);
    this.#chores = this.#shuffled(chores.concat(ODD_JOBS));
    const faster = ["Vectorise", "Cache", "Batch", "Allocate less in", "Precompute parts of", "Stream"];
    this.#speedups = this.#shuffled(
      pairs(faster, DEMO_BENCHES, (verb, bench) => [`${verb} ${bench.replace("_", " ")}`, bench] as const),
    );
  }

  /** @returns the next piece of ordinary work: two of five commits leave the figures alone */
  next(): DemoWork {
    const dice = this.#random();
    if (dice < 0.27) return this.#chore();
    if (dice < 0.52) return this.#idea();
    if (dice < 0.71) return this.#tuning();
    if (dice < 0.83) return this.#speedup();
    if (dice < 0.95) return this.#fix();
    return this.#station();
  }

  #chore(): DemoWork {
    const subject = this.#chores.pop() ?? "Tidy up";
    const effect = subject.startsWith("Test") ? { coverage: 0.012 } : { coverage: 0.002 };
    return { subject, source: sourceOf(subject), effect, evaluated: false, benchmarked: false };
  }

  #idea(): DemoWork {
    const subject = this.#model.pop() ?? `Tune feature ${Math.floor(this.#random() * 1_000)}`;
    const quality = this.#random() < 0.3 ? -0.05 * this.#random() : 0.06 * this.#random();
    const effect = { quality, latency: 1 + this.#random() * 0.025, size: 1 + this.#random() * 0.015 };
    return { subject, source: "src/model.py", effect, evaluated: true, benchmarked: this.#random() < 0.2 };
  }

  #tuning(): DemoWork {
    const { say, key, values } = TUNINGS[this.#tunings++ % TUNINGS.length] as Tuning;
    const before = this.#tuned.get(key);
    const others = values.filter((value) => value !== before);
    const value = others[Math.floor(this.#random() * others.length)] as number;
    this.#tuned.set(key, value);
    const effect = { params: { [key]: value }, quality: (this.#random() - 0.3) * 0.06 };
    return {
      subject: say.replace("?", String(value)),
      source: "src/train.py",
      effect,
      evaluated: true,
      benchmarked: false,
    };
  }

  #speedup(): DemoWork {
    const [subject, bench] = this.#speedups.pop() ?? ["Speed up forecast", "forecast"];
    const effect = { bench: { [bench]: 0.72 + this.#random() * 0.2 }, latency: 0.955 + this.#random() * 0.035 };
    return { subject, source: `src/${bench}.py`, effect, evaluated: this.#random() < 0.7, benchmarked: true };
  }

  #fix(): DemoWork {
    const subject = this.#fixes.pop() ?? "Fix a warning";
    const effect = { quality: (this.#random() - 0.2) * 0.03, coverage: 0.004 };
    return { subject, source: "src/gauges.py", effect, evaluated: true, benchmarked: false };
  }

  #station(): DemoWork {
    const station = this.#stations.shift();
    if (station === undefined) return this.#chore();
    const effect = { addStation: station, quality: -0.015 };
    const subject = `Add the gauge at ${station.replace("_", " ")}`;
    return { subject, source: "data/stations.csv", effect, evaluated: true, benchmarked: false };
  }

  #shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, place: this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }
}

function sourceOf(subject: string): string {
  return subject.startsWith("Test")
    ? "tests/test_all.py"
    : /^Doc|^Desc|^Thank/.test(subject)
      ? "README.md"
      : "src/cli.py";
}

function pairs<A, B, C>(as: readonly A[], bs: readonly B[], both: (a: A, b: B) => C): C[] {
  return as.flatMap((a) => bs.map((b) => both(a, b)));
}
