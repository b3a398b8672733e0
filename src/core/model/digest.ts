const LENGTHS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 };

/** Explains why a string is not a valid digest by the OCI rules for registered algorithms; undefined if it is one. */
export function digestProblem(text: string): string | undefined {
  const match = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/.exec(text);
  if (!match) return 'invalid checksum digest format';
  const length = LENGTHS[match[1]!];
  if (length === undefined) return 'unsupported digest algorithm';
  if (match[2]!.length !== length) return 'invalid checksum digest length';
  return /^[0-9a-f]+$/.test(match[2]!) ? undefined : 'invalid checksum digest format';
}

/** Returns true for a valid digest: a registered algorithm, full length, lower case. */
export function isDigest(text: string): boolean {
  return digestProblem(text) === undefined;
}

/** Shortens a digest for tables: `sha256:0123456789ab`. */
export function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return hex ? `${algorithm}:${hex.slice(0, 12)}` : digest;
}
