import { parseStreamImage, parseStreamTag } from '../../image-reference.js';
import type { KubeObject } from '../../kube.js';
import type { Reference } from '../../referrer.js';
import { textIn } from '../../values/json.js';
import { toKinds } from './family.js';
import { expand, hasPlaceholder, type Parameters } from './placeholders.js';
import { imageReferences, possible } from './references.js';
import { namespaceOf, walk, type Part, type PartReader } from './walk.js';

/** Annotation of a workload that names the image stream tags from which OpenShift sets its images, as JSON. */
const TRIGGERS = 'image.openshift.io/triggers';

/** Pod templates that are objects of their own. A cluster always has this kind. */
export const POD_TEMPLATES = toKinds({ group: '', kinds: { podtemplates: 'PodTemplate' } });

/**
 * Templates of OpenShift: objects with placeholders, which users create from the template later. Workloads, build
 * configs, triggers and image streams in them name images.
 * @see https://docs.openshift.com/container-platform/latest/openshift_images/using-templates.html
 */
export const TEMPLATES = toKinds({
  group: 'template.openshift.io',
  kinds: { templates: 'Template' },
  readers(parameters, object) {
    const read = streamReader(parameters, object);
    return [read, ({ value }) => triggers(value, read)];
  },
});

/** Reads references to image stream tags and images, in `from` and `to` of any object. */
function streamReader(parameters: Parameters, object: KubeObject): PartReader {
  const own = namespaceOf(object);
  return ({ value, key: field }) => {
    const name = textIn(value.name);
    if (name === undefined || name === '') return [];
    if (value.kind === 'DockerImage') return imageReferences(field, name, parameters);
    const form = FORMS.get(value.kind);
    if (!form) return [];
    const namespaces = expand(textIn(value.namespace) || own, parameters);
    return expand(name, parameters).flatMap((text) => namespaces.map((namespace) => form(field, text, namespace)));
  };
}

type ToReference = (field: string, text: string, namespace: string) => Reference;

/** A map, because anyone who writes a template chooses the kind. */
const FORMS = new Map<unknown, ToReference>([
  ['ImageStreamTag', toStreamReference('stream-tag', parseStreamTag)],
  ['ImageStreamImage', toStreamReference('stream-image', parseStreamImage)],
]);

function toStreamReference(form: 'stream-tag' | 'stream-image', parse: (text: string) => unknown): ToReference {
  return (field, text, namespace) => {
    const isOpen = hasPlaceholder(text) || hasPlaceholder(namespace) || typeof parse(text) === 'string';
    if (isOpen) return possible(field, `${namespace}/${text}`);
    return { field, form, text, namespace, extended: true };
  };
}

function triggers(value: Part['value'], read: PartReader): Reference[] {
  const text = textIn(value[TRIGGERS]);
  if (text === undefined) return [];
  try {
    return walk(JSON.parse(text), [read]);
  } catch {
    return [possible(`annotation ${TRIGGERS}`, text)];
  }
}
