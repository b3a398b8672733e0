import { BUILD_PRUNE } from '../../../src/core/builds/feature.js';
import { hardPruneTables } from '../../../src/core/hard-prune/output/table.js';
import { tablePieces as objectTables } from '../../../src/core/object-prune/output/tables.js';
import { tablePieces as imageTables } from '../../../src/core/prune/output/tables.js';
import { scheduleLines } from '../../../src/core/schedule/output/table.js';
import { whyPieces } from '../../../src/core/why/output/table.js';
import { anImageStream, anOrdinaryImage, digest } from '../builders.js';
import { aPlan, aReport } from '../reports.js';
import { IMAGE, KEY, LAYOUT, LONG_TAG, NAMESPACE, SHORT, STREAM, longName, reportOf, type TableCase } from './names.js';

const LOST = `${NAMESPACE}/${longName('lost')}`;
const POD = longName('pod');
const BUILD = longName('build');
const JOB = longName('job');
const CRON_JOB = longName('cronjob');
const DIRECTORY = `/${longName('directory')}`;
const UPLOAD = '01234567-89ab-cdef-0123-456789abcdef';

const place = (position: number) => ({
  ...{ namespace: NAMESPACE, stream: STREAM, tag: LONG_TAG, position, of: 2, created: 0, kept: true },
  because: { rule: 'protected', pattern: `${KEY}:*` },
});

const use = {
  ...{ kind: 'Pod', namespace: NAMESPACE, name: POD, field: `container ${longName('container')}` },
  ...{ reference: `${KEY}:${LONG_TAG}`, note: `holds the newest item of tag ${LONG_TAG}` },
};

const whyImage = {
  ...{ image: IMAGE, exists: true, created: 0, bytes: 1, managed: true, index: false, goes: false, uses: [use] },
  because: { rule: 'protected', pattern: `${KEY}:*` },
  places: [place(0), place(1)],
  would: [{ changes: [{ kind: 'delete-tag', stream: KEY, tag: LONG_TAG }] }],
};

const other = { ...whyImage, image: digest('other') };
const whyOf = (answer: object) => () =>
  whyPieces(reportOf({ options: { referrers: 'extended' }, now: LAYOUT.now, answers: [answer] }), LAYOUT);

const imagePlan = () =>
  aPlan(
    [
      ...['image', 'other'].map((name) => anOrdinaryImage(name).in(KEY)),
      anOrdinaryImage('lost').in(LOST),
      anImageStream(KEY).withTag(LONG_TAG, [digest('other'), IMAGE]),
    ],
    { keepTagRevisions: 1 },
  );

