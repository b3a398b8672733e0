import { trashPurgeOutput } from '../../../../src/core/trash/purge/output.js';
import type { TrashPurgeReport } from '../../../../src/core/trash/purge/report.js';
import { LAYOUT } from '../../../support/long-names/names.js';

/** Returns the table of a run that found an empty trash. */
async function tableOf(report: Partial<TrashPurgeReport>): Promise<string> {
  const dates = { startedAt: new Date(0), finishedAt: new Date(0) };
  const empty = { ...dates, dryRun: false, olderThan: '7d', rows: [], warnings: [], failures: [] };
  return [...(await trashPurgeOutput.table({ ...empty, ...report }, LAYOUT))].join('');
}

test('an empty trash', async () => {
  expect(await tableOf({})).toBe('The trash is empty.\n');
});

test('an empty trash with a failure, such as of a link that was to be restored', async () => {
  const failures = [{ target: 'ns/app@sha256:1', message: 'no space left' }];
  expect(await tableOf({ failures })).toBe(
    'The trash is empty.\n\nFailed\nns/app@sha256:1: no space left\n\nCompleted with errors.\n',
  );
});

test('an interrupted run that found an empty trash', async () => {
  expect(await tableOf({ interrupted: { exitCode: 130 } })).toContain('Interrupted.');
});
