import { apiVersionOf, IMAGES } from '../../cluster/resources.js';
import type { KubeObject } from '../../model/kube.js';
import { isRecord } from '../../model/values/json.js';
import type { LostImage } from './types.js';

interface Context {
  /** Pull spec by digest. */
  reference: string;
  /** Text of the config; undefined if the image has none. */
  configText?: string;
}

/** Makes the Image object as the registry makes it for a push; the API server adds what it reads from the manifest. */
export function lostImageObject(
  { digest, manifest, mediaType, config }: LostImage,
  { reference, configText }: Context,
): KubeObject {
  const text = manifest.toString('utf8');
  const parsed = JSON.parse(text) as Record<string, unknown>;
  const isIndex = Array.isArray(parsed.manifests);
  return {
    apiVersion: apiVersionOf(IMAGES),
    kind: IMAGES.kind,
    metadata: {
      name: digest,
      annotations: {
        'openshift.io/image.managed': 'true',
        'image.openshift.io/manifestBlobStored': 'true',
        'image.openshift.io/dockerLayersOrder': isIndex ? '' : 'ascending',
      },
    },
    dockerImageReference: reference,
    dockerImageManifest: text,
    dockerImageManifestMediaType: mediaType,
    ...(configText === undefined ? {} : { dockerImageConfig: configText }),
    ...(isIndex
      ? { dockerImageMetadata: { ...METADATA, Id: digest }, dockerImageManifests: childrenIn(parsed) }
      : imageFields(parsed, config)),
  } as KubeObject;
}

const METADATA = { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0' };

/** Without these entries, nothing that reads the Image object knows the children of an index. */
function childrenIn({ manifests }: Record<string, unknown>): object[] {
  return recordsIn(manifests).map(({ digest, mediaType, size, platform }) => {
    const { architecture = '', os = '', variant } = isRecord(platform) ? platform : {};
    return { digest, mediaType, manifestSize: size, architecture, os, ...(variant === undefined ? {} : { variant }) };
  });
}

function imageFields(manifest: Record<string, unknown>, config: string | undefined): object {
  const layers = recordsIn(manifest.layers).map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType }));
  if (config === undefined) return { dockerImageLayers: layers };
  const sizes = new Map([...layers.map(({ name, size }) => [name, size] as const), [config, sizeOf(manifest.config)]]);
  const Size = [...sizes.values()].reduce<number>((sum, size) => sum + (typeof size === 'number' ? size : 0), 0);
  return { dockerImageMetadata: { ...METADATA, Id: config, Size }, dockerImageLayers: layers };
}

const recordsIn = (list: unknown): Record<string, unknown>[] => (Array.isArray(list) ? list.filter(isRecord) : []);

const sizeOf = (descriptor: unknown): unknown => (isRecord(descriptor) ? descriptor.size : undefined);
