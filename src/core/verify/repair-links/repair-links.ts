import { plural } from '../../terminal/text.js';
import type { Storage, StoredLink } from '../../storage/storage.js';
import { readClusterAgain, type ClusterPorts } from '../../verification/gather/read-cluster.js';
import { findListed } from '../../verification/plan/listed.js';
import { keepStillListed } from '../../verification/plan/still-listed.js';
import { brokenImages, type Verified } from '../../verification/verify-images.js';
import { keyOf, linkOf, missingLinks } from './missing-links.js';

/** A link that does not exist although its blob does, with the result of its repair. */
export type LinkRepair = StoredLink &
  (
    | { status: 'would-write' | 'written' | 'exists' }
    | { status: 'skipped'; reason: string }
    | { status: 'failed'; message: string }
  );

/** Returns the links that a repair would write. */
export function planRepair({ problems }: Pick<Verified, 'problems'>): LinkRepair[] {
  return missingLinks(problems).map((link) => ({ ...link, status: 'would-write' }));
}

/**
 * Writes the links that do not exist although their blobs do, if the streams still list the images right before. A link
 * that exists then is left alone, so that two runs, or a push, cannot disturb each other.
 * @returns the links, and the verification without the problems that no longer exist
 */
export async function repairLinks(
  ports: ClusterPorts,
  verified: Verified,
  storage: Pick<Storage, 'writeLinks'>,
): Promise<{ links: LinkRepair[]; verification: Verified['verification'] }> {
  const { listed, problems, verification } = verified;
  const { reporter, signal } = ports;
  if (missingLinks(problems).length === 0) return { links: [], verification };
  keepStillListed(problems, listed, findListed((await readClusterAgain(ports)).snapshot, []));
  const links = missingLinks(problems);
  reporter.phase('writing links', links.length);
  const results = await storage.writeLinks(links, {
    async mayContinue() {
      signal.throwIfAborted();
      reporter.tick();
    },
  });
  const written = results.filter(({ status }) => status === 'written').length;
  if (signal.aborted) reporter.note(`interrupted after ${plural(written, 'link was', 'links were')} written`);
  signal.throwIfAborted();
  const repairs = links.map((link, at): LinkRepair => ({ ...link, ...results[at]! }));
  const whole = new Set(repairs.filter(({ status }) => status === 'written' || status === 'exists').map(keyOf));
  problems.filter((_, problem) => {
    const link = linkOf(problem);
    return !link || !whole.has(keyOf(link));
  });
  const broken = brokenImages(verified);
  return {
    links: repairs,
    verification: { ...verification, broken, summary: { ...verification.summary, broken: broken.length } },
  };
}
