import type { KubeObject } from '../kube.js';
import type { Reference } from '../referrer.js';
import { isRecord, listOf } from '../values/json.js';

/**
 * The annotation that names the image stream tags from which OpenShift sets the images of a workload.
 * @see https://docs.openshift.com/container-platform/latest/openshift_images/triggering-updates-on-imagestream-changes.html
 */
const ANNOTATION = 'image.openshift.io/triggers';

/** The tag that a trigger watches. */
interface TriggerSource {
  kind?: unknown;
  namespace?: unknown;
  name?: unknown;
}

/**
 * Returns the image stream tags that the triggers in the annotation of a workload watch. OpenShift ignores triggers
 * that it cannot read, and so does this function.
 */
export function annotatedTriggers(object: KubeObject): Reference[] {
  return annotatedSources(object).flatMap((from, index) => reference(object, `annotated trigger ${index}`, from));
}

/** Returns the image stream tags that the image change triggers of a deployment config watch. */
export function imageChangeTriggers(object: KubeObject): Reference[] {
  return listOf(object.spec?.triggers).flatMap((trigger, index) =>
    reference(object, `trigger ${index}`, fieldOf(fieldOf(trigger, 'imageChangeParams'), 'from')),
  );
}

function annotatedSources({ metadata }: KubeObject): unknown[] {
  const text: unknown = metadata.annotations?.[ANNOTATION];
  if (typeof text !== 'string') return [];
  try {
    return listOf(JSON.parse(text)).map((trigger) => fieldOf(trigger, 'from'));
  } catch {
    return [];
  }
}

function reference(object: KubeObject, field: string, from: unknown): Reference[] {
  const { kind, namespace, name } = (from ?? {}) as TriggerSource;
  if (kind !== 'ImageStreamTag' || typeof name !== 'string') return [];
  const text = name.includes(':') ? name : `${name}:latest`;
  // A reference that cannot be parsed would stop the run.
  if (!/^[^:]+:[^:]+$/.test(text)) return [];
  const own = object.metadata.namespace ?? '';
  return [
    {
      field,
      form: 'stream-tag',
      text,
      namespace: typeof namespace === 'string' && namespace !== '' ? namespace : own,
      extended: true,
    },
  ];
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
