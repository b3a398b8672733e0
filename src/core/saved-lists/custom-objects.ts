import type { KubeObject } from '../model/kube.js';
import { CUSTOM_KINDS, type CustomKind } from '../model/referrers/custom/index.js';
import type { Referrer } from '../model/referrer.js';
import { isRecord, listOf, textIn } from '../model/values/json.js';

const BY_KIND = new Map(CUSTOM_KINDS.map((kind) => [`${kind.kind}.${kind.group}`, kind]));
const NAMES: ReadonlySet<string> = new Set(CUSTOM_KINDS.map(({ resource, group }) => `${resource}.${group}`));

/** Returns the custom kind of an object; its group must be exactly that of the kind. */
function customKindOf(kind: unknown, apiVersion: unknown): CustomKind | undefined {
  const [, group = ''] = (textIn(apiVersion) ?? '').split('/').reverse();
  return BY_KIND.get(`${String(kind)}.${group}`);
}

/** True if a directory of a must-gather has objects of a custom kind. */
export function isCustomResource(group: string, resource: string): boolean {
  return NAMES.has(`${resource}.${group === 'core' ? '' : group}`);
}

/** The uses in the objects of custom kinds that a document contains. */
interface CustomUses {
  referrers: Referrer[];
  /** True if the document contains such an object. */
  isCustom: boolean;
  /** What is wrong with an object, as the rest of a sentence that starts with the path of the file. */
  problem?: string;
}

/** Reads the objects of custom kinds in a document of a file: one object, or a list. */
export function customUsesIn(document: Record<string, unknown>): CustomUses {
  const { kind, apiVersion, items } = document;
  const listed = textIn(kind)?.replace(/List$/, '');
  const objects = Array.isArray(items) ? listOf(items).filter(isRecord) : [document];
  const referrers: Referrer[] = [];
  let isCustom = false;
  for (const object of objects) {
    const custom = customKindOf(object.kind ?? listed, object.apiVersion ?? apiVersion);
    if (!custom) continue;
    isCustom = true;
    const problem = problemOf(object, custom);
    if (problem !== undefined) return { referrers, isCustom, problem };
    const referrer = custom.reduce(object as KubeObject);
    if (referrer.references.length > 0) referrers.push(referrer);
  }
  return { referrers, isCustom };
}

function problemOf({ metadata }: Record<string, unknown>, { kind, namespaced }: CustomKind): string | undefined {
  if (!isRecord(metadata) || typeof metadata.name !== 'string')
    return `contains an object without a name (kind ${kind})`;
  const lacksNamespace = namespaced && typeof metadata.namespace !== 'string';
  return lacksNamespace ? `contains ${kind} ${metadata.name} without metadata.namespace` : undefined;
}
