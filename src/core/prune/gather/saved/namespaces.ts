import type { KubeObject } from '../../../model/kube.js';
import { listOf } from '../../../model/values/json.js';
import type { Collector, Lists } from './collector.js';
import { REQUIRED_WORKLOADS, type SavedResource } from './kinds.js';

/** Maximum number of namespaces that a warning names. */
const LISTED = 5;

/**
 * Warns about namespaces that have image streams, and whose workloads are not in the files: images that they use look
 * unused.
 * @param where what `--from` names, and the directory for further files
 * @param scope the only namespace that counts; all if absent
 */
export function namespaceWarnings(
  { lists, inNamespace, everywhere }: Collector,
  where: { from: string; dir: string },
  scope?: string,
): string[] {
  const namespaces = [...new Set((lists.imagestreams ?? []).filter(hasItems).map(namespaceOf))]
    .filter((namespace) => scope === undefined || namespace === scope)
    .sort();
  const incomplete = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const saved = inNamespace.get(namespace);
    if (!saved) continue;
    const missing = REQUIRED_WORKLOADS.filter((resource) => !saved.has(resource) && !everywhere.has(resource));
    if (missing.length > 0) incomplete.set(namespace, missing);
  }
  const used = namespacesWithWorkloads(lists);
  const empty = namespaces.filter((namespace) => !used.has(namespace) && !incomplete.has(namespace));
  return [...incompleteWarnings(incomplete, where), ...emptyWarning(empty, where)];
}

function incompleteWarnings(incomplete: Map<string, string[]>, { from, dir }: { from: string; dir: string }): string[] {
  const shown = [...incomplete].slice(0, LISTED);
  const lines = shown.map(
    ([namespace, missing]) =>
      `--from ${from}: namespace ${namespace} has image streams, but no list of its ${missing.join(', ')}: images that they use look unused; get them with: oc adm inspect ns/${namespace} --dest-dir=${dir}`,
  );
  const more = [...incomplete.keys()].slice(LISTED);
  return more.length === 0
    ? lines
    : [...lines, `${more.length} more namespaces lack such lists: ${more.slice(0, LISTED * 4).join(', ')}`];
}

function emptyWarning(empty: string[], { from, dir }: { from: string; dir: string }): string[] {
  const [first] = empty;
  if (first === undefined) return [];
  const named = empty.slice(0, LISTED).join(', ');
  const more = empty.length > LISTED ? ` and ${empty.length - LISTED} more` : '';
  const resources = REQUIRED_WORKLOADS.join(',');
  return [
    `--from ${from}: no workloads of namespaces with image streams are in the files: ${named}${more}; if they have any (a list that was saved without -A?), images that they use look unused; get them with: oc get ${resources} -n ${first} -o json > ${dir}/${first}.json`,
  ];
}

function namespacesWithWorkloads(lists: Lists): Set<string> {
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

function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}
