import type { Styles } from './color.js';
import type { StreamedDocument } from './streamed-document.js';

/** How text is laid out for the stream that it is written to. */
export interface Layout {
  /** True for `-o wide`: all rows, full digests, no line cut. */
  wide: boolean;
  /** Columns to fit lines into; Infinity for no limit. */
  width: number;
  styles: Styles;
  /** The time that ages are relative to, in ms since the epoch. */
  now: number;
}

/** Text of any length; large results are produced in pieces, so that memory does not grow with the output. */
export type Text = string | Iterable<string>;

/**
 * The output formats of a feature's result. Each imports its renderer when it is called, so that a command loads only
 * what it prints.
 */
export interface Output<Report, Document extends object> {
  /** Makes the document of `-o json` and `-o yaml`: as a whole, or in pieces if it can be large. */
  document(report: Report): Promise<Document | StreamedDocument<Document>> | Document | StreamedDocument<Document>;
  /** Formats text for people: `-o table` and `-o wide`. Ends with a line break. */
  table(report: Report, layout: Layout): Promise<Text> | Text;
  /** Formats one name per line: `-o name`. */
  name?(report: Report): Promise<Text> | Text;
  /** Formats the lines of `oc`, or of the registry's own pruner, for scripts that read them: `-o oc`. */
  oc?(report: Report): Promise<Text> | Text;
}
