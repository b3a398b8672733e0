import { forEachParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import { StoreRefusal } from '../store-refusal.js';
import { answerError, encodePath, isMissing } from './answer.js';
import { bulkDelete } from './bulk-delete.js';
import { listContainer } from './listing.js';
import { isSegment, type SegmentOwners, type Segments } from './segments.js';
import type { SwiftSession } from './session.js';

/** A container as `deleteObjects` needs it. */
export interface DeletionContext {
  session: SwiftSession;
  name: string;
  container: string;
  concurrency: number;
  pageSize: number;
  /** Maximum number of objects per bulk deletion; 0: objects are deleted one by one. */
  bulk: number;
  /** Looks up the segments of an object: `gone` if it does not exist. */
  findSegments(key: string): Promise<Segments | undefined | 'gone'>;
  /** Returns which blobs name which segments. Called only if something has segments. */
  owners(): Promise<SegmentOwners>;
}

type Problems = (string | undefined)[];

/**
 * Deletes objects, and the segments of those that have some: first the object, so that nothing ever names segments that
 * do not exist, then its segments, unless a blob that is kept names the same ones.
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
  const orphaned: { at: number; segments: Segments }[] = [];
  await forEachParallel(large, context, async ({ at, segments }) => {
    problems[at] = await deleteOne(context, keys[at]!);
    if (problems[at] !== undefined) return;
    owners!.remove(keys[at]!, segments);
    orphaned.push({ at, segments });
  });
  await forEachParallel(orphaned, context, async ({ at, segments }) => {
    problems[at] = await deleteSegments(context, segments, owners!);
  });
  return problems;
}

/** Deletes objects without segments: with one request if the server offers that. */
async function deletePlain(context: DeletionContext, keys: string[]): Promise<Problems> {
  if (context.bulk > 1 && keys.length > 1) {
    const problems: Problems = [];
    for (let at = 0; at < keys.length; at += context.bulk)
      problems.push(...(await bulkDelete(context.session, context, keys.slice(at, at + context.bulk))));
    return problems;
  }
  const problems: Problems = keys.map(() => undefined);
  await forEachParallel(keys, context, async (key, at) => {
    problems[at] = await deleteOne(context, key);
  });
  return problems;
}

/** Deletes one object. @returns why it was not deleted; undefined if it was, or did not exist */
async function deleteOne({ session, name, container }: DeletionContext, key: string): Promise<string | undefined> {
  try {
    const response = await session.send({ method: 'DELETE', path: `/${encodePath(container, key)}` });
    if ((response.status >= 200 && response.status < 300) || isMissing(response)) return undefined;
    throw answerError(name, `delete ${key}`, response);
  } catch (error) {
    if (error instanceof StoreRefusal) throw error;
    return messageOf(error);
  }
}

async function deleteSegments(
  context: DeletionContext,
  segments: Segments,
  owners: SegmentOwners,
): Promise<string | undefined> {
  const owner = segments === 'unknown' ? undefined : owners.ownerOf(segments);
  if (owner !== undefined) return undefined;
  if (segments === 'unknown') return 'its segments are not where the registry writes them, so they were kept';
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
