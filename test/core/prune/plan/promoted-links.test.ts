import { planImagePrune } from '../../../../src/core/prune/plan/plan.js';
import {
  aPod,
  aSnapshot,
  anImage,
  anImageStream,
  anOrdinaryImage,
  digest,
  HOST,
  NOW,
  pruneOptions,
} from '../../../support/builders.js';

const [index, child] = [digest('index'), digest('old')];

/** Returns the links that a prune would delete in dev/app, of which prod/app has promoted an index of one child. */
function linksToDelete(referrers: 'oc' | 'extended', promotedFrom: string): string[] {
  const old = anOrdinaryImage('old');
  old.object.metadata.name = child;
  const prod = anImageStream('prod/app').withTag('v1', [index]);
  const [tag] = (prod.object.status as { tags: { items: { dockerImageReference?: string }[] }[] }).tags;
  tag!.items[0]!.dockerImageReference = `${HOST}/${promotedFrom}@${index}`;
  const snapshot = aSnapshot(
    old,
    anImage(index).withChildren([child]),
    anImageStream('dev/app').withTag('old', [child]),
    prod,
    aPod('prod/web').running(`${HOST}/prod/app:v1`),
  );
  const options = pruneOptions({ referrers, keepTagRevisions: 0 });
  const { streams } = planImagePrune({ snapshot, now: NOW }, options);
  const planned = streams.find(({ stream }) => stream.namespace === 'dev');
  expect(planned?.items).toHaveLength(1);
  return [...planned!.manifestLinks, ...planned!.layerLinks].map((id) => snapshot.digests.text(id));
}

test('an index that was promoted keeps the links of its children where it is pulled from', () => {
  expect(linksToDelete('extended', 'dev/app')).toEqual([]);
  expect(linksToDelete('extended', 'prod/app')).toContain(child);
  expect(linksToDelete('oc', 'dev/app')).toContain(child);
});
