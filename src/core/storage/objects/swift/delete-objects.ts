import { forEachParallel, mapParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import { uncertainOwner } from '../object-store.js';
import { Unanswered } from '../../http/client.js';
import { StoreRefusal } from '../store-refusal.js';
import { answerError, encodePath, isMissing } from './answer.js';
import { bulkDelete } from './bulk-delete.js';
import { listContainer } from './listing.js';
import { isSegment, type SegmentOwners, type Segments } from './segments.js';
import type { SwiftSession } from './session.js';

/** A container as `deleteObjects` needs it. */
interface DeletionContext {
  session: SwiftSession;
  name: string;
  container: string;
  concurrency: number;
  pageSize: number;
  /** Maximum number of objects per bulk deletion; 0: objects are deleted one by one. */
  bulk: number;
  /** True to send a request again only if the server stated that it did not execute it. */
  isOnline: boolean;
  /** Looks up the segments of an object: `gone` if it does not exist. */
  findSegments(key: string): Promise<Segments | undefined | 'gone'>;
  /** Returns which blobs name which segments. Called only if something has segments. */
  owners(): Promise<SegmentOwners>;
  /** Looks again. */
  ownersNow(): Promise<SegmentOwners>;
}

/** For each key why it was not deleted; undefined if it was. */
export type Problems = (string | undefined)[];

/**
 * Deletes objects, and the segments of those that have some: first the object, so that nothing ever names segments that
 * do not exist, then its segments, unless a blob that is kept names the same ones. An object whose segments are not
 * certain is kept as a whole.
 * @returns for each key why it was not deleted; undefined if it was
 * @throws StoreRefusal if the first deletion is refused
 */
export async function deleteObjects(context: DeletionContext, keys: readonly string[]): Promise<Problems> {
  const problems: Problems = keys.map(() => undefined);
  const [plain, large]: [number[], { at: number; segments: Segments }[]] = [[], []];
  await forEachParallel(keys, context, async (key, at) => {
    try {
      const segments = await context.findSegments(key);
      if (segments === undefined) plain.push(at);
      else if (segments === 'unknown')
        problems[at] = 'it was kept: its segments are not where the registry writes them';
      else if (segments !== 'gone') large.push({ at, segments });
    } catch (error) {
      if (error instanceof StoreRefusal) throw error;
      problems[at] = messageOf(error);
    }
  });
  // Before the first deletion: an error here must not leave segments without an object.
  const owners = large.length > 0 ? await context.owners() : undefined;
  const deleted = await deletePlain(
    context,
    plain.map((at) => keys[at]!),
  );
  for (const [index, at] of plain.entries()) problems[at] = deleted[index];
  if (!owners) return problems;
  const { uncertain } = owners;
  if (uncertain === undefined) await deleteLarge(context, { keys, large, owners, problems });
  else for (const { at } of large) problems[at] = `it was kept: ${uncertainOwner(uncertain)}`;
  return problems;
}

interface LargeObjects {
  keys: readonly string[];
  /** Positions in `keys`, with the segments of each object. */
  large: readonly { at: number; segments: Segments }[];
  owners: SegmentOwners;
  problems: Problems;
}

/** Deletes objects, then their segments. A refusal of some does not keep the segments of the others. */
async function deleteLarge(context: DeletionContext, { keys, large, owners, problems }: LargeObjects): Promise<void> {
  let refusal: StoreRefusal | undefined;
  const orphaned: { at: number; segments: Segments }[] = [];
  await forEachParallel(large, context, async ({ at, segments }) => {
    const key = keys[at]!;
    try {
      // Repeated without a look: nobody else writes to the trash, and otherwise the registry is read-only.
      const existed = await deleteOne({ ...context, isOnline: false }, key);
      // The registry moves a finished upload: then its segments are those of a blob.
      if (!existed && !isBlob(key)) return;
      owners.remove(key, segments);
      orphaned.push({ at, segments });
    } catch (error) {
      if (error instanceof StoreRefusal) refusal = error;
      problems[at] = messageOf(error);
    }
  });
  if (refusal && problems.every((problem) => problem !== undefined)) throw refusal;
  const ofUploads = orphaned.some(({ at }) => !isBlob(keys[at]!)) ? await lookAgain(context) : undefined;
  await forEachParallel(orphaned, context, async ({ at, segments }) => {
    const known = isBlob(keys[at]!) ? owners : ofUploads!;
    problems[at] =
      typeof known === 'string' ? leftBehind(segments, known) : await deleteSegments(context, segments, known);
  });
}

/**
 * Looks for the owners of the segments of uploads, after the uploads were deleted: the registry copies a finished
 * upload to its blob first, and can have done so in the meantime. Now it no longer can.
 * @returns the owners, or why they cannot be found
 */
function lookAgain({ ownersNow }: DeletionContext): Promise<SegmentOwners | string> {
  return ownersNow().catch(messageOf);
}

const isBlob = (key: string): boolean => /\/blobs\/[^_]*\/data$/.test(key);

/** Deletes objects without segments: with one request if the server offers that. */
export async function deletePlain(
  context: Omit<DeletionContext, 'findSegments' | 'owners' | 'ownersNow'>,
  keys: readonly string[],
): Promise<Problems> {
  if (context.bulk > 1 && keys.length > 1) {
    const problems: Problems = [];
    for (let at = 0; at < keys.length; at += context.bulk)
      problems.push(...(await bulkDelete(context.session, context, keys.slice(at, at + context.bulk))));
    return problems;
  }
  let unanswered: Unanswered | undefined;
  const problems = await mapParallel(keys, context.concurrency, async (key) => {
    try {
      await deleteOne(context, key);
      return undefined;
    } catch (error) {
      if (error instanceof StoreRefusal && keys.length === 1) throw error;
      if (error instanceof Unanswered) unanswered = error;
      return messageOf(error);
    }
  });
  if (unanswered) throw unanswered;
  return problems;
}

/**
 * Deletes one object.
 * @returns false if it did not exist
 * @throws RegadmError that states why it was not deleted
 */
async function deleteOne(
  { session, name, container, isOnline: isSentOnce }: Omit<DeletionContext, 'findSegments' | 'owners' | 'ownersNow'>,
  key: string,
): Promise<boolean> {
  const response = await session.send({ method: 'DELETE', path: `/${encodePath(container, key)}` }, { isSentOnce });
  if (response.status >= 200 && response.status < 300) return true;
  if (!isMissing(response)) throw answerError(name, `delete ${key}`, response);
  // An attempt before this one can have deleted it.
  return response.attempts > 1;
}

async function deleteSegments(
  context: DeletionContext,
  segments: Segments,
  owners: SegmentOwners,
): Promise<string | undefined> {
  const owner = owners.ownerOf(segments);
  if (owner?.isCertain) return undefined;
  if (owner) return leftBehind(segments, uncertainOwner(owner.key));
  const keys: string[] = [];
  try {
    const { pageSize, name, container } = context;
    for await (const { objects } of listContainer(context.session, {
      name,
      container,
      pageSize,
      prefix: `${segments}/`,
    }))
      keys.push(...objects.map(({ key }) => key).filter((key) => isSegment(segments, key)));
    const problem = (await deletePlain(context, keys)).find((each) => each !== undefined);
    return problem === undefined ? undefined : leftBehind(segments, problem);
  } catch (error) {
    return leftBehind(segments, messageOf(error));
  }
}

function leftBehind(segments: Segments, problem: string): string {
  return `the object was deleted, but not all of its segments below ${segments}/: ${problem}`;
}
