// import-memory: peak memory of the importing process, and what each further commit adds up to 1,000,000.
import { type Benchmark, figureOf } from "../figure.ts";
import { codeHistory, wideHistory } from "../inputs.ts";
import { importInProcess, openBenchInstallation } from "../installation.ts";

const MEBIBYTE = 1024 * 1024;
const MAX_MEBIBYTES = 512;
/** Bytes that a further commit may add. */
const MAX_BYTES_EACH = 200;
const [SMALL, LARGE] = [80_000, 1_000_000];

async function peakOf(folder: string): Promise<number> {
  const installation = await openBenchInstallation();
  try {
    return (await importInProcess(installation, folder)).peakBytes;
  } finally {
    await installation.close();
  }
}

/** Goal: at most 512 MiB at 80,000 commits, at most 200 bytes for each further one. The figure is the larger peak of both. */
export const benchmark: Benchmark = {
  name: "import-memory",
  run: async (say) => {
    const code = await peakOf(await codeHistory({ commits: SMALL, files: 12_000, versions: 1_500 }));
    const wide = await peakOf(await wideHistory(7_000, 800));
    say(
      `peak at ${SMALL} commits: ${Math.round(code / MEBIBYTE)} MiB; of the wide history: ${Math.round(wide / MEBIBYTE)} MiB`,
    );
    const large = await peakOf(await codeHistory({ commits: LARGE, files: 2_000, versions: 1_500 }));
    const each = (large - code) / (LARGE - SMALL);
    say(`peak at ${LARGE} commits: ${Math.round(large / MEBIBYTE)} MiB, ${Math.round(each)} bytes a further commit`);
    const peak = Math.max(code, wide) / MEBIBYTE;
    return figureOf({
      floor: null,
      figure: peak,
      unit: "MiB",
      goal: `≤ ${MAX_MEBIBYTES} MiB at ${SMALL} commits, ≤ ${MAX_BYTES_EACH} bytes a further commit (here ${Math.round(each)})`,
      met: peak <= MAX_MEBIBYTES && each <= MAX_BYTES_EACH,
    });
  },
};
