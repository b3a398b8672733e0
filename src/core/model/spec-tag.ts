import { createHash } from 'node:crypto';
import type { KubeObject } from './kube.js';
import { isRecord, listOf } from './values/json.js';

/** A tag of a stream's spec: what `oc tag` writes. */
export interface SpecTag {
  readonly name: string;
  /** True if it has a source (`from`). */
  readonly tracked: boolean;
  /** Identifies its content: another entry of the same name has another version. */
  readonly version: string;
}

/** Number of hex digits of a version. */
const VERSION_LENGTH = 16;

/** Returns the tags of a stream's spec. Entries without a name, which no API server sends, are ignored. */
export function reduceSpecTags({ spec }: KubeObject): SpecTag[] {
  return listOf(spec?.tags).flatMap((entry) => {
    if (!isRecord(entry) || typeof entry.name !== 'string') return [];
    return [{ name: entry.name, tracked: isRecord(entry.from), version: versionOf(entry) }];
  });
}

function versionOf(entry: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(entry)))
    .digest('hex')
    .slice(0, VERSION_LENGTH);
}

/** Returns a value with the keys of its objects in alphabetical order, because their order has no meaning. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Returns the version of a tag in the spec of a stream; undefined if the spec does not have it. */
export function specVersion({ specTags = [] }: { specTags?: readonly SpecTag[] }, tag: string): string | undefined {
  return specTags.find(({ name }) => name === tag)?.version;
}
