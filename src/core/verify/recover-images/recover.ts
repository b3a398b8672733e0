import { createMapping } from '../../cluster/create-mapping.js';
import { createObject, findObject } from '../../cluster/objects.js';
import { IMAGES, IMAGE_STREAMS } from '../../cluster/resources.js';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { isRecord } from '../../model/values/json.js';
import type { Storage } from '../../storage/storage.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
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
 * Creates the Image object of each complete image, and lists it in the stream of its repository under a tag of its own.
 * Creates streams that do not exist. What fails for one image does not stop the others.
 */
export async function recoverImages(
  ports: ClusterPorts,
  lost: readonly LostImage[],
  options: RecoverOptions,
): Promise<Recovery[]> {
  const { reporter, signal } = ports;
  const recoveries: Recovery[] = [];
  reporter.phase('recovering images', lost.length);
  for (const image of lost) {
    recoveries.push(withOutcome(image, leftAlone(image) ?? (await attempt(ports, image, options))));
    reporter.tick();
  }
  const count = recoveries.filter(({ status }) => status === 'recovered').length;
  if (signal.aborted) reporter.note(`interrupted; recovered images: ${count}`);
  signal.throwIfAborted();
  return recoveries;
}

function leftAlone({ missing, index }: LostImage): RecoveryOutcome | undefined {
  if (missing.length > 0) return { status: 'incomplete' };
  return index === undefined ? undefined : { status: 'with-index' };
}

function withOutcome({ digest, repository, tags, bytes, missing }: LostImage, outcome: RecoveryOutcome): Recovery {
  return { digest, repository, tags, bytes, missing, ...outcome };
}

async function attempt(ports: ClusterPorts, image: LostImage, options: RecoverOptions): Promise<RecoveryOutcome> {
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
  { storage, host = REGISTRY_HOST }: RecoverOptions,
): Promise<RecoveryOutcome> {
  const { digest, repository } = lost;
  const [namespace = '', name = '', ...rest] = repository.split('/');
  if (name === '' || rest.length > 0) return { status: 'skipped', reason: 'its repository is not NAMESPACE/STREAM' };
  if (await findObject(api, { resource: IMAGES, name: digest }, { signal })) return { status: 'exists' };
  const [bytes] = await storage.findBlobs([digest], signal);
  if (bytes === undefined) return { status: 'skipped', reason: 'its manifest was deleted meanwhile' };
  const image = await imageObject(lost, `${host}/${repository}@${digest}`, storage);
  const mapping = { namespace, name, tag: recoveredTag(digest), image };
  if (await createMapping(api, mapping, { signal })) return { status: 'recovered' };
  const stream = { apiVersion: 'image.openshift.io/v1', kind: IMAGE_STREAMS.kind, metadata: { namespace, name } };
  await createObject(api, { resource: IMAGE_STREAMS, namespace, name }, stream, { signal });
  if (await createMapping(api, mapping, { signal })) return { status: 'recovered' };
  throw new RegadmError(`image stream ${repository} does not exist, although it was created`, { code: 'API_ERROR' });
}

/** Makes the Image object as the registry makes it for a push; the API server adds what it reads from the manifest. */
async function imageObject(
  { digest, manifest, mediaType, config }: LostImage,
  dockerImageReference: string,
  storage: Pick<Storage, 'readBlob'>,
): Promise<KubeObject> {
  const text = manifest.toString('utf8');
  const configText = config && (await storage.readBlob(config, MANIFEST_LIMIT_BYTES))?.toString('utf8');
  return {
    apiVersion: 'image.openshift.io/v1',
    kind: IMAGES.kind,
    metadata: {
      name: digest,
      annotations: {
        'openshift.io/image.managed': 'true',
        'image.openshift.io/manifestBlobStored': 'true',
        'image.openshift.io/dockerLayersOrder': 'ascending',
      },
    },
    dockerImageReference,
    dockerImageManifest: text,
    dockerImageManifestMediaType: mediaType,
    ...(configText === undefined ? {} : { dockerImageConfig: configText }),
    dockerImageLayers: layersIn(text),
  } as KubeObject;
}

function layersIn(manifest: string): { name: unknown; size: unknown; mediaType: unknown }[] {
  const { layers } = JSON.parse(manifest) as { layers?: unknown };
  if (!Array.isArray(layers)) return [];
  return layers.filter(isRecord).map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType }));
}
