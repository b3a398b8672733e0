import { inDirectory } from '../../../kit/below.js';
import { forEachParallel } from '../../../kit/parallel.js';
import { HEX, isDay } from '../../layout.js';
import type { TrashedBlob } from '../../trash.js';
import { entriesIn, PARALLEL, statOf } from '../files.js';
import { ifExists } from './own-directory.js';
import { prefixesOf, TRASH } from './places.js';

/**
 * Lists the blobs in the trash. Symbolic links are not followed.
 * @param base the directory that contains `docker`
 * @throws RegadmError STORAGE_UNREADABLE, or why a directory cannot be opened
 */
export async function listTrashedBlobs(
  base: string,
  take: (blob: TrashedBlob & { bytes: number }) => void,
  signal?: AbortSignal,
): Promise<void> {
  const days = (await ifExists(base, TRASH, entriesIn)) ?? [];
  for (const { name: date } of days.filter((entry) => entry.isDirectory() && isDay(entry.name)))
    await ifExists(base, prefixesOf(date), async (path) => {
      const prefixes = (await entriesIn(path)).filter(
        (entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name),
      );
      await forEachParallel(prefixes, PARALLEL, async ({ name: prefix }) => {
        await inDirectory(path, [prefix], async (directory) => {
          for (const { name: hex } of (await entriesIn(directory)).filter((entry) => entry.isDirectory())) {
            signal?.throwIfAborted();
            if (!HEX.test(hex) || !hex.startsWith(prefix)) continue;
            const stats = await statOf(`${directory}/${hex}/data`);
            if (stats?.isFile()) take({ date, hex, bytes: stats.size });
          }
        });
      });
    });
}
