import { cellName, cellsOf, sampleOf, type Cell } from '../support/fault-matrix/cells.js';
import { FAULTS } from '../support/fault-matrix/faults.js';
import { tryCell, runWithoutFaults, type Reference } from '../support/fault-matrix/trial.js';

/**
 * Every kind of request of `prune images --confirm` × every fault × first, middle, late, always.
 *
 * The normal run tries a sample. `npm run test:faults` tries all cells, `npm run test:faults -- -t 'delete blob'` those
 * of one kind; FAULT_PART=2/4 tries the second of four parts.
 */
const WHOLE = process.env.FAULT_PART !== undefined;
const [part = 1, parts = 1] = (process.env.FAULT_PART ?? '1/1').split('/').map(Number);
const SAMPLE_SIZE = 50;

const reference: Reference = await runWithoutFaults();
const all = cellsOf(reference.requests);
const chosen: Cell[] = WHOLE ? all.filter((_, at) => at % parts === part - 1) : sampleOf(all, SAMPLE_SIZE);

test('every kind of request and every fault occurs', () => {
  const kinds = new Set(all.map(({ kind }) => kind.name));
  expect(kinds.size).toBeGreaterThan(30);
  if (!WHOLE) expect(new Set(chosen.map(({ kind }) => kind.name))).toEqual(kinds);
  const shapes = new Set(all.map(({ kind }) => kind.shape));
  const faults = new Set(all.map(({ kind, fault }) => `${kind.shape} ${fault}`));
  for (const shape of shapes)
    for (const fault of Object.keys(FAULTS[shape])) expect(faults).toContain(`${shape} ${fault}`);
});

test.each(chosen.map((cell) => [cellName(cell), cell] as const))('%s', async (_name, cell) => {
  const { hits, violations } = await tryCell(cell, reference);
  expect(violations).toEqual([]);
  // Later requests of a kind do not occur in every run: a watch that ends is opened again.
  if (cell.moment.name === 'first' || cell.moment.name === 'always') expect(hits).toBeGreaterThan(0);
});
