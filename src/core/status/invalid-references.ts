import type { InvalidReference } from '../model/errors.js';
import { plural } from '../terminal/text.js';

/** Maximum number of references that are named. */
const LISTED = 10;

/** The references that cannot be read. */
interface UnreadableReferences {
  /** `prune images` stops because of them, although the grid shows what a prune would free. */
  invalid: readonly InvalidReference[];
  /** Trigger annotations and the like, which only keep what they may mean. */
  reported: readonly InvalidReference[];
}

/** Describes the references that cannot be read, as `prune images` reports them. */
export function invalidReferenceWarnings({ invalid, reported }: UnreadableReferences): string[] {
  const ofInvalid = listed(invalid, 'invalid reference');
  const stops =
    'for these references prune images would stop and prune nothing at all; the grid shows what --ignore-invalid-refs would free';
  return [...listed(reported, 'unreadable reference'), ...ofInvalid, ...(ofInvalid.length > 0 ? [stops] : [])];
}

function listed(references: readonly InvalidReference[], what: string): string[] {
  const more = references.length - LISTED;
  return [...references.slice(0, LISTED).map(describe), ...(more > 0 ? [plural(more, `more ${what}`)] : [])];
}

function describe({ referrer, field, reference, message }: InvalidReference): string {
  const { kind, namespace, name } = referrer;
  return `${kind.toLowerCase()} ${namespace}/${name}: ${field ? `${field}: ` : ''}"${reference}": ${message}`;
}
