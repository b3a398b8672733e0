/**
 * Where the value of a column is in an entry of the main array: the path of it, or of the time that the column shows
 * the age of; `report` if only the report has it.
 */
export type ColumnValue = string | { ageOf: string } | 'report';

/** The main array of a document, and the table that shows it: what `-o custom-columns` and `--sort-by` use. */
export interface MainTable {
  /** Key of the array in the document. */
  array: string;
  /** The titles that `--sort-by` takes, those of `-o wide` too. */
  columns: Record<string, ColumnValue>;
}

/** Returns the rows of the main table in the order of `--sort-by`; without one, as they are. */
export function inRowOrder<Row>(rows: readonly Row[], order: readonly number[] | undefined): readonly Row[] {
  return order ? order.map((at) => rows[at]!) : rows;
}
