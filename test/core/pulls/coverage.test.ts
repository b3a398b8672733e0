import { filesCoverage, podsCoverage } from '../../../src/core/pulls/coverage.js';
import { coverageDocument } from '../../../src/core/model/pulls.js';

const MINUTE = 60_000;
const period = (from: number, to: number) => ({ from: from * MINUTE, to: to * MINUTE });

describe('podsCoverage', () => {
  it('covers what every pod covers', () => {
    expect(podsCoverage([{ current: period(0, 90) }, { current: period(30, 100) }])).toEqual([period(30, 90)]);
    expect(podsCoverage([{ current: period(0, 10) }, { current: period(30, 40) }])).toEqual([]);
    expect(podsCoverage([])).toEqual([]);
  });

  it('has a gap between two containers only if the log does not begin with the second one', () => {
    const logs = { previous: period(0, 10), current: period(20, 30) };
    expect(podsCoverage([{ ...logs, startedAt: 20 * MINUTE }])).toEqual([period(0, 30)]);
    expect(podsCoverage([{ ...logs, startedAt: 11 * MINUTE }])).toEqual([period(0, 10), period(20, 30)]);
    expect(podsCoverage([logs])).toEqual([period(0, 10), period(20, 30)]);
  });
});

describe('filesCoverage', () => {
  it('covers one file, and files that follow each other with a gap', () => {
    expect(filesCoverage([period(0, 10)])).toEqual([period(0, 10)]);
    expect(filesCoverage([period(5, 5)])).toEqual([period(5, 5)]);
    expect(filesCoverage([period(60, 90), period(0, 10)])).toEqual([period(0, 10), period(60, 90)]);
    expect(filesCoverage([period(0, 10), period(10.5, 20)])).toEqual([period(0, 20)]);
  });

  it('covers of parallel files what all of them cover', () => {
    expect(filesCoverage([period(0, 90), period(30, 100)])).toEqual([period(30, 90)]);
  });

  it('covers the time before a pod started, and after a pod was replaced', () => {
    const replaced = [period(0, 50), { ...period(49, 100), started: 49 * MINUTE }];
    expect(filesCoverage(replaced)).toEqual([period(0, 100)]);
    expect(filesCoverage([period(0, 50), { ...period(20, 100), started: 20 * MINUTE }])).toEqual([period(0, 50)]);
  });
});

describe('coverageDocument', () => {
  it('states the gaps', () => {
    expect(coverageDocument([period(0, 1), period(2, 3)])).toEqual({
      from: '1970-01-01T00:00:00Z',
      to: '1970-01-01T00:03:00Z',
      gaps: [{ from: '1970-01-01T00:01:00Z', to: '1970-01-01T00:02:00Z' }],
    });
    expect(coverageDocument([])).toEqual({ from: null, to: null, gaps: [] });
  });
});
