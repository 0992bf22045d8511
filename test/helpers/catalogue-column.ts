// A column of the catalogue as tests want it: of a number that nobody wants to move and that never did.
import type { CatalogueColumn } from "../../src/domain/model.ts";

/** Makes a column. @param more what is otherwise */
export function catalogueColumn(path: string, key: string, more: Partial<CatalogueColumn> = {}): CatalogueColumn {
  return {
    path,
    key,
    kind: "number",
    unit: null,
    goal: null,
    goalFrom: null,
    unstable: false,
    writtenOrder: 0,
    firstPosition: 0,
    lastPosition: 9,
    lastChangedPosition: null,
    changes: 0,
    recentChanges: 0,
    bestValue: null,
    bestPosition: null,
    ...more,
  };
}
