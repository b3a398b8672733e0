import type { Reference } from '../referrer.js';

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
