import { packImages } from './image-columns.js';
import { reduceImage } from '../image.js';
import { reduceStream } from '../image-stream.js';
import type { KubeObject } from '../kube.js';
import { reduceLimitRange } from '../limit-range.js';
import { REFERRER_KINDS, type ReferrerResource } from '../referrers/index.js';
import { emptySnapshot, internStream, type Snapshot } from './snapshot.js';

/** Builds a snapshot from complete lists, by resource name (`images`, `imagestreams`, `pods`, …). */
export function buildSnapshot(lists: Record<string, KubeObject[] | undefined>): Snapshot {
  const snapshot = emptySnapshot();
  snapshot.images.addColumns(packImages((lists.images ?? []).map(reduceImage)));
  snapshot.streams = (lists.imagestreams ?? []).map((object) => internStream(reduceStream(object), snapshot.digests));
  snapshot.referrers = (Object.keys(REFERRER_KINDS) as ReferrerResource[]).flatMap((resource) =>
    (lists[resource] ?? []).map(REFERRER_KINDS[resource]),
  );
  snapshot.limits = (lists.limitranges ?? []).flatMap(reduceLimitRange);
  return snapshot;
}
