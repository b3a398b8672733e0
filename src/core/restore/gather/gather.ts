import type { BackupRun } from '../../backup-directory/runs.js';
import type { RunContext } from '../../deletion/run-context.js';
import { mapParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import type { RegadmError } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { underNewTag } from '../plan/as-tag.js';
import type { ContentEvidence, ImageEvidence, RestoreEvidence, StreamEvidence } from '../plan/evidence.js';
import { planRestore } from '../plan/plan.js';
import { repositoryIn, targetsOf } from '../plan/targets.js';
import type { ListedImages, RestorePorts } from '../ports.js';
import type { GatherInput } from './input.js';
import { lookAround } from './look.js';
import { childrenOf, needsIn, readSavedNeeds, type Needs } from './needs.js';
import { addPushedNeeds } from './pushed-needs.js';
import { addSavedImages, readBackup, readSettings, type Selection } from './read-backup.js';
import { assertSameCluster } from './same-cluster.js';

/** Everything that a plan is computed from. */
export interface Gathered {
  runs: readonly BackupRun[];
  evidence: RestoreEvidence;
  targets: Map<Digest, RepositoryName[]>;
  content: ContentEvidence;
  /** Repositories that are known to have a blob, the most certain one first. */
  holders: Map<Digest, Set<RepositoryName>>;
  /** Parts of the backup that cannot be read. */
  failures: Failure[];
}

/** Maximum concurrent requests for image streams. */
const CONCURRENCY = 8;

/**
 * Reads the backup, and what the cluster and the registry have of it. Changes nothing.
 * @throws RegadmError if the backup belongs to another cluster, or something cannot be read
 */
export async function gather(input: GatherInput, context: RunContext): Promise<Gathered> {
  const { ports, backup, request, registry } = input;
  const { reporter, signal } = context;
  reporter.phase('reading the backup');
  const failures: Failure[] = [];
  const runs = await backup.runs((file, problem) => void failures.push(failureOf(`backup file ${file}`, problem)));
  if (!request.acceptOtherCluster) await assertSameCluster(runs, { backup, cluster: ports.cluster, signal });
  const selected = await readBackup(backup, runs, { selectors: request.selectors, failures });
  const needs = await readSavedNeeds(backup, pushedImages(selected), signal);
  await addSavedImages(backup, runs, { selected, names: childrenOf(needs) });
  reporter.phase('reading the cluster');
  const listed = await listImages(input, { selected, needs }, context);
  const streams = await readStreams(ports, streamsOf(selected, listed), signal);
  await addSettings(input, runs, streams);
  const added = await addPushedNeeds(input, { needs, selected, listed }, signal);
  await addSavedImages(backup, runs, { selected, names: added });
  const images = imagesOf(selected, { needs, listed });
  const found = { images, items: selected.items, streams };
  const items = request.asTag === undefined ? found.items : underNewTag(found, request.asTag, selected.byDigest);
  const evidence = { ...found, items };
  const targets = targetsOf(evidence);
  const places = withoutProblems(targets, streams);
  await input.assertReadable([...new Set([...places.values()].flat())], planRestore(evidence, targets, NOTHING_THERE));
  reporter.phase('checking content in the registry', places.size);
  const content = await lookAround({
    registry: places.size === 0 ? NOTHING_TO_ASK : await registry(),
    images,
    targets: places,
    isSaved: async (digest, bytes) => {
      const size = await backup.blobs.size(digest);
      return bytes === 0 ? size !== undefined : size === bytes;
    },
    holders: listed.holders,
    concurrency: request.registry.workers,
    signal,
    onLooked: () => reporter.tick(1),
  });
  return { runs, evidence, targets, content, holders: listed.holders, failures: selected.failures };
}

/** Omits the repositories to which nothing can be restored, and images that have no other. */
function withoutProblems(
  targets: ReadonlyMap<Digest, readonly RepositoryName[]>,
  streams: ReadonlyMap<RepositoryName, StreamEvidence>,
): Map<Digest, RepositoryName[]> {
  const isOpen = (name: RepositoryName): boolean => !('problem' in (streams.get(name) ?? {}));
  const open = [...targets].map(([image, names]): [Digest, RepositoryName[]] => [image, names.filter(isOpen)]);
  return new Map(open.filter(([, names]) => names.length > 0));
}

/** Stands for an empty registry, and a backup that has everything. */
const NOTHING_THERE: ContentEvidence = {
  hasManifest: () => false,
  hasBlob: () => false,
  problem: () => undefined,
  isAvailable: () => true,
};

/** Stands for a registry that is not needed. */
const NOTHING_TO_ASK = { findManifest: async () => undefined, findBlob: async () => undefined };

/** Returns the images that have a manifest in the registry. */
function pushedImages({ images, items }: Selection): Set<Digest> {
  const names = [...images.keys(), ...items.map(({ item }) => item.image)];
  return new Set(names.filter((name) => images.get(name)?.managed !== false));
}

async function listImages(
  { ports }: GatherInput,
  { selected, needs }: { selected: Selection; needs: Needs },
  { reporter, signal }: RunContext,
): Promise<ListedImages> {
  const images = new Set([...selected.images.keys(), ...selected.items.map(({ item }) => item.image), ...needs.keys()]);
  const blobs = new Set<Digest>();
  for (const read of needs.values()) for (const { digest } of needsIn(read)?.blobs ?? []) blobs.add(digest);
  return ports.cluster.listImages({ images, blobs }, { signal, onPage: (count) => reporter.tick(count) });
}

/** Returns the streams of the items, and those that references name. */
function streamsOf({ items, images }: Selection, listed: ListedImages): Set<RepositoryName> {
  const references = [
    ...items.map(({ item }) => item.dockerImageReference),
    ...[...images.values(), ...listed.images.values()]
      .filter(({ managed }) => managed)
      .map(({ reference }) => reference),
  ];
  return new Set([...items.map(({ stream }) => stream), ...references.flatMap((text) => repositoryIn(text) ?? [])]);
}

async function readStreams(
  { cluster }: RestorePorts,
  keys: Iterable<RepositoryName>,
  signal: AbortSignal,
): Promise<Map<RepositoryName, StreamEvidence>> {
  const namespaces = new Map<string, Promise<boolean | RegadmError>>();
  const hasNamespace = (name: string): Promise<boolean | RegadmError> => {
    const known = namespaces.get(name) ?? cluster.hasNamespace(name, signal);
    namespaces.set(name, known);
    return known;
  };
  const read = async (key: RepositoryName): Promise<[RepositoryName, StreamEvidence]> => {
    const stream = await cluster.findStream(key, signal);
    if (stream) return [key, stream];
    const namespace = key.slice(0, key.indexOf('/'));
    // If this user may not see whether the namespace exists, creating the stream shows it.
    if ((await hasNamespace(namespace)) !== false) return [key, { missing: true }];
    return [key, { problem: `namespace ${namespace} does not exist; create it first: oc new-project ${namespace}` }];
  };
  return new Map(await mapParallel(keys, CONCURRENCY, read));
}

/** Adds what the backup has of the streams that no longer exist. */
async function addSettings(
  { backup }: GatherInput,
  runs: readonly BackupRun[],
  streams: Map<RepositoryName, StreamEvidence>,
): Promise<void> {
  const missing = new Set([...streams].filter(([, state]) => 'missing' in state).map(([key]) => key));
  for (const [key, settings] of await readSettings(backup, runs, missing))
    streams.set(key, { missing: true, settings });
}

function imagesOf(
  { images, items }: Selection,
  { needs, listed }: { needs: Needs; listed: ListedImages },
): Map<Digest, ImageEvidence> {
  const names = new Set([...images.keys(), ...items.map(({ item }) => item.image), ...needs.keys()]);
  return new Map([...names].map((name) => [name, evidenceOf(name)]));

  function evidenceOf(name: Digest): ImageEvidence {
    const read = needs.get(name);
    const saved = images.get(name);
    const object = listed.images.get(name);
    const isPushed = (saved ?? object)?.managed !== false;
    const state = typeof read === 'object' && isPushed ? read : {};
    const isLost = read === 'missing' && isPushed && (saved !== undefined || object !== undefined);
    const lost = isLost ? { problem: 'its manifest is neither in the registry nor in the backup' } : {};
    return { name, saved, object, ...state, ...lost };
  }
}
