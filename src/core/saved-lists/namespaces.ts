import path from 'node:path';
import { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { listOf } from '../model/values/json.js';
import type { Collector, Lists } from './collector.js';
import { dirOf, getWith, shellWord, type Input, type ListNeeds } from './input.js';
import { OPTIONAL_WORKLOADS, REQUIRED_WORKLOADS, type SavedResource } from './kinds.js';

/** Maximum number of namespaces that a warning names. */
const LISTED = 5;

/**
 * Warns about namespaces that have image streams, and whose workloads are not in the files: images that they use look
 * unused.
 */
export function namespaceWarnings(
  collector: Collector,
  input: Input,
  { namespace: scope, referrers }: ListNeeds,
): string[] {
  const { lists, inNamespace, everywhere } = collector;
  const optional = OPTIONAL_WORKLOADS.filter((resource) => collector.hasList(resource));
  const workloads = [...REQUIRED_WORKLOADS, ...optional];
  const namespaces = [...new Set((lists.imagestreams ?? []).filter(hasItems).map(namespaceOf))]
    // Beyond oc, workloads of every namespace can use the images of this one.
    .filter((namespace) => scope === undefined || referrers !== 'oc' || namespace === scope)
    .sort();
  const incomplete = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const saved = inNamespace.get(namespace);
    if (!saved) continue;
    const missing = workloads.filter((resource) => !saved.has(resource) && !everywhere.has(resource));
    if (missing.length > 0) incomplete.set(namespace, missing);
  }
  const used = namespacesWithWorkloads(lists);
  const empty = namespaces.filter((namespace) => !used.has(namespace) && !incomplete.has(namespace));
  return [...incompleteWarnings(incomplete, input), ...emptyWarning(empty, input, workloads)];
}

/**
 * Checks a namespace without image streams: its name can be misspelled, and a plan for it would show nothing to prune.
 * @throws RegadmError NOT_FOUND if a list of namespaces shows that it does not exist
 */
export function unknownNamespaceWarning(
  { lists, namespaces, inNamespace }: Collector,
  input: Input,
  { namespace, referrers }: ListNeeds,
): string[] {
  const withStreams = new Set((lists.imagestreams ?? []).map(namespaceOf));
  if (namespace === undefined || withStreams.has(namespace) || namespaces?.has(namespace)) return [];
  const problem = `--from ${input.from}: namespace ${namespace} ${namespaces ? 'is not in the list of namespaces' : 'has no image streams in the files'}`;
  const named = [...withStreams]
    .sort()
    .slice(0, LISTED * 4)
    .join(', ');
  const suggestion = `check the name; namespaces with image streams: ${named || 'none'}`;
  if (namespaces && referrers !== 'oc')
    throw new RegadmError(problem, { code: 'NOT_FOUND', suggestions: [suggestion] });
  const inspect = `oc adm inspect ns/${namespace} --dest-dir=${shellWord(dirOf(input))}`;
  return [`${problem}; ${suggestion}${inNamespace.size > 0 ? `; if it exists, ${getWith(input, [inspect])}` : ''}`];
}

function incompleteWarnings(incomplete: Map<string, string[]>, input: Input): string[] {
  const { from } = input;
  const shown = [...incomplete].slice(0, LISTED);
  const lines = shown.map(
    ([namespace, missing]) =>
      `--from ${from}: namespace ${namespace} has image streams, but no list of its ${missing.join(', ')}: images that they use look unused; ${getWith(input, [`oc adm inspect ns/${namespace} --dest-dir=${shellWord(dirOf(input))}`])}`,
  );
  const more = [...incomplete.keys()].slice(LISTED);
  return more.length === 0
    ? lines
    : [
        ...lines,
        `${more.length === 1 ? '1 more namespace lacks' : `${more.length} more namespaces lack`} such lists: ${more.slice(0, LISTED * 4).join(', ')}`,
      ];
}

function emptyWarning(empty: string[], input: Input, workloads: SavedResource[]): string[] {
  const [first] = empty;
  if (first === undefined) return [];
  const named = empty.slice(0, LISTED).join(', ');
  const more = empty.length > LISTED ? ` and ${empty.length - LISTED} more` : '';
  const file = shellWord(path.join(dirOf(input), `${first}.json`));
  return [
    `--from ${input.from}: no workloads of namespaces with image streams are in the files: ${named}${more}; if they have any (a list that was saved without -A?), images that they use look unused; ${getWith(input, [`oc get ${workloads.join(',')} -n ${first} -o json > ${file}`])}`,
  ];
}

/** Returns the namespaces of which a workload is in the files. */
export function namespacesWithWorkloads(lists: Lists): Set<string> {
  const found = new Set<string>();
  for (const [resource, objects] of Object.entries(lists) as [SavedResource, KubeObject[]][])
    if (!NO_WORKLOADS.has(resource)) for (const object of objects) found.add(namespaceOf(object));
  return found;
}

const NO_WORKLOADS: ReadonlySet<SavedResource> = new Set<SavedResource>([
  'images',
  'imagestreams',
  'limitranges',
  'controllerrevisions',
]);

function hasItems({ status }: KubeObject): boolean {
  return listOf<{ items?: unknown }>(status?.tags).some(({ items }) => listOf(items).length > 0);
}

/** Returns the namespace of an object. */
export function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}
