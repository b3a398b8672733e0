import { describeReason } from '../../../../../src/core/graph/reason.js';
import { LiveView } from '../../../../../src/core/prune/execute/watch/live-view.js';
import { reduceWholeImage } from '../../../../../src/core/model/image-manifest.js';
import { reduceStream } from '../../../../../src/core/model/image-stream.js';
import { REFERRER_KINDS } from '../../../../../src/core/model/referrers/index.js';
import type { Referrer } from '../../../../../src/core/model/referrer.js';
import {
  anImageStream,
  anOrdinaryImage,
  aPod,
  aSnapshot,
  digest,
  NOW,
  pruneOptions,
  HOST,
} from '../../../../support/builders.js';

const NAMES = ['app', 'signature', 'countersignature', 'other'];
const [app, signature, countersignature, other] = [
  digest('app'),
  digest('signature'),
  digest('countersignature'),
  digest('other'),
];
const tagOf = (subject: string): string => `${subject.replace(':', '-')}.sig`;

/** A chain: prod/app:y was promoted from dev/app:x; its signature is signed, both in sec/app. */
function aView(): LiveView {
  const promoted = anImageStream('prod/app').withTag('y', [app]);
  const [tag] = promoted.object.status!.tags as { items: { dockerImageReference?: string }[] }[];
  tag!.items[0]!.dockerImageReference = `${HOST}/dev/app@${app}`;
  const snapshot = aSnapshot(
    ...NAMES.map(anOrdinaryImage),
    anImageStream('dev/app').withTag('x', [app]),
    promoted,
    anImageStream('sec/app').withTag(tagOf(app), [signature]).withTag(tagOf(signature), [countersignature]),
    anImageStream('shop/other').withTag('z', [other]),
  );
  return new LiveView({ snapshot, options: pruneOptions({ keepTagRevisions: 0 }) }, NOW);
}

/** Lists the tags whose newest item the view keeps. */
function keptIn(view: LiveView): string[] {
  const items = [...view.streams.all()].flatMap((stream) =>
    stream.tags
      .filter((_, tag) => view.item(stream, tag, 0).kept)
      .map(({ name }) => `${stream.namespace}/${stream.name}:${name}`),
  );
  return items.sort();
}

const podOf = (image: string): Referrer => REFERRER_KINDS.pods(aPod('prod/web').running(image).object);

test('a new use keeps everything that depends on the image that it keeps', () => {
  const view = aView();
  expect(keptIn(view)).toEqual([]);
  const pod = podOf(`${HOST}/prod/app:y`);
  view.putReferrer(pod);
  const chain = ['dev/app:x', 'prod/app:y', `sec/app:${tagOf(app)}`, `sec/app:${tagOf(signature)}`].sort();
  expect(keptIn(view)).toEqual(chain);
  view.removeReferrer(pod);
  expect(keptIn(view)).toEqual([]);
});

test('a reason names who uses the image now', () => {
  const view = aView();
  const [first, second] = ['first', 'second'].map((name): Referrer => ({ ...podOf(`${HOST}/shop/other:z`), name }));
  const reasonOf = (): string => describeReason(view.item(view.stream('shop/other')!, 0, 0).because);
  view.putReferrer(first!);
  expect(reasonOf()).toContain('prod/first');
  view.putReferrer(second!);
  view.removeReferrer(first!);
  expect(reasonOf()).toContain('prod/second');
});

test('an image that such an item lists is kept after the item is gone', () => {
  const view = aView();
  view.removeStream('shop/other');
  view.putReferrer(podOf(`${HOST}/prod/app:y`));
  const isKept = (name: string): boolean => view.imageBlocked(view.images.find(name)) !== undefined;
  expect([app, signature, countersignature, other].map(isKept)).toEqual([true, true, true, false]);
});

test.each([
  ['its object is not known yet', false],
  ['its object is known', true],
])('an image that appears keeps what belongs to it: %s', (_, isKnown) => {
  const [late, sbom, signed] = [digest('late'), digest('sbom'), digest('signed sbom')];
  const snapshot = aSnapshot(
    ...['sbom', 'signed sbom', 'other'].map(anOrdinaryImage),
    anImageStream('shop/app').withTag('sbom', [sbom]).withTag('signed', [signed]).withTag('other', [other]),
  );
  const number = (name: string): number => snapshot.digests.intern(name);
  snapshot.subjects.set(number(sbom), number(late)).set(number(signed), number(sbom));
  const view = new LiveView({ snapshot, options: pruneOptions({ keepTagRevisions: 0 }) }, NOW);
  expect(keptIn(view)).toEqual([]);
  if (isKnown) view.putImage(reduceWholeImage(anOrdinaryImage('late').created(new Date(NOW).toISOString()).object));
  view.putStream(reduceStream(anImageStream('shop/late').withTag('x', [late]).object));
  expect(keptIn(view)).toEqual(expect.arrayContaining(['shop/app:sbom', 'shop/app:signed']));
  expect(keptIn(view)).not.toContain('shop/app:other');
  const isKept = (name: string): boolean => view.imageBlocked(view.images.find(name)) !== undefined;
  view.removeStream('shop/app');
  expect([sbom, signed, other].map(isKept)).toEqual([true, true, false]);
});
