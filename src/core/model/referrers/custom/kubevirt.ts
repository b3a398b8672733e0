import type { Reference } from '../../referrer.js';
import { isDigest } from '../../digest.js';
import { isRecord, listOf, textIn } from '../../values/json.js';
import { toKinds } from './family.js';
import type { Parameters } from './placeholders.js';
import { fieldOf } from './readers.js';
import { imageReferences, parameterReferences, possible } from './references.js';
import { walk, type Part, type PartReader } from './walk.js';

/** Annotation with images of containers that run next to a virtual machine, as JSON. */
const HOOKS = 'hooks.kubevirt.io/hookSidecars';

/** Annotations with the image that a schedule imports next: its digest, or its pull spec. */
const NEXT_IMPORT = [
  'cdi.kubevirt.io/storage.import.sourceDesiredDigest',
  'cdi.kubevirt.io/storage.import.imageStreamDockerRef',
];

/**
 * KubeVirt: disks in containers, and disks that are imported from a registry. A machine that is switched off has no
 * pod.
 * @see https://kubevirt.io/user-guide/storage/disks_and_volumes/
 */
export const KUBEVIRT = toKinds({
  group: 'kubevirt.io',
  kinds: {
    virtualmachines: 'VirtualMachine',
    virtualmachineinstances: 'VirtualMachineInstance',
    virtualmachineinstancereplicasets: 'VirtualMachineInstanceReplicaSet',
  },
  readers: readersOfMachines,
});

/** Pools of virtual machines, which can be empty. */
export const POOLS = toKinds({
  group: 'pool.kubevirt.io',
  kinds: { virtualmachinepools: 'VirtualMachinePool' },
  readers: readersOfMachines,
});

function readersOfMachines(parameters: Parameters): PartReader[] {
  return [sourceReader(parameters), ({ value }) => hooks(value, parameters)];
}

/**
 * Containerized Data Importer: disks that are imported from a registry or an image stream, once or by a schedule.
 * @see https://github.com/kubevirt/containerized-data-importer/blob/main/doc/image-from-registry.md
 */
export const CDI = toKinds({
  group: 'cdi.kubevirt.io',
  kinds: { datavolumes: 'DataVolume', dataimportcrons: 'DataImportCron' },
  readers: (parameters) => [sourceReader(parameters), imported, nextImport],
});

/** Reads the source of an import: the URL of an image, or an image stream in the object's namespace. */
function sourceReader(parameters: Parameters): PartReader {
  return ({ value, key, name }) => {
    if (key !== 'registry') return [];
    const url = textIn(value.url);
    const stream = textIn(value.imageStream);
    const field = `${fieldOf({ key: 'source', name })} registry`;
    return [
      ...(url === undefined ? [] : imageReferences(field, url, parameters)),
      ...(stream === undefined ? [] : streamReferences(field, stream)),
    ];
  };
}

/** Returns the references to an image stream: without a tag, the import takes any of its tags. */
function streamReferences(field: string, text: string): Reference[] {
  if (/^[^:]+:[^:]+$/.test(text)) return imageReferences(field, text, new Map());
  return text.trim() === '' ? [] : [possible(field, text)];
}

/** Reads the digests of the images that a schedule has imported. */
function imported({ value, key }: Part): Reference[] {
  return key === 'currentImports' ? digestOrPullSpec('import', textIn(value.Digest)) : [];
}

/** Reads the annotations that name the image of the next import. */
function nextImport({ value, key }: Part): Reference[] {
  if (key !== 'annotations') return [];
  return NEXT_IMPORT.flatMap((annotation) => digestOrPullSpec('next import', textIn(value[annotation])));
}

function digestOrPullSpec(field: string, text = ''): Reference[] {
  if (isDigest(text)) return [{ field, form: 'digest', text, extended: true }];
  return parameterReferences(field, text);
}

function hooks(value: Part['value'], parameters: Parameters): Reference[] {
  const text = textIn(value[HOOKS]);
  if (text === undefined) return [];
  try {
    const sidecars = listOf(JSON.parse(text)).filter(isRecord);
    const read: PartReader = ({ value: sidecar }) =>
      imageReferences('hook sidecar', textIn(sidecar.image) ?? '', parameters);
    return walk(sidecars, [read]);
  } catch {
    return [possible(`annotation ${HOOKS}`, text)];
  }
}
