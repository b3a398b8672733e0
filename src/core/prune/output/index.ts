import type { ImagePruneReport } from '../report.js';
import { inChunks } from '../../terminal/chunks.js';
import { imagePruneDocument } from './document.js';
import { jsonPieces } from './json.js';
import { nameLines } from './names.js';
import { ocLines } from './oc.js';
import { tablePieces, type TableOptions } from './tables.js';
import { yamlPieces } from './yaml.js';

/** The forms of the result of `regadm prune images`. */
export const IMAGE_PRUNE_FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'oc'] as const;
export type ImagePruneFormat = (typeof IMAGE_PRUNE_FORMATS)[number];

/**
 * What `regadm prune images` prints on stdout, in chunks of about 64 KiB: memory does not grow with the output.
 * @param options for tables: colours, the terminal's columns (Infinity for no limit), and the moment (ms) that ages are counted from
 */
export function renderImagePrune(
  report: ImagePruneReport,
  format: ImagePruneFormat,
  options: TableOptions,
): Generator<string> {
  return inChunks(pieces(report, format, options));
}

function pieces(report: ImagePruneReport, format: ImagePruneFormat, options: TableOptions): Iterable<string> {
  switch (format) {
    case 'json':
      return jsonPieces(imagePruneDocument(report));
    case 'yaml':
      return yamlPieces(imagePruneDocument(report));
    case 'name':
      return nameLines(report);
    case 'oc':
      return ocLines(report);
    default:
      return tablePieces(report, format === 'wide', options);
  }
}
