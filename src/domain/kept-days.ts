// How long what no branch has any more is kept.

/** Days that commits are kept which no branch reaches, and that a deleted branch keeps its line: a push can be undone. */
export const KEPT_DAYS = 30;
