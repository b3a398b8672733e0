import { isRecord, textIn } from '../../values/json.js';
import type { Parameters } from './placeholders.js';
import { imageReferences } from './references.js';
import type { Part, PartReader } from './walk.js';

/** How the fields that contain containers are called. Others are called as they are written. */
const LABELS: Record<string, string> = {
  containers: 'container',
  initContainers: 'init container',
  ephemeralContainers: 'ephemeral container',
  sidecars: 'sidecar',
  steps: 'step',
  stepTemplate: 'step template',
  volumes: 'volume',
  containerDisk: 'volume',
  containerStatuses: 'running container',
  initContainerStatuses: 'running init container',
};

/** Names a part as users find it in the object: `container web`. */
export function fieldOf({ key, name }: Pick<Part, 'key' | 'name'>): string {
  const label = Object.hasOwn(LABELS, key) ? LABELS[key]! : key;
  return `${label} ${name}`.trim();
}

/** Reads the images of containers wherever they are: `image`, and the `image.reference` of a volume. */
export function containerReader(parameters: Parameters): PartReader {
  return (part) => {
    const { image } = part.value;
    const text = isRecord(image) ? textIn(image.reference) : textIn(image);
    return text === undefined ? [] : imageReferences(fieldOf(part), text, parameters);
  };
}

/** Returns a reader of a field that states which image runs, as a runtime reports it. */
export function runningReader(field: string): PartReader {
  return (part) => {
    const text = textIn(part.value[field]);
    if (!text?.includes('sha')) return [];
    return [{ field: fieldOf(part), form: 'image-id', text, extended: true }];
  };
}
