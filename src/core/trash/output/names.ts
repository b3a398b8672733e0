import { inRowOrder } from '../../terminal/main-table.js';
import type { TrashRow } from './row.js';

/**
 * Writes one name per line: `blob/sha256:…`, without duplicates.
 * @param isNamed true for the rows to name
 */
export function* blobNames(
  rows: readonly TrashRow<string>[],
  order: readonly number[] | undefined,
  isNamed: (row: TrashRow<string>) => boolean = () => true,
): Generator<string> {
  const named = inRowOrder(rows, order).filter(isNamed);
  for (const hex of new Set(named.map(({ entry }) => entry.hex))) yield `blob/sha256:${hex}\n`;
}
