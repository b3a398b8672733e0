import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { assertShallow } from '../../../kit/yaml-depth.js';
import { RegadmError, messageOf } from '../../../model/errors.js';
import type { KubeObject } from '../../../model/kube.js';
import { REFERRER_KIND_NAMES } from '../../../model/referrers/index.js';

const RESOURCES: Record<string, string> = {
  images: 'Image',
  imagestreams: 'ImageStream',
  limitranges: 'LimitRange',
  ...REFERRER_KIND_NAMES,
};
const BY_KIND = new Map(Object.entries(RESOURCES).map(([resource, kind]) => [kind, resource]));
/**
 * Resources that can be missing: some clusters do not have them, many users may not list controller revisions, and
 * limits matter only with `--prune-over-size-limit`.
 */
const OPTIONAL = new Set(['builds', 'buildconfigs', 'deploymentconfigs', 'controllerrevisions', 'limitranges']);

/** The lists that were found below a directory. */
interface SavedLists {
  lists: Record<string, KubeObject[]>;
  /** Resources that no file contains. */
  missing: string[];
}

/**
 * Reads saved lists below a directory: `images.json` and the like as `oc get RESOURCE -A -o json` (or `-o yaml`) writes
 * them, or a must-gather. Objects are recognized by their kind, lists without a kind by the name of the file.
 * @throws RegadmError SAVED_LISTS if the directory or a file cannot be read, or if images or image streams are missing
 */
export async function readSavedLists(dir: string): Promise<SavedLists> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new RegadmError(`cannot read --from ${dir}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause });
  });
  const lists: Record<string, KubeObject[]> = {};
  const seen = new Map<string, Set<string>>();
  for (const file of files) {
    if (!file.isFile() || !/\.(?:json|ya?ml)$/.test(file.name)) continue;
    const named = file.name.replace(/\.[a-z]+$/, '');
    for (const value of await readDocuments(path.join(file.parentPath, file.name))) take(value, named, lists, seen);
  }
  if (!lists.images || !lists.imagestreams) {
    const lacking = ['images', 'imagestreams'].filter((resource) => !lists[resource]).join(' and ');
    throw new RegadmError(`--from ${dir}: there are no ${lacking}`, {
      code: 'SAVED_LISTS',
      suggestions: [
        `oc get images -o json > ${path.join(dir, 'images.json')}; oc get imagestreams -A -o json > ${path.join(dir, 'imagestreams.json')}`,
      ],
    });
  }
  const missing = Object.keys(RESOURCES).filter((resource) => !lists[resource] && !OPTIONAL.has(resource));
  return { lists, missing };
}

async function readDocuments(file: string): Promise<unknown[]> {
  try {
    const text = await readFile(file, 'utf8');
    if (file.endsWith('.json')) return [JSON.parse(text)];
    assertShallow(text);
    return parseAllDocuments(text).map((document) => {
      if ('errors' in document && document.errors[0]) throw document.errors[0];
      return (document as { toJS(): unknown }).toJS();
    });
  } catch (cause) {
    throw new RegadmError(`cannot read ${file}: ${messageOf(cause).split('\n')[0]}`, { code: 'SAVED_LISTS', cause });
  }
}

function take(
  value: unknown,
  fileName: string,
  lists: Record<string, KubeObject[]>,
  seen: Map<string, Set<string>>,
): void {
  if (typeof value !== 'object' || value === null) return;
  const { kind: given, items } = value as { kind?: unknown; items?: unknown };
  const kind = typeof given === 'string' ? given : '';
  if (Array.isArray(items) || (items === null && kind.endsWith('List'))) {
    const resource =
      BY_KIND.get(kind.replace(/List$/, '')) ?? (Object.hasOwn(RESOURCES, fileName) ? fileName : undefined);
    if (resource) lists[resource] ??= [];
    for (const item of (items as KubeObject[] | null) ?? [])
      add(item, BY_KIND.get(item?.kind ?? '') ?? resource, lists, seen);
    return;
  }
  add(value as KubeObject, BY_KIND.get(kind), lists, seen);
}

/** A must-gather holds many objects twice: in a list, and in a file of their own. */
function add(
  object: KubeObject,
  resource: string | undefined,
  lists: Record<string, KubeObject[]>,
  seen: Map<string, Set<string>>,
): void {
  if (!resource || typeof object?.metadata?.name !== 'string') return;
  const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const known = seen.get(resource) ?? new Set<string>();
  seen.set(resource, known);
  lists[resource] ??= [];
  if (known.has(key)) return;
  known.add(key);
  lists[resource].push(object);
}
