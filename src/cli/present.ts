import type { Layout, Output } from '../core/terminal/output.js';
import type { StreamedDocument } from '../core/terminal/streamed-document.js';
import { stdout, type Writer } from '../core/terminal/writer.js';
import type { DocumentEnvelope } from '../core/model/document.js';
import type { Documents } from './documents.js';
import { templateOf, type OutputChoice } from './output/choice.js';
import { inEnvelope } from './run-header.js';

/** How a result is written. */
export interface Presentation {
  /** The flags of `outputFlags`, checked: a flag definition allows only formats that the output has. */
  choice: OutputChoice;
  /** What the document states about the run. */
  envelope: DocumentEnvelope;
  /** Default: stdout. */
  writer?: Writer;
}

/**
 * Writes a result in the format of `-o`, no faster than it is read. A stream that fails or whose reader goes away (`… |
 * head`) ends it quietly: what the run did decides on the exit status, and `finishOutput` reports output that is
 * missing.
 */
export async function present<Kind extends keyof Documents, Report>(
  report: Report,
  { choice, envelope, writer = stdout() }: Presentation,
  output: Output<Report, Documents[Kind]>,
): Promise<void> {
  const { output: format, 'no-headers': noHeaders = false } = choice;
  const order = await requestedOrder(report, choice, output);
  const template = await templateOf(format);
  if (template) {
    const { textOf } = await import('./output/template-output.js');
    const document = inEnvelope(await documentOf(report, output, order), envelope);
    await writer.escaped(await textOf(template, document, output, !noHeaders));
  } else if (format === 'json' || format === 'yaml') {
    await writer.document(await documentPieces(inEnvelope(await documentOf(report, output, order), envelope), format));
  } else if (format === 'name') await writer.lines(await output.name!(report, order));
  else if (format === 'oc') await writer.lines(await output.oc!(report));
  else {
    const layout = await layoutFor(writer.stream, format === 'wide');
    await writer.lines(await output.table(report, { ...layout, headers: !noHeaders, order }));
  }
}

async function requestedOrder<Report, Document extends object>(
  report: Report,
  { output: format, 'sort-by': sortBy }: OutputChoice,
  output: Output<Report, Document>,
): Promise<number[] | undefined> {
  if (sortBy === undefined || format === 'oc') return undefined;
  return (await import('./output/sorted.js')).orderOf(report, sortBy, output);
}

/** Returns the document, with its main array in the order of `--sort-by`. */
async function documentOf<Report, Document extends object>(
  report: Report,
  output: Output<Report, Document>,
  order: readonly number[] | undefined,
): Promise<Document | StreamedDocument<Document>> {
  const document = await output.document(report);
  return order ? (await import('./output/sorted.js')).inOrder(document, output.main!.array, order) : document;
}

async function documentPieces<Document extends object>(
  document: Document | StreamedDocument<Document>,
  format: 'json' | 'yaml',
): Promise<Iterable<string | Uint8Array> & object> {
  const { isStreamed, streamDocument } = await import('../core/terminal/streamed-document.js');
  if (isStreamed(document)) return streamDocument(document, format);
  const { documentText } = await import('../core/terminal/document.js');
  return [await documentText(format, document)];
}

async function layoutFor(stream: NodeJS.WriteStream, wide: boolean): Promise<Omit<Layout, 'headers' | 'order'>> {
  const { styles, terminalWidth, wantsColor } = await import('../core/terminal/color.js');
  return { wide, width: terminalWidth(stream), styles: styles(wantsColor(stream)), now: Date.now() };
}
