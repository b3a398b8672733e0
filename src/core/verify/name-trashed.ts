import { sha256Hex, type Digest } from '../model/digest.js';
import { messageOf } from '../model/errors.js';
import type { Reporter } from '../kit/reporter.js';
import type { Storage } from '../storage/storage.js';
import { plural } from '../terminal/text.js';
import type { BrokenImage, Verification } from '../verification/plan/types.js';

type TrashPorts = { storage: Pick<Storage, 'trash'>; reporter: Reporter; signal: AbortSignal };

/** Maximum number of digests in one remedy. */
const MAX_NAMED = 5;

/**
 * Adds how to restore them to broken images whose blobs are in the trash. It is listed only if a blob is missing.
 */
export async function nameTrashed(verification: Verification, ports: TrashPorts): Promise<Verification> {
  const wanted = new Set(verification.broken.flatMap(missingOf));
  if (wanted.size === 0) return verification;
  const trashed = await findTrashed(wanted, ports);
  if (trashed.size === 0) return verification;
  return { ...verification, broken: verification.broken.map((image) => withRemedy(image, trashed)) };
}

const MISSING = new Set<string>(['missing-manifest', 'missing-config', 'missing-layer', 'missing-child']);

const missingOf = ({ problems }: BrokenImage): string[] =>
  problems.filter(({ what }) => MISSING.has(what)).map(({ digest }) => digest);

/** Returns which of the blobs are in the trash; none if that cannot be read. */
async function findTrashed(
  wanted: ReadonlySet<string>,
  { storage, reporter, signal }: TrashPorts,
): Promise<Set<string>> {
  const byHex = new Map([...wanted].map((digest) => [sha256Hex(digest as Digest), digest]));
  const trashed = new Set<string>();
  try {
    await storage.trash().listBlobs(({ hex }) => {
      const digest = byHex.get(hex);
      if (digest !== undefined) trashed.add(digest);
    }, signal);
  } catch (error) {
    signal.throwIfAborted();
    reporter.warning(`cannot list the trash, in which missing blobs can be: ${messageOf(error)}`);
  }
  return trashed;
}

function withRemedy(image: BrokenImage, trashed: ReadonlySet<string>): BrokenImage {
  const here = [...new Set(missingOf(image))].filter((digest) => trashed.has(digest));
  if (here.length === 0) return image;
  // A manifest is restored with everything that it names.
  const named = here.includes(image.image) ? [image.image] : here.slice(0, MAX_NAMED);
  const more = !here.includes(image.image) && here.length > MAX_NAMED ? ' …' : '';
  const are = here.length === 1 ? 'is' : 'are';
  const remedy = `${plural(here.length, 'missing blob')} ${are} in the trash: regadm trash restore ${named.join(' ')}${more} --confirm, with --storage`;
  const [first, ...rest] = image.remedies;
  return { ...image, remedies: [remedy, ...(first === undefined ? [] : [`or ${first}`]), ...rest] };
}
