// archive-size: bytes of the archive's objects against the metric files of every commit as they are, for a million commits ×
// 40 numbers of three decimals that are other ones at every commit, and for 100,000 whose numbers stay for a while.
import { documentSize, noisyObjects, type NoisySize } from "../archived-objects.ts";
import { type Benchmark, figureOf, rounded } from "../figure.ts";
import { SIZE } from "../archived-reads.ts";

const GOAL = 1 / 10;
const STEADY_GOAL = 1 / 20;
/** As in repositories of real projects: most commits leave most numbers alone. */
const STEADY: NoisySize = { commits: 100_000, keys: 40, steadyFor: 20 };
const MB = 1e6;

interface Bytes {
  readonly files: number;
  readonly objects: number;
  readonly values: number;
}

async function bytesOf(size: NoisySize, say: (line: string) => void): Promise<Bytes> {
  const { objects } = await noisyObjects(size, say);
  const sum = (of: typeof objects): number => of.reduce((bytes, object) => bytes + object.bytes, 0);
  const values = sum(objects.filter(({ kind }) => kind === "values"));
  const found = { files: documentSize(size.keys) * size.commits, objects: sum(objects), values };
  const per = (bytes: number): string => (bytes / size.commits).toFixed(0);
  say(
    `a commit: ${per(found.files)} bytes of JSON, ${per(values)} of values, ${per(found.objects - values)} of all else`,
  );
  return found;
}

/** Goal: at most a tenth for noise, a twentieth for what real histories are like. */
export const benchmark: Benchmark = {
  name: "archive-size",
  run: async (say) => {
    const noisy = await bytesOf(SIZE, say);
    const steady = await bytesOf(STEADY, say);
    const ratio = noisy.objects / noisy.files;
    const steadyRatio = steady.objects / steady.files;
    const goal = `≤ 1/10 × floor; steady numbers ≤ 1/20 (here 1/${rounded(1 / steadyRatio)})`;
    const met = ratio <= GOAL && steadyRatio <= STEADY_GOAL;
    return figureOf({ floor: noisy.files / MB, figure: noisy.objects / MB, unit: "MB", goal, met });
  },
};
