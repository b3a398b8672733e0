import type { Styles } from './color.js';
import type { MainTable } from './main-table.js';
import type { StreamedDocument } from './streamed-document.js';

/** How text is laid out for the stream that it is written to. */
export interface Layout {
  /** True for `-o wide`: all rows, full digests, no line cut. */
  wide: boolean;
  /** Columns to fit lines into; Infinity for no limit. */
  width: number;
  styles: Styles;
  /** False with `--no-headers`: tables have no line of titles. */
  headers?: boolean;
  /** With `--sort-by`: the rows of the main table in their order, as positions in the main array of the document. */
  order?: readonly number[];
  /** The time that ages are relative to, in ms since the epoch. */
  now: number;
}

/**
 * Lines for people, each with its line feed; a line can end with several. The writer escapes other line feeds, because
 * they come from data. Large results are produced one line at a time, so that memory does not grow with the output.
 */
export type Lines = Iterable<string> & object;

/**
 * The output formats of a feature's result. Each imports its renderer when it is called, so that a command loads only
 * what it prints.
 */
export interface Output<Report, Document extends object> {
  /** Makes the document of `-o json` and `-o yaml`: as a whole, or in pieces if it can be large. */
  document(report: Report): Promise<Document | StreamedDocument<Document>> | Document | StreamedDocument<Document>;
  /** Formats text for people: `-o table` and `-o wide`. */
  table(report: Report, layout: Layout): Promise<Lines> | Lines;
  /** Formats one name per line: `-o name`. */
  name?(report: Report, order?: readonly number[]): Promise<Lines> | Lines;
  /** Formats the lines of `oc`, or of the registry's own pruner, for scripts that read them: `-o oc`. */
  oc?(report: Report): Promise<Lines> | Lines;
  /** The main array of the document, for `-o custom-columns` and `--sort-by`. */
  main?: MainTable;
  /** Returns the values of a column of the main table, by position, that the document does not have. */
  columnValue?(report: Report, title: string): Promise<ValueAt> | ValueAt;
}

/** Returns the value of the entry at a position of the main array. */
export type ValueAt = (position: number) => unknown;
