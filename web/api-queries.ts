// What the pages ask routes of the API for, beside a table's view.

/** What of the catalogue of columns is asked for. */
export interface CatalogueQuery {
  readonly search: string;
  readonly path?: string | null;
  readonly changed?: "true";
  readonly sort?: "written" | "changes" | "name";
  readonly limit: number;
  readonly cursor: string | null;
}

/** What lines of a chart are asked for. */
export interface SeriesQuery {
  /** column ids; a `*` inside a key stands for any text */
  readonly columns: readonly string[];
  readonly branch?: readonly string[];
  readonly points?: number;
  /** where it begins and ends: tags or ids */
  readonly from?: string | null;
  readonly to?: string | null;
  /** only so many of the newest commits */
  readonly commits?: number;
}
