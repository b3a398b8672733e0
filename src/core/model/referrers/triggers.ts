import type { KubeObject } from '../kube.js';
import type { Reference } from '../referrer.js';
import { isRecord, listOf } from '../values/json.js';
import { unreadableReference } from './unreadable.js';

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
 * that it cannot read, but a tag was meant: such an annotation is reported, and keeps what it may mean.
 */
export function annotatedTriggers(object: KubeObject): Reference[] {
  const text: unknown = object.metadata.annotations?.[ANNOTATION];
  if (typeof text !== 'string' || text.trim() === '') return [];
  const triggers = parseTriggers(text);
  if (typeof triggers === 'string') return [unreadableAnnotation(text, triggers)];
  const sources = triggers.map((trigger) => fieldOf(trigger, 'from'));
  const wrong = sources.findIndex((from) => watchedTag(from) === undefined);
  const problem = `trigger ${wrong} does not name an ImageStreamTag`;
  return [
    ...sources.flatMap((from, index) => reference(object, `annotated trigger ${index}`, from)),
    ...(wrong === -1 ? [] : [unreadableAnnotation(text, problem)]),
  ];
}

/** Returns the image stream tags that the image change triggers of a deployment config watch. */
export function imageChangeTriggers(object: KubeObject): Reference[] {
  return listOf(object.spec?.triggers).flatMap((trigger, index) => {
    const from = fieldOf(fieldOf(trigger, 'imageChangeParams'), 'from');
    const field = `trigger ${index}`;
    const name = fieldOf(from, 'name');
    if (typeof name !== 'string' || watchedTag(from) !== undefined) return reference(object, field, from);
    return [unreadableReference(field, name, 'it does not name an ImageStreamTag', namespaceOf(from))];
  });
}

/** Returns the triggers in an annotation, or what is wrong with it. */
function parseTriggers(text: string): unknown[] | string {
  try {
    const triggers = JSON.parse(text) as unknown;
    return Array.isArray(triggers) ? triggers : triggers === null ? [] : 'it is not a list';
  } catch {
    return 'it is not JSON';
  }
}

function unreadableAnnotation(text: string, problem: string): Reference {
  return unreadableReference(`annotation ${ANNOTATION}`, text, problem);
}

function reference(object: KubeObject, field: string, from: unknown): Reference[] {
  const text = watchedTag(from);
  if (text === undefined) return [];
  const namespace = namespaceOf(from) ?? object.metadata.namespace ?? '';
  return [{ field, form: 'stream-tag', text, namespace, extended: true }];
}

/** Returns the tag that a trigger watches, as `name:tag`; undefined if it names none. */
function watchedTag(from: unknown): string | undefined {
  const { kind, name } = (from ?? {}) as TriggerSource;
  if (kind !== 'ImageStreamTag' || typeof name !== 'string' || name === '') return undefined;
  const text = name.includes(':') ? name : `${name}:latest`;
  return /^[^:]+:[^:]+$/.test(text) ? text : undefined;
}

function namespaceOf(from: unknown): string | undefined {
  const namespace = fieldOf(from, 'namespace');
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
