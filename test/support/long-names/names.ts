import { styles } from '../../../src/core/terminal/color.js';
import type { Lines } from '../../../src/core/terminal/output.js';
import { NOW, digest } from '../builders.js';

/** Returns a name of 63 characters, the longest that a namespace can have. */
export const longName = (start: string): string => `${start}-`.padEnd(62, 'x').concat('z');

/** The longest tag that a registry accepts. */
export const LONG_TAG = 'tag-'.padEnd(127, 't').concat('z');
export const NAMESPACE = longName('namespace');
export const STREAM = longName('stream');
export const KEY = `${NAMESPACE}/${STREAM}`;
export const IMAGE = digest('image');
/** An image as tables show it. */
export const SHORT = IMAGE.slice(0, 'sha256:'.length + 12);
export const SERVER = `https://${longName('api')}.example.com:6443`;

/** A terminal with 80 columns. */
export const LAYOUT = { wide: false, width: 80, styles: styles(false), now: NOW };

/** A table, and the names that it must show. */
export interface TableCase {
  /** The files of `src` that write it. */
  files: string[];
  lines: () => Lines | Promise<Lines>;
  names: string[];
  /** The sentence before the table. */
  sums?: string;
}

/** Returns a value as the report that an output takes: of large reports, only what the table shows is built. */
export const reportOf = <Report>(value: object): Report => value as Report;
