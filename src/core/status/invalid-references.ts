import type { InvalidReference } from '../model/errors.js';

/** Maximum number of invalid references that are named. */
const LISTED = 10;

/** Describes the references for which `prune images` stops, although the grid shows what a prune would free. */
export function invalidReferenceWarnings(invalid: readonly InvalidReference[]): string[] {
  if (invalid.length === 0) return [];
  const more = invalid.length - LISTED;
  return [
    ...invalid.slice(0, LISTED).map(describe),
    ...(more > 0 ? [`${more} more references are invalid`] : []),
    'for these references prune images would stop and prune nothing at all; the grid shows what --ignore-invalid-refs would free',
  ];
}

function describe({ referrer, field, reference, message }: InvalidReference): string {
  const { kind, namespace, name } = referrer;
  return `${kind.toLowerCase()} ${namespace}/${name}: ${field ? `${field}: ` : ''}"${reference}": ${message}`;
}
