declare const brand: unique symbol;

/**
 * A digest that was checked: a registered algorithm and lower-case hexadecimal digits in full length. Only `isDigest`
 * and `parseDigest` produce one. Whoever can push writes the names of layers and images, so requests and storage keys
 * are made of this type only.
 */
export type Digest = string & { readonly [brand]: 'Digest' };

const LENGTHS = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** Explains why a string is not a valid digest by the OCI rules for registered algorithms; undefined if it is one. */
export function digestProblem(text: string): string | undefined {
  const match = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/.exec(text);
  if (!match) return 'invalid checksum digest format';
  const length = LENGTHS.get(match[1]!);
  if (length === undefined) return 'unsupported digest algorithm';
  if (match[2]!.length !== length) return 'invalid checksum digest length';
  return /^[0-9a-f]+$/.test(match[2]!) ? undefined : 'invalid checksum digest format';
}

/** Returns true for a valid digest: a registered algorithm, full length, lower case. */
export function isDigest(text: string): text is Digest {
  return digestProblem(text) === undefined;
}

/** Returns a text as a digest; undefined if it is not one. */
export function parseDigest(text: unknown): Digest | undefined {
  return typeof text === 'string' && isDigest(text) ? text : undefined;
}

/** Finds the digests in a text, at any position. */
export function findDigests(text: string): Digest[] {
  const found = text.match(/sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})/g) ?? [];
  return [...found].filter((text) => isDigest(text));
}

/** Returns a sha256 digest. @throws Error if the text is not 64 lower-case hexadecimal digits */
export function sha256Digest(hex: string): Digest {
  const digest = `sha256:${hex}`;
  if (isDigest(digest)) return digest;
  throw new Error(`${JSON.stringify(hex.slice(0, 100))} is not a sha256 digest`);
}

/** Returns the hexadecimal digits of a sha256 digest; undefined for another algorithm. */
export function sha256Hex(digest: Digest): string | undefined {
  return digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : undefined;
}

/** Hexadecimal digits of a short digest. */
const SHORT = 12;

/**
 * Returns a function that shortens the digests of one table: `sha256:0123456789ab`. Those that would look the same get
 * more digits.
 */
export function shortDigests(digests: Iterable<string>): (digest: string) => string {
  const alike = new Map<string, Set<string>>();
  for (const digest of digests) {
    const short = shortened(digest, SHORT);
    const known = alike.get(short);
    if (known) known.add(digest);
    else alike.set(short, new Set([digest]));
  }
  return (digest) => {
    const others = [...(alike.get(shortened(digest, SHORT)) ?? [])].filter((other) => other !== digest);
    let digits = SHORT;
    while (others.some((other) => shortened(other, digits) === shortened(digest, digits))) digits += 4;
    return shortened(digest, digits);
  };
}

function shortened(digest: string, digits: number): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return hex ? `${algorithm}:${hex.slice(0, digits)}` : digest;
}
