import { cellName, cellsOf, familyKind, sampleOf, type Cell } from '../support/fault-matrix/cells.js';
import { FAULTS } from '../support/fault-matrix/faults.js';
import { allSubjects } from '../support/fault-matrix/subjects/index.js';
import { tryCell, runWithoutFaults } from '../support/fault-matrix/trial.js';

/**
 * Every command that changes something × every kind of its requests × every fault × first, middle, late, always.
 *
 * The normal run tries a sample. `npm run test:faults` tries all cells, `npm run test:faults -- -t 'delete blob'` those
 * of one kind of request or of one command; FAULT_PART=2/4 tries the second of four parts.
 */
const WHOLE = process.env.FAULT_PART !== undefined;
const [part = 1, parts = 1] = (process.env.FAULT_PART ?? '1/1').split('/').map(Number);

const all: Cell[] = [];
for (const subject of await allSubjects()) all.push(...cellsOf(await runWithoutFaults(subject)));
// One cell of each kind of request, so that the normal run takes less than two minutes on an idle machine.
const sampleSize = new Set(all.map(familyKind)).size;
const chosen: Cell[] = WHOLE ? all.filter((_, at) => at % parts === part - 1) : sampleOf(all, sampleSize);

test('every command, every kind of request and every fault occurs', () => {
  const commands = new Set(all.map(({ reference }) => reference.subject.name));
  expect(commands.size).toBe(12);
  const kinds = new Set(all.map(familyKind));
  expect(kinds.size).toBeGreaterThan(60);
  if (!WHOLE) {
    expect(new Set(chosen.map(familyKind))).toEqual(kinds);
    expect(new Set(chosen.map(({ reference }) => reference.subject.name))).toEqual(commands);
  }
  const shapes = new Set(all.map(({ kind }) => kind.shape));
  expect(shapes).toEqual(new Set(Object.keys(FAULTS)));
  const faults = new Set(all.map(({ kind, fault }) => `${kind.shape} ${fault}`));
  for (const [shape, byName] of Object.entries(FAULTS))
    for (const fault of Object.keys(byName)) expect(faults).toContain(`${shape} ${fault}`);
});

// Concurrent, because a run mostly waits: for roll-outs, and before retries.
test.concurrent.each(chosen.map((cell) => [cellName(cell), cell] as const))('%s', async (_name, cell) => {
  const { hits, violations } = await tryCell(cell);
  expect(violations).toEqual([]);
  // Later requests of a kind do not occur in every run: a watch that ends is opened again.
  if (cell.moment.name === 'first' || cell.moment.name === 'always') expect(hits).toBeGreaterThan(0);
});
