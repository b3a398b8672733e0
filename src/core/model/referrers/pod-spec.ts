import type { Reference } from '../referrer.js';
import { isRecord, listOf, textIn } from '../values/json.js';

interface Container {
  name?: string;
  image?: string;
}

/** The parts of a pod's spec that name images. */
export interface PodSpec {
  containers?: Container[] | null;
  initContainers?: Container[] | null;
  ephemeralContainers?: Container[] | null;
  volumes?: { name?: string; image?: { reference?: string } | null }[] | null;
}

/**
 * Returns the references in a pod's spec: containers and init containers and, beyond `oc`, ephemeral ones and volumes.
 */
export function podSpecReferences(spec: PodSpec | null | undefined): Reference[] {
  return [
    ...containers('container', spec?.containers),
    ...containers('init container', spec?.initContainers),
    ...containers('ephemeral container', spec?.ephemeralContainers).map((reference) => ({
      ...reference,
      extended: true,
    })),
    ...imageVolumes(spec),
  ];
}

function containers(what: string, list: Container[] | null | undefined): Reference[] {
  return (list ?? [])
    .filter(({ image }) => (image ?? '').trim() !== '')
    .map(({ name, image }) => ({ field: `${what} ${name ?? ''}`, form: 'pull-spec', text: image! }));
}

function imageVolumes(spec: PodSpec | null | undefined): Reference[] {
  return (spec?.volumes ?? [])
    .filter((volume) => (volume.image?.reference ?? '').trim() !== '')
    .map((volume) => ({
      field: `volume ${volume.name ?? ''}`,
      form: 'pull-spec',
      text: volume.image!.reference!,
      extended: true,
    }));
}

/** Returns the parts of a value that can belong to a pod's spec, if nobody has checked its types. */
export function uncheckedPodSpec(value: unknown): PodSpec {
  if (!isRecord(value)) return {};
  const containersIn = (list: unknown): Container[] =>
    listOf(list)
      .filter(isRecord)
      .map(({ name, image }) => ({ name: textIn(name), image: textIn(image) }));
  return {
    containers: containersIn(value.containers),
    initContainers: containersIn(value.initContainers),
    ephemeralContainers: containersIn(value.ephemeralContainers),
    volumes: listOf(value.volumes)
      .filter(isRecord)
      .map(({ name, image }) => ({
        name: textIn(name),
        image: { reference: isRecord(image) ? textIn(image.reference) : undefined },
      })),
  };
}
