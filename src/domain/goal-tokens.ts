// The words by which a column's goal and unit are guessed. Measured precision on real names: 0.99, of which the last set
// ("says nothing") is the reason: it beats both others.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Less of it is better. */
export const LOWER = words(`
  loss losses logloss error errors err mae mse rmse mape perplexity ppl wer cer eer ece fid fp fn
  latency latencies time times duration durations elapsed runtime
  size sizes bytes gzip gzipped brotli minified bundled memory rss
  crash crashes crashed fail fails failed failure failures timeout timeouts unresolved
  warning warnings violation violations vulnerability vulnerabilities
  ttfb lcp fcp cls tbt inp gas alloc allocs allocations syscall syscalls cost costs`);

/** More of it is better. */
export const HIGHER = words(`
  accuracy accuracies acc f1 auc roc auroc auprc precision prec recall map ndcg mrr bleu rouge iou miou dice r2
  score scores sensitivity specificity spearman pearson tp tn coverage covered
  throughput ops qps rps hz fps pass passed passes success successes
  reward rewards kappa mcc psnr ssim speedup`);

/** A setting, a tally or a spread: as a word of the leaf it beats all that the other words say. */
export const SAYS_NOTHING = words(`
  lr epoch epochs step steps seed seeds iteration iterations iters rounds repeat repeats
  count counts total totals number n id ids level levels version versions date dates
  datetime timestamp timestamps ttl interval warmup cooldown
  thread threads worker workers batch batches
  stddev std stderr variance iqr ci outlier outliers
  alpha beta gamma lambda momentum depth dim dims hidden fold folds split splits
  target threshold thresholds baseline expected limit limits budget system`);

/** Words before "rate" that make it a setting. */
export const SETTING_RATES = words("learning dropout decay sample sampling");

/** Words before "size" that make it a setting or a tally. */
export const SETTING_SIZES = words(`
  test val valid validation train eval batch crop image sample window vocab
  cluster patch kernel chunk block buffer queue pool page grid beam
  embedding embed hidden input context population ensemble dataset corpus subset`);

/** Words before "time" that make it a moment, not a length. */
export const MOMENTS = words("start started end ended begin stop finish finished created updated");

/** Words beside "bytes" that make it traffic, not a size. */
export const TRAFFIC = words("in out received sent");

/** Things that should not happen: many of them a second are no throughput. */
export const BAD_EVENTS = words(`
  error errors err fail fails failed failure failures crash crashes timeout timeouts
  warning warnings violation violations`);

/** What a percentage of is coverage. */
export const COVERAGE_WORDS = words(`
  coverage cover covered line lines statement statements function functions branch branches
  method methods class classes condition conditions instruction instructions region regions`);

/** Above a value they say that all below is a setting. */
export const SETTING_PARENTS = words(
  "params param config configs settings hparams hyperparams hyperparameters options args",
);

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

/** Units of which less is better: lengths of time, sizes, gas. */
export const LOWER_UNITS = words("ns µs us ms s min h B kB KB KiB MB MiB GB GiB TB TiB gas");

/** Units of which more is better, beside everything a second. */
export const HIGHER_UNITS = words("Hz kHz MHz GHz");
