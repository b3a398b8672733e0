import { createHash } from 'node:crypto';
import { forEachParallel } from '../../kit/parallel.js';
import { sha256Digest } from '../../model/digest.js';
import type { Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import { compareText } from '../../model/values/compare-text.js';
import { checkImages, type CheckedImage } from '../contents/check-images.js';
import { readManifests } from '../contents/manifests.js';
import type { TrashRow } from '../output/row.js';
import { familyOf, type Manifests } from '../plan/image.js';
import type { Removed } from '../contents/plan-restore.js';
import { interruption } from '../ending.js';
import type { RestoreStatus, TrashRestoreReport } from './report.js';
import type { TrashStoragePorts } from '../ports.js';

/** Maximum number of blobs that are read at the same time. */
const CONCURRENCY = 4;

interface Restored {
  rows: TrashRow<RestoreStatus>[];
  /** The images to check, as hex. */
  images: readonly string[];
  removed: Removed;
}

interface Verified {
  rows: TrashRow<RestoreStatus>[];
  images: CheckedImage[];
  failures: Failure[];
  ending: Pick<TrashRestoreReport, 'interrupted'>;
}

/**
 * Checks what was restored: reads each blob and compares it with its digest, and looks for everything that the images
 * consist of, in its place. An interruption ends the check, never with an error: what was restored is reported.
 */
export async function verifyRestored(ports: TrashStoragePorts, { rows, images, removed }: Restored): Promise<Verified> {
  const { storage, reporter, signal } = ports;
  const failures: Failure[] = [];
  try {
    signal.throwIfAborted();
    const restored = rows.filter(({ status }) => status === 'restored').map(({ entry }) => entry);
    const total = restored.reduce((sum, { bytes }) => sum + bytes, 0);
    reporter.phase('reading what was restored', total, 'bytes');
    const damages = new Map<string, string>();
    await forEachParallel(restored, { concurrency: CONCURRENCY }, async ({ hex }) => {
      const message = await damageOf(ports, hex);
      if (message === undefined) return;
      damages.set(hex, message);
      failures.push({ target: sha256Digest(hex), message });
    });
    const manifests = await readManifests({ storage, signal }, images, removed);
    const found = await checkImages(images, manifests, { storage, signal, removed }, 'in place');
    const checked = found.map((image) => withDamages(image, manifests, damages));
    failures.sort((a, b) => compareText(a.target, b.target));
    return {
      rows: rows.map((row) => rowWith(damages, row)),
      images: checked,
      failures: [...failures, ...checked.flatMap(failureOf)],
      ending: {},
    };
  } catch (error) {
    if (!signal.aborted) failures.push({ target: 'check of what was restored', message: messageOf(error) });
    return { rows, images: [], failures, ending: interruption(signal) };
  }
}

/** Returns the row of a blob: a damaged one is back in its place, but not restored. */
function rowWith(damages: ReadonlyMap<string, string>, row: TrashRow<RestoreStatus>): TrashRow<RestoreStatus> {
  const message = row.status === 'restored' ? damages.get(row.entry.hex) : undefined;
  return message === undefined ? row : { ...row, status: 'failed', message: `it was moved back, but ${message}` };
}

/** Adds the damaged blobs of an image to its problems. One that has another problem already is named once. */
function withDamages(image: CheckedImage, manifests: Manifests, damages: ReadonlyMap<string, string>): CheckedImage {
  const { manifests: parts, blobs } = familyOf(image.hex, manifests);
  const named = new Set(image.problems.map(({ hex }) => hex));
  const damaged = [...parts, ...blobs.keys()].filter((hex) => damages.has(hex) && !named.has(hex));
  return { ...image, problems: [...image.problems, ...damaged.map((hex) => ({ hex, message: damages.get(hex)! }))] };
}

/** Reads a blob. @returns why it is not what its digest says; undefined if it is */
async function damageOf({ storage, reporter, signal }: TrashStoragePorts, hex: string): Promise<string | undefined> {
  try {
    const blob = await storage.openBlob(sha256Digest(hex), { signal });
    if (!blob) return 'it does not exist now';
    const hash = createHash('sha256');
    for await (const chunk of blob.content) {
      hash.update(chunk);
      reporter.tick(chunk.length);
    }
    return hash.digest('hex') === hex ? undefined : 'its content does not match its digest';
  } catch (error) {
    signal.throwIfAborted();
    return `it cannot be read: ${messageOf(error)}`;
  }
}

function failureOf({ hex, problems }: CheckedImage): Failure[] {
  const target = `image ${sha256Digest(hex)}`;
  return problems.map((problem) => ({ target, message: `${sha256Digest(problem.hex)}: ${problem.message}` }));
}
