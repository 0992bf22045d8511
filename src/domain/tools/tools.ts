// The tools whose files Tidemark knows, in the order in which they look at a file.
import type { Adapter } from "../formats/adapter.ts";
import { pytestBenchmark } from "./pytest-benchmark.ts";
import { adapterOf } from "./tool.ts";

/** Their adapters. */
export const TOOLS: readonly Adapter[] = [pytestBenchmark].map(adapterOf);
