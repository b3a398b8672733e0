import { mapParallel } from '../kit/parallel.js';
import { messageOf } from '../model/errors.js';
import type { DeletionRun, LinkWrite, StoredLink } from './storage.js';

/** Reads and writes one link. */
interface LinkAccess {
  hasBlob(link: StoredLink): Promise<boolean>;
  /** @returns undefined if the link does not exist */
  read(link: StoredLink): Promise<string | undefined>;
  /** Writes a link that does not exist or is empty. */
  write(link: StoredLink): Promise<void>;
}

interface WriteOptions extends Pick<DeletionRun, 'mayContinue'> {
  concurrency: number;
}

/** Writes links concurrently; before each one, checks that the run may continue. Never throws. */
export function writeEach(
  links: readonly StoredLink[],
  { concurrency, mayContinue }: WriteOptions,
  access: LinkAccess,
): Promise<LinkWrite[]> {
  return mapParallel(links, concurrency, async (link): Promise<LinkWrite> => {
    try {
      await mayContinue();
    } catch (error) {
      return { status: 'skipped', reason: messageOf(error) };
    }
    try {
      return await writeIfMissing(link, access);
    } catch (error) {
      return { status: 'failed', message: messageOf(error) };
    }
  });
}

const DAMAGED = 'it exists with other content, so it is damaged: delete the file, and run the same command again';

async function writeIfMissing(link: StoredLink, access: LinkAccess): Promise<LinkWrite> {
  if (!(await access.hasBlob(link))) return { status: 'skipped', reason: 'its blob does not exist' };
  const content = (await access.read(link))?.trim();
  if (content === link.digest) return { status: 'exists' };
  // A crash of the registry's node can leave an empty file.
  if (content) return { status: 'failed', message: DAMAGED };
  await access.write(link);
  return { status: 'written' };
}
