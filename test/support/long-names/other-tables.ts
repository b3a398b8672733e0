import { configOutput } from '../../../src/cli/config/text.js';
import { backupOutput } from '../../../src/core/backup/list/output.js';
import { backupPruneOutput } from '../../../src/core/backup/prune/output.js';
import { backupVerificationOutput } from '../../../src/core/backup/verify/output.js';
import { doctorLines } from '../../../src/core/doctor/output/text.js';
import { edgeLintOutput } from '../../../src/core/edge/lint/output.js';
import { fleetOutput } from '../../../src/core/edge/verify/fleet/output.js';
import { edgeVerifyOutput } from '../../../src/core/edge/verify/output.js';
import { policyCheckLines } from '../../../src/core/policy/output/table.js';
import { tablePieces as restoreTables } from '../../../src/core/restore/output/tables.js';
import { IMAGE, KEY, LAYOUT, LONG_TAG, SERVER, SHORT, STREAM, longName, reportOf, type TableCase } from './names.js';

const FILE = `/${longName('directory')}/${longName('file')}`;
const CHECK = longName('check');
const POD = longName('pod');
const CLUSTER = longName('cluster');
const RULES = ['first', 'second'].map(longName);

const run = { id: '20260101T000000Z-0', startedAt: '2026-01-01T00:00:00Z', server: SERVER };
const entry = {
  ...{ name: IMAGE, run, saved: 'image' },
  tags: [{ repository: KEY, tag: LONG_TAG, position: 0, created: '2026-01-01T00:00:00Z' }],
};
const contents = {
  ...{ directory: FILE, runs: [run], entries: [entry], files: [] },
  ...{ blobs: new Map([[IMAGE, 1]]), content: new Map([[IMAGE, { needed: new Set([IMAGE]), elsewhere: new Set() }]]) },
};
const dates = { startedAt: new Date(0), finishedAt: new Date(0) };
const saved = [IMAGE, `${KEY}:${LONG_TAG}`, SERVER];

const item = {
  saved: { stream: KEY, tag: LONG_TAG, position: 0, item: { image: IMAGE, created: '2026-01-01T00:00:00Z' } },
  ...{ position: 0, exists: false },
};
const restored = { name: IMAGE, targets: [{ repository: KEY, manifest: true, blobs: [] }], items: [item] };

const counts = { tags: 1, items: 1, bytes: 1 };
const effect = { matches: counts, keeps: counts, removes: counts, hiddenBy: [] };
const policy = { source: { rules: RULES.map((name) => ({ name })) } };
const trial = { effect: { rules: [effect, effect], defaults: effect, total: { ...counts, images: 1 } } };
const checkPolicy = (more: object) => () =>
  policyCheckLines(reportOf({ file: FILE, problems: [], policy, warnings: [], ...more }), LAYOUT);

