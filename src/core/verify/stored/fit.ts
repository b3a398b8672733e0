import { gzipSync } from 'node:zlib';

/**
 * Maximum size of a stored document in bytes. A ConfigMap can have 1 MiB of data; the rest is for its metadata.
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/
 */
const STORED_LIMIT_BYTES = 1_000_000;

/** Maximum length of one entry of `unchecked` or `warnings` that is kept whatever the size, in characters. */
const SHORT = 1000;

/**
 * Compresses a document. If it is too large, only the first entries of its lists are kept, as many as fit, and
 * `truncated` is true. Its counts are never changed.
 */
export function fitDocument(document: object, limit = STORED_LIMIT_BYTES): { content: Buffer; truncated: boolean } {
  const whole = gzipSync(JSON.stringify(document));
  if (whole.length <= limit) return { content: whole, truncated: false };
  for (let share = 1 / 2; share > Number.EPSILON; share /= 2) {
    const content = gzipSync(JSON.stringify({ ...document, truncated: true, ...listsOf(document, share) }));
    if (content.length <= limit) return { content, truncated: true };
  }
  return {
    content: gzipSync(JSON.stringify({ ...document, truncated: true, ...listsOf(document, 0) })),
    truncated: true,
  };
}

/** Returns the lists of a document, each with a share of its entries. */
function listsOf(document: object, share: number): Record<string, unknown[]> {
  const lists = Object.entries(document).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  return Object.fromEntries(
    lists.map(([key, list]) => {
      const kept = list.slice(0, Math.floor(list.length * share));
      // Without any, a run that could not check everything would count as one that could.
      return [key, key === 'unchecked' && kept.length === 0 ? list.slice(0, 1).map(shorten) : kept];
    }),
  );
}

function shorten(entry: unknown): unknown {
  return JSON.parse(JSON.stringify(entry), (_, value: unknown) =>
    typeof value === 'string' ? value.slice(0, SHORT) : value,
  ) as unknown;
}
