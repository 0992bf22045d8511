// The words by which a column's goal and unit are guessed. What they reach on names of real tools is measured by a test; the
// last set ("says nothing") is the reason: it beats both others.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Less of it is better. A pair of words with a hyphen means something that its words alone do not. */
export const LOWER = words(`
  loss losses logloss error errors err mae mse rmse mape perplexity ppl wer cer eer ece fid fp fn
  latency latencies time times duration durations elapsed runtime
  size sizes bytes gzip gzipped brotli minified bundled memory rss
  crash crashes crashed fail fails failed failure failures timeout timeouts unresolved
  warning warnings violation violations vulnerability vulnerabilities
  ttfb lcp fcp cls tbt tti inp gas alloc allocs allocations syscall syscalls cost costs
  crossentropy cross-entropy divergence nll rmsle smape mase wape crps residual residuals misclassification
  fpr fnr false-positive false-positives false-negative false-negatives false-alarm false-alarms
  per-byte per-char per-character per-dim per-token hausdorff chamfer wasserstein lpips dcf rtf ter mean-rank
  speed-index layout-shift total-blocking paint interactive unused
  lost retransmits slowest misses page-faults context-switches cycles heap pause downtime incidents
  dropped leaked emissions toxicity hallucination hallucinations
  missing uncovered flaky bugs issues code-smells hotspots technical-debt duplicated duplication complexity dead-code`);

/** More of it is better. Pairs as above. */
export const HIGHER = words(`
  accuracy accuracies acc f1 auc roc auroc auprc precision prec recall map ndcg mrr bleu rouge iou miou dice r2
  score scores sensitivity specificity spearman pearson tp tn coverage covered
  throughput ops qps rps hz fps pass passed passes success successes
  reward rewards rew kappa mcc psnr ssim speedup
  jaccard nmi ari purity correlation corrcoef matthews spearmanr pearsonr concordance explained-variance exact-match fitness
  tpr tnr true-positive true-positives true-negative true-negatives detection-rate
  snr sdr stoi pesq chrf meteor mota likelihood elbo fidelity reciprocal hits hit-rate hit-ratio win-rate accept-rate
  mean-return episode-return return-mean iops tps bandwidth bw availability apdex
  line-rate branch-rate passing conformance faithfulness relevancy vmaf frame-rate performance accessibility practices seo maintainability
  successful sharpe sortino calmar cagr pnl`);

/** A setting, a tally or a spread: as a word of the leaf it beats all that the other words say. */
export const SAYS_NOTHING = words(`
  lr epoch epochs step steps seed seeds iteration iterations iters rounds repeat repeats
  count counts total totals number n id ids level levels version versions date dates
  datetime timestamp timestamps ttl interval warmup cooldown
  thread threads worker workers batch batches
  stddev std stderr variance iqr ci outlier outliers
  alpha beta gamma lambda momentum depth dim dims hidden fold folds split splits
  target threshold thresholds baseline expected limit limits budget system price prices eta window windows no not non without
  p-value t-stat z-score delta deltas diff difference change changes distribution distributions histogram histograms columns rows features length dummy naive lo hi bins width tol tolerance base start initial ram
  improvement improvements reduction increase noise horizon`);

/** What stands behind them is not the figure but where it was taken, or what it is compared with: `tpr_at_5_fpr`. */
export const PREPOSITIONS = words("at vs versus by");

/** Alone above a value they say how often it was taken: many of what is better are not better. */
export const TALLIES = words("count counts");

/** At the end of a name they turn it around, whatever its unit: of what was saved more is better. */
export const SAVINGS = words("saved savings");

/** What happens so often a second when "sec" or "s" stands behind it: `ops_sec`. */
export const HAPPENINGS = words("ops operations reqs requests queries tokens transactions");

/** Whatever else the name says, less of it is better: the Brier score is none to be proud of. */
export const LOWER_SCORES = words("brier bouldin");

