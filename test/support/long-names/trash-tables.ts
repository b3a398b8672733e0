import { trashOutput } from '../../../src/core/trash/list/output.js';
import { trashPurgeOutput } from '../../../src/core/trash/purge/output.js';
import { trashRestoreOutput } from '../../../src/core/trash/restore/output.js';
import { IMAGE, KEY, LAYOUT, SHORT, longName, reportOf, type TableCase } from './names.js';

const HEX = IMAGE.slice('sha256:'.length);
const REASON = longName('reason');

const link = { repository: KEY, kind: 'manifest', path: IMAGE, digest: IMAGE };
const entry = { hex: HEX, date: '2026-01-01', bytes: 1, movedAt: 0, links: [link] };
const image = { hex: HEX, repositories: [KEY], problems: [{ hex: HEX, message: REASON }], isDamaged: false };
const dates = { startedAt: new Date(0), finishedAt: new Date(0) };
const failures = [{ target: `${KEY}@${IMAGE}`, message: REASON }];
const holder = { id: 'x', host: longName('host'), pid: 1 };
const batches = [
  { blobs: 1, bytes: 1, graceFrom: 0 },
  { blobs: 2, bytes: 2 },
];

/** The tables of `regadm trash`. */
export const TRASH_TABLES: TableCase[] = [
  {
    files: ['core/trash/list/output.ts', 'core/trash/output/tables.ts'],
    sums: '1 blob in the trash, 1 B; none of it can be purged yet.',
    lines: () =>
      trashOutput.table(
        reportOf({
          ...{ rows: [{ entry, status: 'kept', reason: REASON }], images: [image] },
          ...{ batches, links: 2, holder, warnings: [] },
        }),
        LAYOUT,
      ),
    names: [SHORT, KEY, REASON, holder.host],
  },
  {
    files: ['core/trash/restore/output.ts'],
    sums: '1 blob (1 B) and 3 links restored',
    lines: () =>
      trashRestoreOutput.table(
        reportOf({
          ...{ dryRun: false, ...dates, rows: [{ entry, status: 'restored' }], links: 3, unmarked: [] },
          ...{ images: [image], warnings: [], failures },
        }),
        LAYOUT,
      ),
    names: [SHORT, KEY, REASON, `${KEY}@${IMAGE}`],
  },
  {
    files: ['core/trash/purge/output.ts'],
    sums: '0 blobs (0 B) would be deleted from the trash (--older-than=7d), 1 kept.',
    lines: () =>
      trashPurgeOutput.table(
        reportOf({
          ...{ dryRun: true, ...dates, olderThan: '7d', rows: [{ entry, status: 'skipped', reason: REASON }] },
          ...{ warnings: [], failures },
        }),
        LAYOUT,
      ),
    names: [SHORT, KEY, REASON, `${KEY}@${IMAGE}`],
  },
];
