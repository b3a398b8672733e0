import { redactValues } from '../../core/kit/secrets/redact.js';
import type { Lines, Output } from '../../core/terminal/output.js';
import { isStreamed, type StreamedDocument } from '../../core/terminal/streamed-document.js';
import type { Template } from './choice.js';
import { entriesOf } from './sorted.js';

/** Yields the text of a document in a format with a template. Its values are escaped and without secrets. */
export async function textOf<Document extends object>(
  template: Template,
  document: Document | StreamedDocument<Document>,
  { main }: Pick<Output<never, Document>, 'main'>,
  headers: boolean,
): Promise<Lines> {
  if ('columns' in template) {
    const { columnLines } = await import('../../core/terminal/select/custom-columns.js');
    const entries = function* (): Generator<unknown> {
      for (const entry of entriesOf(document, main!.array)) yield redactValues(entry);
    };
    return columnLines(template.columns, entries, headers);
  }
  const { templatePieces } = await import('../../core/terminal/select/template-pieces.js');
  return templatePieces(template.parts, redactValues(plain(document)) as object);
}

/** Returns a document as one value, with nothing but what JSON has. */
function plain<Document extends object>(document: Document | StreamedDocument<Document>): object {
  if (!isStreamed(document)) return JSON.parse(JSON.stringify(document)) as object;
  const arrays = Object.entries(document.arrays as Record<string, () => Iterable<unknown>>);
  const whole = { ...document.fields, ...Object.fromEntries(arrays.map(([key, entries]) => [key, [...entries()]])) };
  return JSON.parse(JSON.stringify(whole)) as object;
}
