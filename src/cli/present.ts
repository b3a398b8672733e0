import type { Layout, Output, Text } from '../core/terminal/output.js';
import type { Documents } from './documents.js';

/**
 * Writes a result to stdout in the format of `-o`, no faster than it is read. Stops without an error when the reader
 * closes the stream (`… | head`).
 * @param format the value of `-o`; flag definitions allow only formats that `output` has
 * @throws an error of the stream, such as a full disk
 */
export async function present<Kind extends keyof Documents, Report>(
  report: Report,
  format: string,
  output: Output<Report, Documents[Kind]>,
  stream: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const [text, { inChunks }, { writeAll }] = await Promise.all([
    textOf(report, format, output, stream),
    import('../core/terminal/chunks.js'),
    import('../core/terminal/write.js'),
  ]);
  await writeAll(stream, typeof text === 'string' ? [text] : inChunks(text));
}

async function textOf<Report, Document extends object>(
  report: Report,
  format: string,
  output: Output<Report, Document>,
  stream: NodeJS.WriteStream,
): Promise<Text> {
  switch (format) {
    case 'json':
    case 'yaml': {
      const document = await output.document(report);
      const { isStreamed, streamDocument } = await import('../core/terminal/streamed-document.js');
      if (isStreamed(document)) return streamDocument(document, format);
      const { documentText } = await import('../core/terminal/document.js');
      return documentText(format, document);
    }
    case 'name':
      return output.name!(report);
    case 'oc':
      return output.oc!(report);
    default:
      return output.table(report, await layoutFor(stream, format === 'wide'));
  }
}

async function layoutFor(stream: NodeJS.WriteStream, wide: boolean): Promise<Layout> {
  const { styles, terminalWidth, wantsColor } = await import('../core/terminal/color.js');
  return { wide, width: terminalWidth(stream), styles: styles(wantsColor(stream)), now: Date.now() };
}
