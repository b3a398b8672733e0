import type { RegistryStatusReport } from '../report.js';
import type { SpaceOf } from '../space-meter.js';
import { humanDuration } from '../../terminal/age.js';
import { timestamp } from '../../terminal/text.js';
import type { RegistryStatusDocument, UsedSpace } from './document-type.js';

/** The RegistryStatus document of docs/registry-status.md. */
export function statusDocument({
  now,
  server,
  registry,
  space,
  freeable,
}: RegistryStatusReport): RegistryStatusDocument {
  const { unavailable, pods, ...state } = registry;
  return {
    apiVersion: 'regadm/v1',
    kind: 'RegistryStatus',
    time: timestamp(now),
    server,
    registry: {
      ...state,
      pods: pods?.map(({ name, phase, ready, readOnly, terminating, trouble }) => ({
        name,
        phase,
        ready,
        readOnly,
        terminating,
        trouble,
      })),
    },
    space: space && {
      images: space.images,
      imported: space.imported,
      imageStreams: space.streams,
      tagItems: space.tagItems,
      blobs: space.blobs,
      bytes: space.bytes,
      sharedBetweenNamespaces: space.sharedBetweenNamespaces,
      namespaces: space.namespaces.map(({ namespace, streams, ...rest }) => ({
        namespace,
        imageStreams: streams,
        ...withShared(rest),
      })),
      streams: space.imageStreams.map(({ namespace, name, ...rest }) => ({ namespace, name, ...withShared(rest) })),
      untagged: withShared(space.untagged),
      ages: space.ages.map(({ upTo, images, bytes }) => ({
        upTo: upTo === Infinity ? null : humanDuration(upTo),
        images,
        bytes,
      })),
    },
    freeable: freeable && {
      referrers: 'extended',
      cells: freeable.cells.flatMap((cells, age) =>
        cells.map((cell, at) => ({
          keepTagRevisions: freeable.revisions[at]!,
          keepYoungerThan: freeable.ageTexts[age]!,
          ...cell,
        })),
      ),
      invalidReferences: freeable.invalid,
    },
    unavailable,
  };
}

function withShared({ images, tagItems, bytes, unique }: SpaceOf): UsedSpace {
  return { images, tagItems, bytes, unique, shared: bytes - unique };
}
