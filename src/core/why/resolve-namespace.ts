import { suggest } from '../kit/suggest.js';
import { RegadmError, usageError } from '../model/errors.js';
import { streamKey } from '../model/image-stream.js';
import { quote } from '../model/names/quote.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';

/** A namespace that an argument names, with its image streams as indexes in the snapshot. */
interface NamespaceSubject {
  kind: 'namespace';
  namespace: string;
  streams: number[];
}

/**
 * Finds the image streams of a namespace that is written as `namespace/`.
 * @param scope the value of `--namespace`: a stream of this name in it may be meant
 * @throws RegadmError NOT_FOUND if the namespace has no image streams; USAGE if the argument does not name a namespace
 */
export function ofNamespace(
  { streams, referrers }: Pick<Snapshot, 'streams' | 'referrers'>,
  text: string,
  scope?: string,
): NamespaceSubject {
  const name = text.slice(0, -1);
  if (name === '' || /[/:@]/.test(name)) throw notANamespace(text, streams);
  const found = [...streams.keys()].filter((at) => streams[at]!.namespace === name);
  if (found.length > 0) return { kind: 'namespace', namespace: name, streams: found.sort(byName(streams)) };
  // An object in it shows that it exists.
  const exists = referrers.some(({ namespace }) => namespace === name);
  throw new RegadmError(
    exists ? `namespace ${name} has no image streams` : `namespace ${name} has no image streams, or does not exist`,
    { code: 'NOT_FOUND', suggestions: suggestionsFor(name, streams, { scope, exists }) },
  );
}

/** Suggests the namespace if the name of an image stream that does not exist is one. */
export function suggestNamespace(streams: readonly ImageStream[], name: string): string[] {
  return streams.some(({ namespace }) => namespace === name)
    ? [`${name} is a namespace: ${name}/ explains all its image streams`]
    : [];
}

function suggestionsFor(
  name: string,
  streams: readonly ImageStream[],
  { scope, exists }: { scope?: string; exists: boolean },
): string[] {
  const sameName = streams.filter((stream) => stream.name === name && (!scope || stream.namespace === scope));
  const near = exists ? [] : suggest(name, new Set(streams.map(({ namespace }) => namespace)));
  const suggestions = [
    ...near.map((namespace) => `did you mean ${namespace}/?`),
    ...sameName.slice(0, 3).map((stream) => `did you mean the image stream ${streamKey(stream)}?`),
  ];
  return suggestions.length > 0 ? suggestions.slice(0, 3) : ['oc get imagestreams -A lists what there is'];
}

function notANamespace(text: string, streams: readonly ImageStream[]): RegadmError {
  const path = text.replace(/\/+$/, '');
  const isStream = streams.some((stream) => streamKey(stream) === path);
  return usageError(`${quote(text)} does not name a namespace`, [
    isStream ? `did you mean ${path}?` : 'write a namespace as NAMESPACE/, and an image stream as NAMESPACE/STREAM',
  ]);
}

function byName(streams: readonly ImageStream[]): (a: number, b: number) => number {
  return (a, b) => (streams[a]!.name < streams[b]!.name ? -1 : 1);
}