/** The tables of `regadm prune`. */
export const PRUNE_TABLES: TableCase[] = [
  {
    files: ['core/prune/output/tables.ts', 'core/prune/output/summary-table.ts'],
    sums: 'Would delete 2 images and 1 tag item in 1 image stream',
    lines: () =>
      imageTables(
        aReport(imagePlan(), {
          backup: reportOf({ directory: DIRECTORY, saved: 1, estimatedBytes: 1, freeBytes: 1, bytes: 1 }),
          failures: [{ target: `image stream ${KEY}`, message: `tag ${LONG_TAG} was pushed` }],
        }),
        LAYOUT,
      ),
    names: [`${NAMESPACE} `, `${STREAM} `, `${LONG_TAG} `, SHORT, `${KEY}:${LONG_TAG}\n`, LOST, DIRECTORY],
  },
  {
    files: ['core/hard-prune/output/table.ts'],
    sums: '1 blob, 1 manifest link, 1 repository, 1 layer link and 1 unfinished upload\nwould be',
    lines: () =>
      hardPruneTables(
        reportOf({
          ...{ dryRun: true, failures: [], procedure: [], warnings: [], options: {} },
          plan: {
            repositories: [{ name: LOST, reason: `image stream ${LOST} does not exist` }],
            manifestLinks: [{ repository: KEY, digest: IMAGE }],
            layerLinks: [{ repository: `${KEY}-layers`, digest: digest('layer') }],
            uploads: [{ repository: `${KEY}-uploads`, id: UPLOAD }],
            blobs: [{ digest: digest('blob'), bytes: 1 }],
            kept: [],
          },
        }),
        LAYOUT,
      ),
    names: [LOST, KEY, SHORT, `${KEY}-layers`, `${KEY}-uploads`, UPLOAD, digest('blob').slice(0, 19)],
  },
  {
    files: ['core/hard-prune/online/output/tables.ts'],
    sums: '1 blob would be marked',
    lines: () =>
      hardPruneTables(
        reportOf({
          ...{ dryRun: true, failures: [], procedure: [], warnings: [], options: { grace: '20h', trashKeep: '7d' } },
          plan: { repositories: [], manifestLinks: [], layerLinks: [], uploads: [], blobs: [], kept: [] },
          online: {
            marked: [{ digest: digest('marked'), bytes: 1, links: 2, status: 'would-mark' }],
            unmarked: [{ digest: digest('used'), bytes: 1, reason: `used by image ${IMAGE}`, status: 'would-unmark' }],
            restored: [
              {
                ...{ digest: digest('linked'), bytes: 1, date: '2026-01-01', status: 'would-restore' },
                reason: `linked by repository ${KEY}`,
              },
            ],
            purged: [{ digest: digest('old'), bytes: 1, date: '2026-01-01', status: 'would-purge' }],
            waiting: { blobs: 0, bytes: 0, incomplete: 0 },
            trash: { blobs: 0, bytes: 0 },
          },
        }),
        LAYOUT,
      ),
    names: [KEY, IMAGE, ...['marked', 'used', 'linked', 'old'].map((name) => digest(name).slice(0, 19))],
  },
  {
    files: ['core/object-prune/output/tables.ts'],
    sums: '1 of 1 build would be deleted.',
    lines: () =>
      objectTables(
        reportOf({
          ...{
            feature: BUILD_PRUNE,
            dryRun: true,
            failures: [],
            now: LAYOUT.now,
            statuses: [{ status: 'would-delete' }],
          },
          plan: {
            options: {},
            kept: [],
            deletions: [
              {
                object: { kind: 'Build', namespace: NAMESPACE, name: BUILD, phase: 'Complete' },
                because: { because: 'orphan', owner: { kind: 'BuildConfig', namespace: NAMESPACE, name: STREAM } },
              },
            ],
          },
        }),
        LAYOUT,
      ),
    names: [NAMESPACE, BUILD, STREAM],
  },
  {
    files: ['core/why/output/table.ts'],
    lines: whyOf({ kind: 'image', argument: IMAGE, images: [whyImage] }),
    names: [IMAGE, `pod ${NAMESPACE}/${POD}`, longName('container'), `${STREAM}:${LONG_TAG}`, `${KEY}:*`],
  },
  {
    files: ['core/why/output/overview.ts'],
    lines: whyOf({ kind: 'stream', argument: KEY, stream: KEY, images: [whyImage, other] }),
    names: [KEY, LONG_TAG, SHORT, `${KEY}:*`],
  },
  {
    files: ['core/why/output/namespace.ts'],
    lines: whyOf({
      ...{ kind: 'namespace', argument: `${NAMESPACE}/`, namespace: { name: NAMESPACE, streams: [STREAM] } },
      images: Array.from({ length: 21 }, () => whyImage),
    }),
    names: [`namespace ${NAMESPACE}`, `\n${STREAM} `, KEY],
  },
  {
    files: ['core/schedule/output/table.ts'],
    sums: 'ImagePruner cluster: schedule 0 0 * * *, last run failed.',
    lines: () =>
      scheduleLines(
        reportOf({
          name: 'cluster',
          spec: {},
          effective: { schedule: '0 0 * * *', nodeSelector: { [longName('label')]: longName('value') } },
          conditions: [{ type: 'Failed', status: 'True', reason: longName('reason'), message: `job ${JOB} failed` }],
          cronJobs: [{ name: CRON_JOB, schedule: '0 0 * * *', suspend: false, active: 0 }],
          runs: [{ name: JOB, cronJob: CRON_JOB, status: 'failed', message: `pod ${POD} failed` }],
        }),
        LAYOUT,
      ),
    names: [longName('label'), longName('value'), longName('reason'), CRON_JOB, `\n${JOB} `, POD],
  },
];
