import type { JournalEntry, JournalFile } from '../model.js';
import { checkVersion, hexDigits, list, record, size, text, time } from './fields.js';
import { LinkReader, LinkWriter } from './links.js';
import { pack, unpack } from './packed.js';

/** Returns the content of a file of the journal. */
export function formatJournal({ entries, ...head }: JournalFile): Promise<Buffer> {
  const writer = new LinkWriter();
  const rows = entries.map(({ hex, bytes, links }) => [hex, bytes, writer.write(hex, links)]);
  return pack({ ...head, repositories: writer.repositories, entries: rows });
}

/** Reads a file of the journal. @throws Error that states why it cannot be used */
export async function parseJournal(content: Buffer): Promise<JournalFile> {
  const file = record(await unpack(content), 'the file');
  checkVersion(file);
  const links = new LinkReader(file.repositories);
  const entries = list(file.entries, 'entries').map((row): JournalEntry => {
    const [hex, bytes, stored] = list(row, 'entry');
    const digits = hexDigits(hex, 'digest of an entry');
    return { hex: digits, bytes: size(bytes, 'size of an entry'), links: links.read(digits, stored) };
  });
  return {
    version: 1,
    storage: text(file.storage, 'storage'),
    sweep: text(file.sweep, 'sweep'),
    at: time(file.at, 'time'),
    entries,
  };
}

/**
 * Returns the path of a file of the journal. Paths of one day are in the order of time.
 * @param number of the file in its sweep
 */
export function journalPath(date: string, { at, sweep }: Pick<JournalFile, 'at' | 'sweep'>, number: number): string {
  const time = new Date(at).toISOString().replaceAll(/[-:.]/g, '');
  return `${journalDirectory(date)}/${time}-${sweep}-${String(number).padStart(4, '0')}.json.gz`;
}

export const journalDirectory = (date: string): string => `trash/${date}/journal`;
