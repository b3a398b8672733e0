import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Row {
  name: string;
  old?: number;
  new: number;
  change?: number;
}

interface Rows {
  row(name: string, rounds: { old?: number; new: number }[], options?: object): Row;
  judge(row: Row): { target: string; met?: boolean };
  cells(row: Row): string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { row, judge, cells } = (await import(`${ROOT}bench/prune-images/rows.js`)) as Rows;

describe('rows of the table old against new', () => {
  const rounds = [
    { old: 4, new: 1 },
    { old: 2, new: 3 },
    { old: 3, new: 2 },
  ];

  it('have medians, and say whether a target is met', () => {
    expect(cells(row('CPU s', rounds, { most: 1.5 }))).toEqual([
      'CPU s',
      '3.00',
      '2.00',
      '0.67',
      '≤ 1.5',
      '**missed**',
    ]);
    expect(judge(row('bytes', rounds, { mostOfOld: 0.7 }))).toEqual({ target: '≤ 0.7 × old', met: true });
  });

  it('without a target, must not be worse', () => {
    expect(judge(row('MiB', rounds)).met).toBe(true);
    expect(judge(row('per second', rounds, { moreIsBetter: true })).met).toBe(false);
  });

  it('without an old program, only meet or miss a target of their own', () => {
    const alone = [{ new: 1 }];
    expect(cells(row('MiB', alone))).toEqual(['MiB', '', '1.00', '', 'not worse', '']);
    expect(judge(row('ratio', alone, { most: 1 })).met).toBe(true);
  });
});

describe('the benchmark', () => {
  it('prints one row for each measurement', () => {
    const args = ['--only', 'dry-runs', '--sizes', '20', '--runs', '1', '--against', ROOT];
    const printed = execFileSync(process.execPath, [`${ROOT}bench/prune-images.js`, ...args], { encoding: 'utf8' });
    const [, ...lines] = printed.split('\n').filter(Boolean);
    const names = lines.map((line) => line.split(' | ')[0]!.slice(2));
    expect(names).toEqual([
      'measurement',
      '---',
      '20 images: CPU s',
      '20 images: CPU time / (`--version` + bare)',
      '20 images: s',
      '20 images: time / bare',
      '20 images: peak MiB',
    ]);
  });
});
