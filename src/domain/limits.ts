// The limits of reading one metric file: each with its unit and the reason why it is not larger.

/** Bytes of a file of any format. Real coverage and benchmark files stay below 2.4 MiB. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Bytes of a YAML or TOML file: their readers build a tree first, which takes 60 times the file in memory. */
export const MAX_TREE_FILE_BYTES = 1024 * 1024;

/** Containers inside each other, aliases included. The deepest real file has 6; it ends recursion and cycles. */
export const MAX_DEPTH = 64;

/** Leaves of one document, counted after the array rules. The widest real file has 43,000. */
export const MAX_LEAVES = 50_000;

/** Leaves that are looked at to find what names the rows of an array: there the rows still have all their fields. */
export const MAX_SAMPLED_LEAVES = 250_000;

/** Bytes of a whole key in UTF-8: it is shown, sorted by and put into URLs. The longest real one has 100. */
export const MAX_KEY_BYTES = 512;

/** Bytes in UTF-8 that are kept of a text value: a text is something to recognise, not to read. */
export const MAX_TEXT_BYTES = 256;

/** Digits of an integer that is kept exact; a longer one is the nearest double. 256-bit numbers of gas tables have 78. */
export const MAX_EXACT_DIGITS = 40;

/** Bytes of all keys and values together: a 20 kB file with a long key over many leaves would grow a hundredfold. */
export const MAX_FLAT_BYTES = 8 * 1024 * 1024;

/** Rows of one array that may be named by their position; beyond it nobody could find anything. */
export const MAX_NUMBERED_ROWS = 100;

/** Side of a square matrix of numbers that becomes one leaf a cell: a confusion matrix, not an image. */
export const MAX_MATRIX_SIDE = 20;

/** Warnings kept of one file; the others are counted. */
export const MAX_WARNINGS = 20;

/** Bytes of an identity's value in a row's name; a longer one is cut and ends in part of its hash. */
export const MAX_ROW_VALUE_BYTES = 128;
