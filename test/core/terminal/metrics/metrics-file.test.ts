import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hideSecret } from '../../../../src/core/kit/secrets/known.js';
import { expositionText } from '../../../../src/core/terminal/metrics/exposition.js';
import { gauge } from '../../../../src/core/terminal/metrics/family.js';
import { MetricsFile } from '../../../../src/core/terminal/metrics/metrics-file.js';
import { pruneMetrics, tally } from '../../../../src/core/terminal/metrics/prune.js';
import { readExposition, type ReadSample } from '../../../support/exposition.js';

const CLUSTER = 'https://api.example.org:6443';
const LAST_SUCCESS = 'regadm_last_success_timestamp_seconds';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'regadm-metrics-'));
  file = join(dir, 'regadm.prom');
});
afterEach(() => rmSync(dir, { recursive: true }));

const end = { version: '1.2.3', exitStatus: 0, durationMs: 1500, endedAt: 1_700_000_000_000, dryRun: false };

interface AnyRun extends Partial<typeof end> {
  command?: string;
  cluster?: string;
}

/** Writes the file as a run would, and returns its samples. */
function write({ command = 'prune images', cluster = CLUSTER, ...more }: AnyRun = {}): ReadSample[] {
  const metrics = MetricsFile.open(file, command);
  if (cluster) metrics.setCluster(cluster);
  metrics.write({ ...end, ...more }, []);
  return readExposition(readFileSync(file, 'utf8'));
}

const valueOf = (samples: ReadSample[], name: string): number | undefined =>
  samples.find((sample) => sample.name === name)?.value;

describe('the time of the last success', () => {
  test.each([
    ['a run with exit status 1', { exitStatus: 1 }],
    ['a run with exit status 3', { exitStatus: 3 }],
    ['a dry run', { dryRun: true }],
    ['a run that ended before it knew its cluster', { exitStatus: 1, cluster: '' }],
  ])('stays in the file after %s', (_, more) => {
    write();
    const samples = write({ ...more, endedAt: end.endedAt + 60_000 });
    expect(valueOf(samples, LAST_SUCCESS)).toBe(1_700_000_000);
    expect(valueOf(samples, 'regadm_last_run_timestamp_seconds')).toBe(1_700_000_060);
    expect(samples[0]!.labels).toMatchObject({ command: 'prune images', cluster: CLUSTER });
  });

  test('is 0 before the first success', () => {
    expect(valueOf(write({ exitStatus: 4 }), LAST_SUCCESS)).toBe(0);
  });

  test('is that of another run that ended meanwhile, if this one fails', () => {
    const metrics = MetricsFile.open(file, 'prune images');
    write();
    metrics.write({ ...end, exitStatus: 1 }, []);
    expect(valueOf(readExposition(readFileSync(file, 'utf8')), LAST_SUCCESS)).toBe(1_700_000_000);
  });

  test('stays even if the file was removed during the run', () => {
    write();
    const metrics = MetricsFile.open(file, 'prune images');
    rmSync(file);
    metrics.write({ ...end, exitStatus: 1 }, []);
    expect(valueOf(readExposition(readFileSync(file, 'utf8')), LAST_SUCCESS)).toBe(1_700_000_000);
  });
});

describe('a file with anything else is refused and kept:', () => {
  test.each([
    ['text', 'my notes\n'],
    ['metrics of another program', '# HELP up Up.\n# TYPE up gauge\nup 1\n'],
    ['metrics of regadm and of another program', `${LAST_SUCCESS}{command="prune images",cluster="x"} 0\nup 1\n`],
    ['two runs', `${LAST_SUCCESS}{command="prune images",cluster="x"} 0\n`.repeat(2)],
    ['a part of a file', '# HELP regadm_info Version of regadm in the last run.\n'],
    ['too much', `${LAST_SUCCESS}{command="prune images",cluster="x"} 0\n`.padEnd(2 ** 20 + 1, '#')],
  ])('%s', (_, content) => {
    writeFileSync(file, content);
    expect(() => write()).toThrow(/the metrics file/);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test.each([
    ['command', { command: 'prune hard' }, 'has the metrics of regadm prune images'],
    ['cluster', { cluster: 'https://other:6443' }, `has the metrics of another cluster, ${CLUSTER}`],
  ])('the metrics of another %s', (_, other, message) => {
    write();
    const before = readFileSync(file, 'utf8');
    expect(() => write(other)).toThrow(expect.objectContaining({ code: 'FILE_EXISTS', exitCode: 4 }) as Error);
    expect(() => write(other)).toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('the metrics of another command that ended during the run', () => {
    const metrics = MetricsFile.open(file, 'prune images');
    write({ command: 'prune hard' });
    expect(() => metrics.write(end, [])).toThrow('has the metrics of regadm prune hard');
  });
});

test('an empty file is written', () => {
  writeFileSync(file, '');
  expect(valueOf(write(), 'regadm_exit_status')).toBe(0);
});

test('any cluster name makes a file that collectors and the next run can read', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('a"b', 'a\\b', 'a\nb\\')),
      (cluster) => {
        rmSync(file, { force: true });
        const [first, second] = [write({ cluster }), write({ cluster, exitStatus: 1 })];
        expect(second.map(({ name, labels }) => [name, labels])).toEqual(
          first.map(({ name, labels }) => [name, labels]),
        );
        expect(valueOf(second, LAST_SUCCESS)).toBe(1_700_000_000);
      },
    ),
    { numRuns: 50 },
  );
});

test('labels have no secrets and no control characters', () => {
  hideSecret('sha256~Zk3mQ9vLx7Rt2Wp5');
  const cluster = 'https://admin:pass-w0rd@api:6443/\x1b[31m\u202esha256~Zk3mQ9vLx7Rt2Wp5';
  const text = expositionText([gauge('regadm_a', 'A.', 1)], { cluster });
  expect(text).not.toMatch(/Zk3mQ9vLx7Rt2Wp5|pass-w0rd|\x1b|\u202e/);
  expect(readExposition(text)[0]!.labels.cluster).toContain(String.raw`\x1b[31m\u202e`);
});

test('results that do not occur are 0, and a dry run has only what it would delete', () => {
  const confirmed = tally(['deleted', 'failed', 'deleted'], false, (at) => [10, 20, 30][at]!);
  expect(confirmed).toEqual({ deleted: 40, gone: 0, skipped: 0, failed: 20 });
  expect(tally(['would-delete'], true)).toEqual({ 'would-delete': 1 });
  const metrics = pruneMetrics({ objects: { blob: confirmed }, blobBytes: confirmed, failures: 1 });
  const samples = readExposition(expositionText(metrics, { command: 'a' }));
  expect(samples).toContainEqual({ name: 'regadm_prune_freed_bytes', labels: { command: 'a' }, value: 40 });
  expect(samples).toContainEqual({
    name: 'regadm_prune_objects',
    labels: { command: 'a', kind: 'blob', result: 'failed' },
    value: 20,
  });
});
