import type { Freeable, RegistryStatusReport } from '../report.js';
import type { Space } from '../space.js';
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
  const { unavailable, pods, hasNoDeployment: _, ...state } = registry;
  return {
    apiVersion: 'regadm/v1',
    kind: 'RegistryStatus',
    time: timestamp(now),
    server,
    registry: { ...state, pods: pods?.map(toPod) },
    space: space && toSpace(space),
    freeable: freeable && toFreeable(freeable),
    unavailable,
  };
}

type ReportedPod = NonNullable<RegistryStatusReport['registry']['pods']>[number];
type DocumentPod = NonNullable<RegistryStatusDocument['registry']['pods']>[number];

function toPod({ name, phase, ready, readOnly, terminating, trouble }: ReportedPod): DocumentPod {
  return { name, phase, ready, readOnly, terminating, trouble };
}

function toSpace(space: Space): RegistryStatusDocument['space'] {
  const { images, imported, streams, tagItems, blobs, bytes, sharedBetweenNamespaces } = space;
  return {
    images,
    imported,
    imageStreams: streams,
    tagItems,
    blobs,
    bytes,
    sharedBetweenNamespaces,
    namespaces: space.namespaces.map(({ namespace, streams: imageStreams, ...rest }) => ({
      namespace,
      imageStreams,
      ...withShared(rest),
    })),
    streams: space.imageStreams.map(({ namespace, name, ...rest }) => ({ namespace, name, ...withShared(rest) })),
    untagged: withShared(space.untagged),
    ages: space.ages.map(({ upTo, ...rest }) => ({
      upTo: upTo === Infinity ? null : humanDuration(upTo),
      images: rest.images,
      bytes: rest.bytes,
    })),
  };
}

function toFreeable({ cells, revisions, ageTexts, invalid }: Freeable): RegistryStatusDocument['freeable'] {
  return {
    referrers: 'extended',
    cells: cells.flatMap((row, age) =>
      row.map((cell, at) => ({ keepTagRevisions: revisions[at]!, keepYoungerThan: ageTexts[age]!, ...cell })),
    ),
    invalidReferences: invalid,
  };
}

function withShared({ images, tagItems, bytes, unique }: SpaceOf): UsedSpace {
  return { images, tagItems, bytes, unique, shared: bytes - unique };
}
