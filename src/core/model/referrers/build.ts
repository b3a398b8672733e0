import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';

interface ObjectReference {
  kind?: string;
  namespace?: string;
  name?: string;
}

interface BuildSpec {
  strategy?: Record<
    'sourceStrategy' | 'dockerStrategy' | 'customStrategy',
    { from?: ObjectReference | null } | null | undefined
  >;
  source?: { images?: { from?: ObjectReference | null }[] | null } | null;
  output?: { to?: ObjectReference | null } | null;
  triggers?: { type?: string; imageChange?: { from?: ObjectReference | null } | null }[] | null;
}

const FINISHED = new Set(['Complete', 'Failed', 'Error', 'Cancelled']);
/** A map, because a tenant can write a kind such as `constructor`. */
const FORMS = new Map<unknown, Reference['form']>([
  ['ImageStreamTag', 'stream-tag'],
  ['ImageStreamImage', 'stream-image'],
  ['DockerImage', 'pull-spec'],
]);

/**
 * Reduces a build to its strategy's `from` and, beyond `oc`, to the images copied into its source and, until it is
 * finished, to its output.
 */
export function reduceBuild(object: KubeObject): Referrer {
  const spec = (object.spec ?? {}) as BuildSpec;
  const finished = FINISHED.has(String((object.status as { phase?: string } | undefined)?.phase ?? ''));
  const output = finished ? [] : reference(object, 'output', spec.output?.to, true);
  return referrer('Build', object, [...inputs(object, spec), ...output]);
}

/** Reduces a build config like a build and, beyond `oc`, to what its image change triggers watch. */
export function reduceBuildConfig(object: KubeObject): Referrer {
  const spec = (object.spec ?? {}) as BuildSpec;
  const triggers = (spec.triggers ?? []).flatMap((trigger, index) =>
    reference(object, `trigger ${index}`, trigger.imageChange?.from, true),
  );
  return referrer('BuildConfig', object, [...inputs(object, spec), ...triggers]);
}

function referrer(kind: string, object: KubeObject, references: Reference[]): Referrer {
  return { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, references };
}

function inputs(object: KubeObject, spec: BuildSpec): Reference[] {
  const { sourceStrategy, dockerStrategy, customStrategy } =
    spec.strategy ?? ({} as NonNullable<BuildSpec['strategy']>);
  const strategy = [sourceStrategy, dockerStrategy, customStrategy].find((used) => used)?.from;
  const copied = (spec.source?.images ?? []).flatMap((image, index) =>
    reference(object, `source image ${index}`, image.from, true),
  );
  return [...reference(object, '', strategy, false), ...copied];
}

/** Returns a reference of one of the three known kinds. Skips blank names and other kinds, as `oc` does. */
function reference(
  object: KubeObject,
  field: string,
  from: ObjectReference | null | undefined,
  extended: boolean,
): Reference[] {
  const form = FORMS.get(from?.kind);
  if (!form || !from) return [];
  const text = from.name ?? '';
  if (form === 'pull-spec' && text.trim() === '') return [];
  return [
    {
      field,
      form,
      text,
      namespace: from.namespace || (object.metadata.namespace ?? ''),
      ...(extended ? { extended: true } : {}),
    },
  ];
}