/** The pairs of words that mean something together. */
export const PAIRS: ReadonlySet<string> = new Set(
  [...LOWER, ...HIGHER, ...SAYS_NOTHING].filter((word) => word.includes("-")),
);

/** Words before "rate" that make it a setting. */
export const SETTING_RATES = words("learning dropout decay sample sampling");

/** Words before "size" that make it a setting or a tally. */
export const SETTING_SIZES = words(`
  test val valid validation train eval set batch crop image sample window vocab
  cluster patch kernel chunk block buffer queue pool page grid beam
  embedding embed hidden input context population ensemble dataset corpus subset content max
  img message msg payload request frame tile record row packet segment sector shard memtable world`);

/** Words before "size" that make it the size of something that is made: less of it is better. Of other things nobody knows. */
export const MADE_THINGS = words(`
  bundle bundled file files binary package packages wasm apk ipa model docker index transfer transferred unpacked packed
  stat parsed gzip gzipped brotli minified compressed zip tarball dist exe executable install installed download archive
  database db heap used code section text data dom proof program library lib asset assets js css html font`);

/** Words before "time" that make it a moment, or a length that somebody chose. */
export const MOMENTS = words("start started end ended begin stop finish finished created updated sample sampling");

/** Words beside "bytes" that make it traffic, not a size. */
export const TRAFFIC = words("in out received sent payload message messages");

/** Things that should not happen: many of them a second are no throughput. */
export const BAD_EVENTS = words(`
  error errors err fail fails failed failure failures crash crashes timeout timeouts
  warning warnings violation violations`);

/** What a percentage of is coverage. */
export const COVERAGE_WORDS = words(`
  coverage cover covered line lines statement statements function functions branch branches
  method methods class classes condition conditions instruction instructions region regions`);

/** Above a value they say that all below is a setting or a machine's, the difference of two figures, or what something weighs in a model. */
export const SETTING_PARENTS = words(`
  params param config configs settings hparams hyperparams hyperparameters options args machine host hardware env environment
  delta deltas diff diffs difference differences change changes improvement improvements importance importances`);

/** Alone above a statistic they may be what is measured: `map.mean` is the time of a function as often as a precision. */
export const AMBIGUOUS_PARENTS = words("map");

/** They say which figure of a measured thing stands here, not what is measured: the unit and the goal come from above. */
export const STATISTICS = words(`
  value mean avg average median med min max best worst first last p q th percentile rate
  lower upper bound estimate point stddev std stderr iqr sum
  test val valid validation train eval`);

/** How the units of names are written. */
export const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ...["ns", "nsec", "nsecs", "nanos", "nanosecond", "nanoseconds"].map((word) => [word, "ns"] as const),
  ...["us", "usec", "usecs", "micros", "microsecond", "microseconds"].map((word) => [word, "µs"] as const),
  ...["ms", "msec", "msecs", "millis", "millisecond", "milliseconds"].map((word) => [word, "ms"] as const),
  ...["sec", "secs", "second", "seconds"].map((word) => [word, "s"] as const),
  ...["minute", "minutes"].map((word) => [word, "min"] as const),
  ...["hour", "hours"].map((word) => [word, "h"] as const),
  ...["day", "days"].map((word) => [word, "d"] as const),
  ...["byte", "bytes"].map((word) => [word, "B"] as const),
  ...["kb", "kib", "mb", "mib", "gb", "gib", "tb", "tib"].map(
    (word) => [word, word.toUpperCase().replace("I", "i")] as const,
  ),
  ...["pct", "percent", "percentage"].map((word) => [word, "%"] as const),
  ["hz", "Hz"],
  ["khz", "kHz"],
  ["mhz", "MHz"],
  ["ghz", "GHz"],
  ["gas", "gas"],
]);

/** Units of which less is better: lengths of time, sizes, gas. Hours and days are how far ahead or how long, as often as not. */
export const LOWER_UNITS = words("ns µs us ms s min B kB KB KiB MB MiB GB GiB TB TiB gas");

/** Units of which more is better, beside everything a second. */
export const HIGHER_UNITS = words("Hz kHz MHz GHz");
