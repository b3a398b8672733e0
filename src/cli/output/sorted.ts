import type { Output } from '../../core/terminal/output.js';
import { isStreamed, type StreamedDocument } from '../../core/terminal/streamed-document.js';
import { isPath } from './option-values.js';

/** Steps that a path of `--sort-by` can take for one entry. */
const STEPS = 1_000_000;

type AnyDocument = Record<string, unknown>;

/**
 * Returns the entries of an array of a document, each time from the beginning.
 * @param array its key; in a document that is not streamed, it can be inside an object: `space.streams`
 */
export function entriesOf(document: object, array: string): Iterable<unknown> {
  if (!isStreamed(document)) {
    const value = array.split('.').reduce<unknown>((from, key) => (from as AnyDocument | undefined)?.[key], document);
    return (value ?? []) as unknown[];
  }
  const { arrays } = document as unknown as { arrays: Record<string, () => Iterable<unknown>> };
  return arrays[array]?.() ?? [];
}

/**
 * Returns the order of a document's main array that `--sort-by` requests, as positions.
 * @param sortBy a title of the main table, or a path
 * @returns undefined if the result has no such table
 */
export async function orderOf<Report, Document extends object>(
  report: Report,
  sortBy: string,
  output: Output<Report, Document>,
): Promise<number[] | undefined> {
  const { sortOrder } = await import('../../core/terminal/select/sort-order.js');
  const { main } = output;
  const column = isPath(sortBy) ? sortBy : main?.columns[sortBy];
  if (!main || column === undefined) return undefined;
  const entries = entriesOf(await output.document(report), main.array);
  if (column === 'report') {
    const valueAt = await output.columnValue!(report, sortBy);
    return sortOrder(Array.from(entries, (_, at) => valueAt(at)));
  }
  const { parsePath } = await import('../../core/terminal/select/parse-template.js');
  const { Evaluator } = await import('../../core/terminal/select/evaluate.js');
  const steps = parsePath(typeof column === 'string' ? column : column.ageOf);
  const values = Array.from(entries, (entry) => joined(new Evaluator(STEPS).find(entry, steps)));
  return sortOrder(typeof column === 'string' ? values : values.map(toAge));
}

/** Several values, such as namespace and name, are compared together. */
function joined(values: readonly unknown[]): unknown {
  return values.length > 1 ? values.map(String).join('/') : values[0];
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
  if (!isStreamed(document)) return replaced(document, array.split('.'), sorted());
  return { ...document, arrays: { ...document.arrays, [array]: sorted } };
}

/** Copies an object with another value at a path. */
function replaced<T extends object>(object: T, [key = '', ...rest]: readonly string[], value: unknown[]): T {
  const inner = (object as AnyDocument)[key];
  if (inner === undefined) return object;
  return { ...object, [key]: rest.length === 0 ? value : replaced(inner as object, rest, value) };
}
