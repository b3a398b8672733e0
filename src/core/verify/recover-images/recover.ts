import type { ClusterApi } from '../../cluster/api.js';
import { createMapping } from '../../cluster/create-mapping.js';
import { createObject, describeObject, findObject } from '../../cluster/objects.js';
import { IMAGES, IMAGE_STREAMS } from '../../cluster/resources.js';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { Digest } from '../../model/digest.js';
import type { KubeObject } from '../../model/kube.js';
import type { Storage } from '../../storage/storage.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
import { childrenFirst } from './children-first.js';
import { lostImageObject } from './image-object.js';
import { recoveredTag, type LostImage, type Recovery, type RecoveryOutcome } from './types.js';

/** Name of the registry's service, which image streams state too. */
const REGISTRY_HOST = 'image-registry.openshift-image-registry.svc:5000';

/** Returns what a recovery would do. */
export function planRecovery(lost: readonly LostImage[]): Recovery[] {
  return lost.map((image) => withOutcome(image, leftAlone(image) ?? { status: 'would-recover' }));
}

interface RecoverOptions {
  storage: Pick<Storage, 'readBlob' | 'findBlobs'>;
  /** Host of the registry in pull specs; undefined: that of its service. */
  host: string | undefined;
}

/**
 * Creates the Image object of each complete image, and lists it in the stream of its repository under a tag of its own,
 * unless an index that is recovered contains it. Creates streams that do not exist. What fails for one image does not
 * stop the others, except an index with it: the next run finds children only as long as no Image object names them.
 */
export async function recoverImages(
  ports: ClusterPorts,
  lost: readonly LostImage[],
  options: RecoverOptions,
): Promise<Recovery[]> {
  const { reporter, signal } = ports;
  const outcomes = new Map<LostImage, RecoveryOutcome>();
  const created = new Set<Digest>();
  reporter.phase('recovering images', lost.length);
  for (const image of childrenFirst(lost)) {
    const isBlocked = image.children.some((child) => !isThere(outcomes.get(child)!));
    const outcome =
      leftAlone(image) ?? (isBlocked ? CHILD_FAILED : await attempt(ports, image, { ...options, created }));
    outcomes.set(image, outcome);
    if (outcome.status === 'recovered') created.add(image.digest);
    reporter.tick();
  }
  const count = [...outcomes.values()].filter(({ status }) => status === 'recovered').length;
  if (signal.aborted) reporter.note(`interrupted; recovered images: ${count}`);
  signal.throwIfAborted();
  return lost.map((image) => withOutcome(image, outcomes.get(image)!));
}

const isThere = ({ status }: RecoveryOutcome): boolean => status === 'recovered' || status === 'exists';

const CHILD_FAILED: RecoveryOutcome = {
  status: 'failed',
  message: 'a child could not be recovered; run the same command again',
};

function leftAlone({ missing }: LostImage): RecoveryOutcome | undefined {
  return missing.length > 0 ? { status: 'incomplete' } : undefined;
}

function withOutcome(
  { digest, repository, tags, bytes, missing, index }: LostImage,
  outcome: RecoveryOutcome,
): Recovery {
  return { digest, repository, tags, bytes, missing, index, ...outcome };
}

interface AttemptOptions extends RecoverOptions {
  /** Images whose objects this run created: another repository can have the same image. */
  created: ReadonlySet<Digest>;
}

async function attempt(ports: ClusterPorts, image: LostImage, options: AttemptOptions): Promise<RecoveryOutcome> {
  if (ports.signal.aborted) return { status: 'skipped', reason: 'interrupted' };
  try {
    return await recover(ports, image, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return ports.signal.aborted
      ? { status: 'skipped', reason: 'interrupted' }
      : { status: 'failed', message: messageOf(error) };
  }
}

async function recover(
  { api, signal }: ClusterPorts,
  lost: LostImage,
  { storage, created, host = REGISTRY_HOST }: AttemptOptions,
): Promise<RecoveryOutcome> {
  const { digest, repository } = lost;
  const [namespace = '', name = '', ...rest] = repository.split('/');
  if (name === '' || rest.length > 0) return { status: 'skipped', reason: 'its repository is not NAMESPACE/STREAM' };
  const isNew = !created.has(digest);
  if (isNew && (await findObject(api, { resource: IMAGES, name: digest }, { signal }))) return { status: 'exists' };
  const [bytes] = await storage.findBlobs([digest], signal);
  if (bytes === undefined) return { status: 'skipped', reason: 'its manifest was deleted meanwhile' };
  const configText = lost.config && (await storage.readBlob(lost.config, MANIFEST_LIMIT_BYTES))?.toString('utf8');
  const image = lostImageObject(lost, { reference: `${host}/${repository}@${digest}`, configText });
  if (lost.index !== undefined) return createChild(api, image, signal);
  const mapping = { namespace, name, tag: recoveredTag(digest), image };
  if (await createMapping(api, mapping, { signal })) return assertCreated(api, digest, signal);
  const stream = { apiVersion: 'image.openshift.io/v1', kind: IMAGE_STREAMS.kind, metadata: { namespace, name } };
  await createObject(api, { resource: IMAGE_STREAMS, namespace, name }, stream, { signal });
  if (await createMapping(api, mapping, { signal })) return assertCreated(api, digest, signal);
  throw new RegadmError(`image stream ${repository} does not exist, although it was created`, { code: 'API_ERROR' });
}

/** Creates the Image object of a child, as a push by digest does: a mapping cannot do that without a tag. */
async function createChild(api: ClusterApi, image: KubeObject, signal: AbortSignal): Promise<RecoveryOutcome> {
  const reference = { resource: IMAGES, name: image.metadata.name };
  const result = await createObject(api, reference, image, { signal });
  if (result === 'created') return { status: 'recovered' };
  // No later run would find the child, once the object of its index names it.
  if (await findObject(api, reference, { signal })) return { status: 'exists' };
  throw new RegadmError(`the API server refused to create ${describeObject(reference)}`, { code: 'API_ERROR' });
}

/** The API server answers a mapping with a bare Status, which does not show what was done. */
async function assertCreated(api: ClusterApi, name: Digest, signal: AbortSignal): Promise<RecoveryOutcome> {
  const reference = { resource: IMAGES, name };
  if (await findObject(api, reference, { signal })) return { status: 'recovered' };
  throw new RegadmError(`${describeObject(reference)} does not exist, although it was created`, { code: 'API_ERROR' });
}
