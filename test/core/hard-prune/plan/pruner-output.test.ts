import { parsePrunerLine } from '../../../../src/core/hard-prune/plan/pruner-output.js';
import { digest } from '../../../support/builders.js';

const blob = digest('blob');
const hex = blob.slice(7);
const log = (message: string, level = 'info'): string =>
  `time="2026-01-01T00:00:00.1Z" level=${level} msg=${JSON.stringify(message)} go.version=go1.19 instance.id=1`;

test.each([
  [log(`Would delete blob: ${blob}`), { kind: 'blob', digest: blob }],
  [log(`Deleting blob: /docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}`), { kind: 'blob', digest: blob }],
  [
    log(`Deleting blob: /docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`),
    { kind: 'blob', digest: blob },
  ],
  [log(`Would delete manifest link: ns/app@${blob}`), { kind: 'manifest-link', repository: 'ns/app', digest: blob }],
  [log(`Deleting manifest link: ns/app@${blob}`), { kind: 'manifest-link', repository: 'ns/app', digest: blob }],
  [log('Would delete repository: ns/gone'), { kind: 'repository', name: 'ns/gone' }],
  [log('Deleting repo: /docker/registry/v2/repositories/ns/gone'), { kind: 'repository', name: 'ns/gone' }],
  [JSON.stringify({ level: 'info', msg: `Would delete blob: ${blob}` }), { kind: 'blob', digest: blob }],
  ['Would delete 13374 blobs', { kind: 'summary-blobs', count: 13374 }],
  ['Would free up 2.835 GiB of disk space', { kind: 'summary-bytes', bytes: 3044058071 }],
  ['Freed up 2.32KiB of disk space', { kind: 'summary-bytes', bytes: 2376 }],
  ['Freed up 0B of disk space', { kind: 'summary-bytes', bytes: 0 }],
  [
    'time="x" level=error msg="failed to get the \\"image\\" stream" error="it is \\"forbidden\\""',
    { kind: 'error', message: 'failed to get the "image" stream: it is "forbidden"' },
  ],
  [
    log(`Keeping the blob ${blob} (it belongs to the image registry/ns/app@${blob})`, 'debug'),
    { kind: 'kept-blob', digest: blob },
  ],
  [log('Processing repository ns/app', 'debug'), { kind: 'repository-seen' }],
  [log('Processing blobs', 'debug'), { kind: 'blobs-begin' }],
  [log(`filesystem.Stat("/blobs/${blob}")`, 'debug'), { kind: 'debug' }],
  [log(`Would delete blob: ${blob}`, 'debug'), { kind: 'debug' }],
  [log('No repositories found: x', 'warning'), { kind: 'warning', message: 'No repositories found: x' }],
  ['level=fatal msg=oops', { kind: 'error', message: 'oops' }],
])('%s', (line, expected) => {
  expect(parsePrunerLine(line)).toEqual(expected);
});

test.each([
  '',
  'Use -prune=delete to actually delete the data',
  'panic: runtime error',
  '{"broken',
  log('start prune (dry-run mode)'),
  log('Would delete blob: sha256:short'),
  log(`Would delete blob: ${blob}?x`),
  log(`Keeping the blob ${blob} (it belongs to the image x)`),
  log(`Would delete manifest link: ns/app@${blob}/..`),
  log(`Deleting blob: /docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}0`),
])('any other line is kept unchanged: %s', (line) => {
  expect(parsePrunerLine(line)).toEqual({ kind: 'other', text: line });
});
