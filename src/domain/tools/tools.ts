// The tools whose files Tidemark knows, in the order in which they look at a file.
import type { Adapter } from "../formats/adapter.ts";
import { benchmarkDotNet } from "./benchmark-dotnet.ts";
import { coveragePy } from "./coverage-py.ts";
import { criterion } from "./criterion.ts";
import { foundrySnapshots } from "./foundry-snapshots.ts";
import { googleBenchmark } from "./google-benchmark.ts";
import { hyperfine } from "./hyperfine.ts";
import { istanbul } from "./istanbul.ts";
import { jmh } from "./jmh.ts";
import { k6 } from "./k6.ts";
import { lighthouse } from "./lighthouse.ts";
import { lighthouseManifest } from "./lighthouse-manifest.ts";
import { lmEvaluationHarness } from "./lm-evaluation-harness.ts";
import { pytestBenchmark } from "./pytest-benchmark.ts";
import { sizeLimit } from "./size-limit.ts";
import { sizeSnapshot } from "./size-snapshot.ts";
import { adapterOf } from "./tool.ts";
import { trainerState } from "./trainer-state.ts";
import { transformersResults } from "./transformers-results.ts";

/** Their adapters. */
export const TOOLS: readonly Adapter[] = [
  pytestBenchmark,
  googleBenchmark,
  jmh,
  hyperfine,
  criterion,
  benchmarkDotNet,
  k6,
  istanbul,
  coveragePy,
  sizeSnapshot,
  sizeLimit,
  lighthouse,
  lighthouseManifest,
  foundrySnapshots,
  lmEvaluationHarness,
  trainerState,
  transformersResults,
].map(adapterOf);
