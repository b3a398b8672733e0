import type { FileReceiver } from './source.js';

const MIB = 1024 * 1024;

/**
 * Maximum sizes of what is read, in bytes: memory and time must end, whoever wrote the files. The parser for YAML needs
 * about 60 times the size of the text.
 */
export const LIMITS = {
  json: 512 * MIB,
  yaml: 32 * MIB,
  /** All files together that are read from an archive. */
  archiveText: 1024 * MIB,
  /** Everything in an archive, decompressed. Real ones have up to 5 GiB. */
  archive: 32 * 1024 * MIB,
  /** Number of entries of an archive. */
  archiveEntries: 1_000_000,
};

export type Limits = typeof LIMITS;

/** Returns the maximum size of a file, in bytes. */
export function limitOf(path: string, limits: Limits): number {
  return isJson(path) ? limits.json : limits.yaml;
}

/** Reports a file that exceeds its limit. */
export function rejectTooLarge(path: string, limits: Limits, receiver: FileReceiver): void {
  const size = `is larger than ${limitOf(path, limits) / MIB} MiB`;
  if (isJson(path)) receiver.unreadable(path, size, 'split');
  else receiver.unreadable(path, `${size}: save it as JSON`, 'save-as-json');
}

function isJson(path: string): boolean {
  return /\.json$/i.test(path);
}
