import type { ImagePruneReport } from '../plan/report.js';
import { inChunks } from './chunks.js';
import { imagePruneDocument } from './image-prune/document.js';
import { jsonPieces } from './image-prune/json.js';
import { nameLines } from './image-prune/names.js';
import { ocLines } from './image-prune/oc.js';
import { tablePieces, type TableOptions } from './image-prune/tables.js';
import { yamlPieces } from './image-prune/yaml.js';

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
