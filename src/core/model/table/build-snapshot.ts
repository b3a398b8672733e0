import { packImages } from './image-packer.js';
import { reduceWholeImage } from '../image-manifest.js';
import { reduceStream } from '../image-stream.js';
import type { KubeObject } from '../kube.js';
import { reduceLimitRange } from '../limit-range.js';
import { checkedReducer } from '../reduce-object.js';
import { REFERRER_KINDS, type ReferrerResource } from '../referrers/index.js';
import { streamReferrer } from '../referrers/stream.js';
import { emptySnapshot, internStream, type Snapshot } from './snapshot.js';

/**
 * Builds a snapshot from complete lists, by resource name (`images`, `imagestreams`, `pods`, …).
 * @throws Error that names an object if one of its fields has an unexpected type
 */
export function buildSnapshot(lists: Record<string, KubeObject[] | undefined>): Snapshot {
  const snapshot = emptySnapshot();
  snapshot.images.addColumns(packImages((lists.images ?? []).map(checkedReducer('images', reduceWholeImage))));
  snapshot.subjects = new Map(snapshot.images.statedSubjects);
  snapshot.streams = (lists.imagestreams ?? [])
    .map(checkedReducer('imagestreams', reduceStream))
    .map((record) => internStream(record, snapshot.digests));
  snapshot.referrers = (Object.keys(REFERRER_KINDS) as ReferrerResource[]).flatMap((resource) =>
    (lists[resource] ?? []).map(checkedReducer(resource, REFERRER_KINDS[resource])),
  );
  snapshot.referrers.push(...snapshot.streams.flatMap((stream) => streamReferrer(stream) ?? []));
  snapshot.limits = (lists.limitranges ?? []).flatMap(checkedReducer('limitranges', reduceLimitRange));
  return snapshot;
}
