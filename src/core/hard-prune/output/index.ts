import { styles, terminalWidth, wantsColor } from '../../terminal/color.js';
import type { HardPruneReport } from '../report.js';
import { hardPruneJson, hardPruneYaml } from './json.js';
import { hardPruneNames, hardPrunePrunerLines } from './lines.js';
import { hardPruneTables } from './table.js';

/** Writes a report in one of the formats of `-o`, piece by piece, for the stream that it goes to. */
export async function hardPrunePieces(
  report: HardPruneReport,
  format: string,
  stream: { isTTY?: boolean; columns?: number },
): Promise<Iterable<string>> {
  if (format === 'json') return hardPruneJson(report);
  if (format === 'yaml') return hardPruneYaml(report, (await import('yaml')).stringify);
  if (format === 'name') return hardPruneNames(report);
  if (format === 'oc') return hardPrunePrunerLines(report);
  return hardPruneTables(report, {
    wide: format === 'wide',
    width: terminalWidth(stream),
    styles: styles(wantsColor(stream)),
  });
}