/** The tables of commands that belong to no topic, and those of `regadm backup` and `regadm edge`. */
export const OTHER_TABLES: TableCase[] = [
  {
    files: ['cli/config/text.ts'],
    lines: () =>
      configOutput.table(
        reportOf({
          file: { path: FILE, exists: true },
          settings: [{ name: CHECK, value: SERVER, from: `${FILE}:12`, commands: ['prune images'] }],
        }),
        LAYOUT,
      ),
    names: [`${FILE}\n`, CHECK, SERVER, `${FILE}:12`],
  },
  {
    files: ['core/backup/list/output.ts'],
    sums: '1 image from 1 run: 1 blob, 1 B on disk.',
    lines: () => backupOutput.table(reportOf({ contents, sharedBytes: 0, unreadable: [] }), LAYOUT),
    names: saved,
  },
  {
    files: ['core/backup/list/output.ts'],
    lines: () => backupOutput.table(reportOf({ contents, sharedBytes: 0, unreadable: [] }), { ...LAYOUT, wide: true }),
    names: saved,
  },
  {
    files: ['core/backup/verify/output.ts'],
    lines: () =>
      backupVerificationOutput.table(
        reportOf({
          ...{ contents, ...dates, leftovers: [], unrecognized: [] },
          damaged: [{ file: FILE, message: 'it does not exist' }],
          images: [{ entry, files: [`${FILE}-of-image`] }],
        }),
        LAYOUT,
      ),
    names: [...saved, `${FILE}:`, `${FILE}-of-image`],
  },
  {
    files: ['core/backup/prune/output.ts'],
    sums: '1 of 1 run, 1 image and 0 blobs would be removed, 0 B on disk.',
    lines: () =>
      backupPruneOutput.table(
        reportOf({
          ...{ contents, ...dates, dryRun: true, keepWithin: '30d' },
          plan: { kept: [], removed: [run], entries: [entry], lost: new Set([IMAGE]), blobs: [], files: [] },
          removal: {
            ...{ runs: { status: 'would-delete' }, blobs: [], files: [] },
            failures: [{ target: FILE, message: 'permission denied' }],
          },
        }),
        LAYOUT,
      ),
    names: [...saved, `${FILE}:`],
  },
  {
    files: ['core/restore/output/tables.ts'],
    sums: '1 image and 1 tag item would be restored; ',
    lines: () =>
      restoreTables(
        reportOf({
          dryRun: true,
          plan: { images: [restored], streams: [{ key: KEY, items: [item] }] },
          outcome: {
            ...{ blobs: 0, bytes: 0 },
            images: new Map([[IMAGE, { status: 'would-restore' }]]),
            items: new Map([[item, { status: 'would-restore', position: 0 }]]),
          },
          failures: [{ target: `${KEY}:${LONG_TAG}`, message: `stream ${STREAM} is full` }],
        }),
        LAYOUT,
      ),
    names: [SHORT, `\n${KEY}:${LONG_TAG} `, `${KEY}\n`, `  ${KEY}:${LONG_TAG}: `],
  },
  {
    files: ['core/policy/output/table.ts'],
    sums: '2 rules: the first that matches a tag decides, otherwise the defaults.',
    lines: checkPolicy({}),
    names: RULES,
  },
  {
    files: ['core/policy/output/table.ts'],
    sums: '2 rules and the defaults decide about 3 tags with 3 tag items.',
    lines: checkPolicy({ trial }),
    names: RULES,
  },
  {
    files: ['core/policy/output/table.ts'],
    lines: checkPolicy({ policy: undefined, problems: [{ line: 3, field: CHECK, message: 'is unknown' }] }),
    names: [`${FILE}:3: ${CHECK}`],
  },
  {
    files: ['core/doctor/output/text.ts'],
    sums: 'regadm 1.0.0, Node.js 20.0.0\n1 check: 0 passed, 1 warning',
    lines: () =>
      doctorLines(
        reportOf({
          ...{ version: '1.0.0', node: '20.0.0', summary: { failed: 0, warnings: 1, unknown: 0 } },
          checks: [
            { name: CHECK, status: 'warning', message: `pod ${POD} does not run`, suggestions: [`look at ${FILE}`] },
          ],
        }),
        LAYOUT,
      ),
    names: [CHECK, POD, FILE],
  },
  {
    files: ['core/edge/lint/output.ts'],
    lines: () =>
      edgeLintOutput.table(
        reportOf({
          ...{ files: [FILE], unused: [FILE], summary: { errors: 1, warnings: 0 } },
          findings: [{ file: FILE, line: 1, severity: 'error', rule: CHECK, message: POD, remedy: SERVER }],
        }),
        LAYOUT,
      ),
    names: [`${FILE}:1: `, CHECK, POD, SERVER],
  },
  {
    files: ['core/edge/verify/output.ts'],
    lines: () =>
      edgeVerifyOutput.table(
        reportOf({
          summary: { passed: 0, failed: 1, warnings: 0, skipped: 0 },
          checks: [{ where: 'hub', name: CHECK, status: 'failed', detail: `policy ${POD} failed`, remedy: SERVER }],
        }),
        LAYOUT,
      ),
    names: [`hub     ${CHECK}`, POD, SERVER],
  },
  ...[false, true].map((wide) => ({
    files: ['core/edge/verify/fleet/output.ts'],
    lines: () =>
      fleetOutput.table(
        reportOf({
          clusters: [
            {
              ...{ cluster: CLUSTER, ok: false, summary: { passed: 0, failed: 1, warnings: 0, skipped: 0 } },
              checks: [{ where: 'hub', name: CHECK, status: 'failed', detail: `policy ${POD} failed`, remedy: SERVER }],
            },
          ],
        }),
        { ...LAYOUT, wide },
      ),
    names: [CLUSTER, CHECK, POD, ...(wide ? [SERVER] : [])],
  })),
];
