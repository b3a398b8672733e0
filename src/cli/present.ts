import type { Layout, Lines, Output } from '../core/terminal/output.js';
import { stdout, type Writer } from '../core/terminal/writer.js';
import type { Documents } from './documents.js';

/**
 * Writes a result in the format of `-o`, no faster than it is read. A stream that fails or whose reader goes away (`… |
 * head`) ends it quietly: what the run did decides on the exit status, and `finishOutput` reports output that is
 * missing.
 * @param format what `-o` says; a flag definition allows only formats that `output` has
 */
export async function present<Kind extends keyof Documents, Report>(
  report: Report,
  format: string,
  output: Output<Report, Documents[Kind]>,
  writer: Writer = stdout(),
): Promise<void> {
  if (format === 'json' || format === 'yaml') await writer.document(await documentPieces(report, format, output));
  else await writer.lines(await linesOf(report, format, output, writer.stream));
}

async function documentPieces<Report, Document extends object>(
  report: Report,
  format: 'json' | 'yaml',
  output: Output<Report, Document>,
): Promise<Lines> {
  const document = await output.document(report);
  const { isStreamed, streamDocument } = await import('../core/terminal/streamed-document.js');
  if (isStreamed(document)) return streamDocument(document, format);
  const { documentText } = await import('../core/terminal/document.js');
  return [await documentText(format, document)];
}

async function linesOf<Report, Document extends object>(
  report: Report,
  format: string,
  output: Output<Report, Document>,
  stream: NodeJS.WriteStream,
): Promise<Lines> {
  if (format === 'name') return output.name!(report);
  if (format === 'oc') return output.oc!(report);
  return output.table(report, await layoutFor(stream, format === 'wide'));
}

async function layoutFor(stream: NodeJS.WriteStream, wide: boolean): Promise<Layout> {
  const { styles, terminalWidth, wantsColor } = await import('../core/terminal/color.js');
  return { wide, width: terminalWidth(stream), styles: styles(wantsColor(stream)), now: Date.now() };
}
