/** Byte order marks, with the encoding that each stands for. */
const MARKS: [number[], string][] = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * Decodes the content of a file: UTF-8, or UTF-16 with a byte order mark, as PowerShell writes it.
 * @throws Error for anything else, because replaced characters would change names
 */
export function decode(content: Buffer): string {
  const encoding = MARKS.find(([mark]) => mark.every((byte, at) => content[at] === byte))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch (cause) {
    throw new Error(`it is not valid ${encoding.toUpperCase()} text`, { cause });
  }
}
