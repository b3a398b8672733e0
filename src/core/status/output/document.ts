import type { Freeable, PolicyTotal, RegistryStatusReport } from '../report.js';
import type { Amount } from '../../model/registry-storage.js';
import { consideredPulls } from '../../model/pulls.js';
import type { Pulled } from '../pulled.js';
import type { Space } from '../space.js';
import type { StoredSpace } from '../stored.js';
import type { SpaceOf } from '../space-meter.js';
import { humanDuration } from '../../model/values/age.js';
import { timestamp } from '../../terminal/text.js';
import type { RegistryStatusDocument, UsedSpace } from './document-type.js';

/** The RegistryStatus document of docs/registry-status.md. */
export function statusDocument({
  now,
  server,
  from,
  registry,
  space,
  stored,
  pulled,
  freeable,
}: RegistryStatusReport): RegistryStatusDocument {
  const { unavailable, pods, hasNoDeployment: _, ...state } = registry;
  return {
    apiVersion: 'regadm/v1',
    kind: 'RegistryStatus',
    time: timestamp(now),
    server,
    ...(from === undefined ? {} : { from }),
    registry: { ...state, pods: pods?.map(toPod) },
    space: space && toSpace(space, pulled),
    stored: stored && toStored(stored),
    pulls: pulled && { ...consideredPulls(pulled), recentImages: pulled.recentImages },
    freeable: freeable && toFreeable(freeable),
    unavailable,
  };
}

type ReportedPod = NonNullable<RegistryStatusReport['registry']['pods']>[number];
type DocumentPod = NonNullable<RegistryStatusDocument['registry']['pods']>[number];

function toPod({ name, phase, ready, readOnly, terminating, trouble }: ReportedPod): DocumentPod {
  return { name, phase, ready, readOnly, terminating, trouble };
}

function toSpace(space: Space, pulled: Pulled | undefined): RegistryStatusDocument['space'] {
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
      ...lastPulled(pulled?.namespaces.get(namespace)),
    })),
    streams: space.imageStreams.map(({ namespace, name, ...rest }) => ({
      namespace,
      name,
      ...withShared(rest),
      ...lastPulled(pulled?.streams.get(`${namespace}/${name}`)),
    })),
    untagged: withShared(space.untagged),
    ages: space.ages.map(({ upTo, ...rest }) => ({
      upTo: upTo === Infinity ? null : humanDuration(upTo),
      images: rest.images,
      bytes: rest.bytes,
    })),
  };
}

function lastPulled(time: number | undefined): { lastPulled?: string } {
  return time === undefined ? {} : { lastPulled: timestamp(time)! };
}

function toStored({
  text,
  place,
  blobs,
  usage,
  uploads,
  leftovers,
  trash,
}: StoredSpace): RegistryStatusDocument['stored'] {
  const amount = ({ count, bytes }: Amount): { blobs: number; bytes: number } => ({ blobs: count, bytes });
  return {
    storage: text,
    location: place,
    ...amount(blobs),
    inUse: usage && amount(usage.inUse),
    orphaned: usage && amount(usage.orphaned),
    young: usage && amount(usage.young),
    uploads: { count: uploads.count, bytes: uploads.bytes ?? null },
    trash: trash && { ...amount(trash), oldest: trash.oldest },
    leftoverSegments: leftovers && { segments: leftovers.count, bytes: leftovers.bytes },
  };
}

function toFreeable({ cells, revisions, ageTexts, invalid, policy }: Freeable): RegistryStatusDocument['freeable'] {
  return {
    referrers: 'extended',
    cells: cells.flatMap((row, age) =>
      row.map((cell, at) => ({ keepTagRevisions: revisions[at]!, keepYoungerThan: ageTexts[age]!, ...cell })),
    ),
    policy: policy && toPolicy(policy),
    invalidReferences: invalid,
  };
}

type PolicyEntry = NonNullable<NonNullable<RegistryStatusDocument['freeable']>['policy']>;

function toPolicy({ file, rules, tags, tagItems, images, bytes }: PolicyTotal): PolicyEntry {
  return { file, rules, imageStreamTags: tags, tagItems, images, bytes };
}

function withShared({ images, tagItems, bytes, unique }: SpaceOf): UsedSpace {
  return { images, tagItems, bytes, unique, shared: bytes - unique };
}
