import type { PruneOptions } from '../graph/options.js';
import type { InvalidReference } from '../model/errors.js';
import type { Explanation } from './explanation.js';

/** Describes references that cannot be parsed, and that `prune images` would stop for them. */
export function referenceWarnings(
  { invalid, reported }: Pick<Explanation, 'invalid' | 'reported'>,
  options: PruneOptions,
): string[] {
  const others = reported.map(describeReference);
  const messages = invalid.map(describeReference);
  if (messages.length === 0 || options.ignoreInvalidRefs) return [...messages, ...others];
  return [
    ...others,
    ...messages,
    'for these references prune images would stop and prune nothing at all (--ignore-invalid-refs continues without them)',
  ];
}

function describeReference({ referrer, field, reference, message }: InvalidReference): string {
  const { kind, namespace, name } = referrer;
  return `${kind.toLowerCase()} ${namespace}/${name}: ${field ? `${field}: ` : ''}"${reference}": ${message}`;
}
