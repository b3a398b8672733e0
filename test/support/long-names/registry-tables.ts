import { statusPieces } from '../../../src/core/status/output/table.js';
import { pullsOutput } from '../../../src/core/pulls/output.js';
import { verifyLines } from '../../../src/core/verify/output/table.js';
import { registryModeOutput } from '../../../src/core/operator/mode-output.js';
import { registryRestartOutput } from '../../../src/core/operator/restart-output.js';
import { IMAGE, KEY, LAYOUT, LONG_TAG, NAMESPACE, STREAM, longName, reportOf, type TableCase } from './names.js';

const SPACE = { images: 1, tagItems: 1, bytes: 123_456_789, unique: 12_345_678 };
const BLOB = `sha256:${'b'.repeat(64)}`;
const POD = longName('pod');
const ROUTE = `${longName('route')}.example.com`;
const CLAIM = longName('claim');
const FILE = `/${longName('directory')}/pulls.json`;

const status = {
  now: LAYOUT.now,
  registry: {
    routes: [ROUTE],
    replicas: { wanted: 1 },
    pods: [{ name: POD, trouble: 'ImagePullBackOff' }],
    storage: { kind: 'pvc', place: CLAIM },
    conditions: [{ type: longName('condition'), status: 'True', reason: longName('reason'), message: `pod ${POD}` }],
    unavailable: [{ what: 'the routes', message: `user ${longName('user')} may not list routes` }],
  },
  space: {
    ...SPACE,
    ...{ imported: 0, streams: 1, blobs: 1, sharedBetweenNamespaces: 0, untagged: SPACE, ages: [] },
    namespaces: [{ namespace: NAMESPACE, streams: 1, ...SPACE }],
    imageStreams: [{ namespace: NAMESPACE, name: STREAM, ...SPACE }],
  },
  pulled: {
    file: FILE,
    recentImages: 1,
    namespaces: new Map([[NAMESPACE, LAYOUT.now]]),
    streams: new Map([[KEY, LAYOUT.now]]),
  },
};

const verification = {
  summary: { images: 1, blobs: 1, bytesRead: 0, broken: 1, unlistedImages: 0, importedImages: 0 },
  broken: [
    {
      image: IMAGE,
      problems: [{ what: 'missing-layer', digest: BLOB, repository: KEY }],
      tags: [{ namespace: NAMESPACE, name: STREAM, tag: LONG_TAG, position: 0 }],
      uses: [{ kind: 'Pod', namespace: NAMESPACE, name: POD }],
      remedies: [`push ${KEY}:${LONG_TAG} again`],
    },
  ],
  unchecked: [{ target: `manifest ${IMAGE}`, message: 'the registry does not answer' }],
};

/** The tables of `regadm registry`. */
export const REGISTRY_TABLES: TableCase[] = [
  {
    files: ['core/status/output/table.ts'],
    sums: '1 image in 1 stream, 117.7 MiB',
    lines: () => statusPieces(reportOf(status), LAYOUT),
    names: [NAMESPACE, KEY, POD, ROUTE, CLAIM, FILE, longName('condition'), longName('reason'), longName('user')],
  },
  {
    files: ['core/pulls/output.ts'],
    sums: '1 repository with 0 pulled images and 1 pulled tag.',
    lines: () =>
      pullsOutput.table(
        reportOf({
          file: FILE,
          counts: { lines: 1, pulls: 1, ignored: 0 },
          document: {
            coverage: { from: null, to: null, gaps: [] },
            pulls: [{ repository: KEY, tag: LONG_TAG, lastPulled: '2026-01-01T00:00:00Z' }],
          },
        }),
        LAYOUT,
      ),
    names: [KEY, FILE],
  },
  {
    files: ['core/verify/output/table.ts', 'core/verification/output/table.ts'],
    sums: '1 image is broken; not everything could be checked.',
    lines: () =>
      verifyLines(
        reportOf({
          verification,
          links: [{ status: 'would-write', kind: 'layer', repository: KEY, digest: BLOB }],
          lostImages: [
            {
              ...{ status: 'would-recover', digest: IMAGE, repository: KEY, tags: [LONG_TAG], bytes: 1 },
              ...{ missing: [{ what: 'missing-layer', digest: BLOB }], index: BLOB },
            },
          ],
        }),
        LAYOUT,
      ),
    names: [IMAGE, BLOB, KEY, `${KEY}:${LONG_TAG}`, `${NAMESPACE}/${POD}`],
  },
  {
    files: ['core/operator/mode-output.ts'],
    lines: () =>
      registryModeOutput.table(
        reportOf({
          ...{ readOnly: true, previous: false, pending: `pod ${POD} is not ready` },
          pods: [{ name: POD, phase: 'Running' }],
          conditions: [{ type: longName('condition'), status: 'True', reason: longName('reason') }],
        }),
      ),
    names: [`pod ${POD}  `, `pod ${POD} is`, longName('condition'), longName('reason')],
  },
  {
    files: ['core/operator/restart-output.ts'],
    lines: () => registryRestartOutput.table(reportOf({ previous: [longName('old-pod')], pods: [POD] })),
    names: [longName('old-pod'), POD],
  },
];
