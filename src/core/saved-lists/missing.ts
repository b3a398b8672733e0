import type { KubeObject } from '../model/kube.js';
import { namesStream, parseImageReference } from '../model/image-reference.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { textIn } from '../model/values/json.js';
import type { Collector } from './collector.js';
import type { MissingLists } from './errors.js';
import { dirOf, getWith, saveList, shellWord, type Input, type ListNeeds } from './input.js';
import { OPTIONAL_WORKLOADS, REQUIRED, type SavedResource } from './kinds.js';
import { namespaceOf, namespacesWithWorkloads } from './namespaces.js';
import { counted } from '../model/values/counted.js';

/** Maximum number of namespaces that a warning names. */
const LISTED = 5;

/** Returns the lists that a plan needs and no file contains. */
export function findMissing(collector: Collector, { referrers, pruneOverSizeLimit }: ListNeeds): MissingLists {
  const optional: SavedResource[] = [
    ...OPTIONAL_WORKLOADS,
    ...(referrers === 'oc' ? [] : (['controllerrevisions'] as const)),
    ...(pruneOverSizeLimit ? (['limitranges'] as const) : []),
  ];
  const isMissing = (resource: SavedResource): boolean => !collector.hasList(resource);
  return { required: REQUIRED.filter(isMissing), optional: optional.filter(isMissing) };
}

/** Separates missing images and image streams from missing workloads. */
export function splitMissing({ required, optional }: MissingLists): {
  essential: MissingLists;
  workloads: MissingLists;
} {
  const isEssential = (resource: SavedResource): boolean => resource === 'images' || resource === 'imagestreams';
  const essential = required.filter(isEssential);
  const workloads = required.filter((resource) => !isEssential(resource));
  return {
    essential: { required: essential, optional: [...workloads, ...optional] },
    workloads: { required: workloads, optional },
  };
}

/** Warns about missing lists that do not stop a plan, with what follows from it and the commands that get them. */
export function missingWarnings(input: Input, { optional }: MissingLists, { lists }: Collector): string[] {
  const workloads = optional.filter((resource) => OPTIONAL_WORKLOADS.includes(resource));
  const warnings: string[] = [];
  const warn = (resources: SavedResource[], consequence: string, condition = ''): void => {
    const commands = resources.map((resource) => saveList(input, resource));
    warnings.push(
      `--from ${input.from}: no list of ${resources.join(', ')} found: ${consequence}; ${condition}${getWith(input, commands, resources.length > 1 ? 'them' : 'it')}`,
    );
  };
  if (workloads.length > 0)
    warn(workloads, 'images that only these objects use look unused', 'if the cluster has such objects, ');
  if (optional.includes('controllerrevisions') && (lists.statefulsets?.length || lists.daemonsets?.length))
    warn(['controllerrevisions'], 'images that only older revisions of stateful sets and daemon sets use look unused');
  if (optional.includes('limitranges'))
    warn(['limitranges'], 'no image counts as larger than the limit of its namespace (--prune-over-size-limit)');
  return warnings;
}

/**
 * Finds the namespaces to which the files refer and whose image streams they lack: those to which images were pushed,
 * those whose images in the same registry a workload uses, and those of a must-gather that have workloads. In lists
 * that were saved with `-A`, the image streams of images that nothing uses were deleted.
 * @returns names, in alphabetical order; none with `-n`, because all images are kept then
 */
export function namespacesWithoutStreams(
  { lists, inNamespace, everywhere }: Collector,
  { streams, referrers }: Pick<Snapshot, 'streams' | 'referrers'>,
  { namespace }: ListNeeds,
): string[] {
  if (namespace !== undefined) return [];
  const withStreams = new Set((lists.imagestreams ?? []).map(namespaceOf));
  const isWhole = everywhere.has('imagestreams') && withStreams.size !== 1;
  const places = (lists.images ?? []).flatMap((image) => pushedTo(image) ?? []);
  const hosts = new Set([
    ...places.map(({ host }) => host),
    ...streams.flatMap((stream) => [stream.repository, stream.publicRepository].map((text) => text.split('/')[0]!)),
  ]);
  const withWorkloads = everywhere.has('imagestreams')
    ? []
    : [...namespacesWithWorkloads(lists)].filter((name) => inNamespace.has(name));
  const named = [
    ...(isWhole ? [] : places.map((place) => place.namespace)),
    ...usedIn(referrers, hosts),
    ...withWorkloads,
  ];
  return [...new Set(named)]
    .filter((name) => !withStreams.has(name) && !inNamespace.get(name)?.has('imagestreams'))
    .sort();
}

/** Warns about namespaces whose image streams are not in the files. */
export function missingStreamsWarning(
  missing: string[],
  { everywhere }: Collector,
  input: Input,
  consequence = 'images that were pushed there are kept, and other images that only their image streams contain look unused',
): string[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, LISTED).join(', ');
  const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
  const command = everywhere.has('imagestreams')
    ? saveList(input, 'imagestreams')
    : `oc adm inspect ns/${missing[0]!} --dest-dir=${shellWord(dirOf(input))}`;
  return [
    `--from ${input.from}: no image streams of namespaces to which images or workloads refer are in the files: ${named}${more}; ${consequence}; ${getWith(input, [command])}`,
  ];
}

/** Warns about tag items whose images are not in the files: nobody can ask the API server whether the images exist. */
export function missingImagesWarning(
  { streams, images, digests }: Pick<Snapshot, 'streams' | 'images' | 'digests'>,
  { namespace: scope }: ListNeeds,
  input: Input,
  consequence = 'these items are kept, because the images may exist',
): string[] {
  const missing = streams
    .filter(({ namespace }) => scope === undefined || namespace === scope)
    .flatMap(({ tags }) => tags.flatMap(({ items }) => items.map(({ image }) => image)))
    .filter((image) => digests.isDigest(image) && images.indexOf(image) === -1);
  const [first] = missing;
  if (first === undefined) return [];
  return [
    `--from ${input.from}: the files lack the images of ${counted(missing.length, 'tag item')} (first: ${digests.text(first)}); ${consequence}; ${getWith(input, [saveList(input, 'images')])}`,
  ];
}

/** Returns the images that were pushed to some namespaces: the namespace, by the name of the image. */
export function imagesPushedTo(namespaces: string[], { lists }: Collector): Map<string, string> {
  const wanted = new Set(namespaces);
  const found = new Map<string, string>();
  for (const image of lists.images ?? []) {
    const namespace = pushedTo(image)?.namespace;
    if (namespace !== undefined && wanted.has(namespace)) found.set(image.metadata.name, namespace);
  }
  return found;
}

/** Returns the registry and the namespace of the repository to which an image was pushed. */
function pushedTo({
  metadata,
  dockerImageReference,
}: KubeObject & { dockerImageReference?: unknown }): { host: string; namespace: string } | undefined {
  if (metadata.annotations?.['openshift.io/image.managed'] !== 'true') return undefined;
  const [, host, namespace] = /^([^/@]+)\/([^/@]+)\/[^/@]+@/.exec(textIn(dockerImageReference) ?? '') ?? [];
  return host === undefined || namespace === undefined ? undefined : { host, namespace };
}

/** Returns the namespaces whose images in some registries are used. */
function usedIn(referrers: Snapshot['referrers'], hosts: ReadonlySet<string>): string[] {
  return referrers.flatMap(({ references }) =>
    references.flatMap(({ form, text }) => {
      const reference = form === 'pull-spec' ? parseImageReference(text) : '';
      if (typeof reference === 'string' || !namesStream(reference)) return [];
      return hosts.has(reference.registry) ? reference.namespace : [];
    }),
  );
}
