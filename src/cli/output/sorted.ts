import type { Output } from '../../core/terminal/output.js';
import { isStreamed, type StreamedDocument } from '../../core/terminal/streamed-document.js';
import { isPath } from './option-values.js';

/** Steps that a path of `--sort-by` can take for one entry. */
const STEPS = 1_000_000;

type AnyDocument = Record<string, unknown>;

/** Returns the entries of an array of a document, each time from the beginning. */
export function entriesOf(document: object, array: string): Iterable<unknown> {
  if (!isStreamed(document)) return ((document as AnyDocument)[array] ?? []) as unknown[];
  const { arrays } = document as unknown as { arrays: Record<string, () => Iterable<unknown>> };
  return arrays[array]?.() ?? [];
}

/**
 * Returns the order of a document's main array that `--sort-by` requests, as positions.
 * @param sortBy a title of the main table, or a path
 */
export async function orderOf<Report, Document extends object>(
  report: Report,
  sortBy: string,
  output: Output<Report, Document>,
): Promise<number[]> {
  const { sortOrder } = await import('../../core/terminal/select/sort-order.js');
  const document = await output.document(report);
  const entries = entriesOf(document, output.main!.array);
  const column = isPath(sortBy) ? sortBy : output.main!.columns[sortBy]!;
  if (column === 'report') {
    const valueAt = await output.columnValue!(report, sortBy);
    return sortOrder(Array.from(entries, (_, at) => valueAt(at)));
  }
  const { parsePath } = await import('../../core/terminal/select/parse-template.js');
  const { Evaluator } = await import('../../core/terminal/select/evaluate.js');
  const steps = parsePath(typeof column === 'string' ? column : column.ageOf);
  const values = Array.from(entries, (entry) => new Evaluator(STEPS).find(entry, steps)[0]);
  return sortOrder(typeof column === 'string' ? values : values.map(toAge));
}

/** An older time is a higher age. */
function toAge(time: unknown): number {
  return -Date.parse(String(time));
}

/** Returns a document whose main array has another order. */
export function inOrder<Document extends object>(
  document: Document | StreamedDocument<Document>,
  array: string,
  order: readonly number[],
): Document | StreamedDocument<Document> {
  const sorted = (): unknown[] => {
    const entries = [...entriesOf(document, array)];
    return order.map((at) => entries[at]);
  };
  if (!isStreamed(document)) return { ...document, [array]: sorted() };
  return { ...document, arrays: { ...document.arrays, [array]: sorted } };
}
