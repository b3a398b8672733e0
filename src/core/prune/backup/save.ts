import type { RunWriter } from '../../backup-directory/run-writer.js';
import type { WritableBackup } from '../../backup-directory/open.js';
import type { RunContext } from '../../deletion/run-context.js';
import { forEachParallel } from '../../kit/parallel.js';
import { repositoryOf } from '../../manifests/repositories.js';
import type { Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Registry } from '../../registry/api.js';
import type { ImagePrunePlan, PlannedStream } from '../plan/plan.js';
import type { PrunePorts } from '../ports.js';
import { ContentSaver } from './content-saver.js';
import { descriptorsOf, streamDescriptors } from './descriptors.js';
import { ImageSaver } from './image-saver.js';
import { assertBelongs, prepareBackup, type PreparedBackup } from './prepare.js';
import type { BackupRequest } from './request.js';
import { savedStream } from './saved-streams.js';
import { withRelatives } from './selection.js';
import { assertSpace, tooLittleSpace } from './space.js';
import { RegistrySource, StorageSource, type ContentSource } from './source.js';
import { unlistedWarning, warnOfDamage } from './texts.js';
import type { BackupSummary, Unsaved } from './unsaved.js';

/** Maximum number of images that are saved at the same time. */
const CONCURRENCY = 8;

/** What is saved, and with what. */
export interface SaveInput {
  plan: ImagePrunePlan;
  request: BackupRequest;
  /** The open registry; undefined if it is not needed, or cannot be reached. */
  registry?: Registry;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
}

/** What was saved, and what must be kept because it was not. */
interface SavedBackup {
  summary: BackupSummary;
  unsaved: Unsaved;
  failures: Failure[];
}

/**
 * Saves everything that a plan deletes, before the first deletion.
 * @throws RegadmError BACKUP_… if nothing can be saved; INTERRUPTED
 */
export async function saveBackup(input: SaveInput, ports: PrunePorts, context: RunContext): Promise<SavedBackup> {
  const { request, plan } = input;
  const { reporter } = context;
  reporter.phase('estimating the backup');
  const prepared = await prepareBackup(request, input, ports.backup, context.signal);
  warnOfDamage(prepared, reporter);
  assertSpace(prepared, request.directory);
  const backup = await ports.backup.openDirectory(request.directory);
  try {
    await assertBelongs(backup, plan, prepared.cluster, request);
    const opened = await openSource(input, ports, context);
    try {
      return await saveAll({ ...input, prepared, backup, source: opened?.source }, ports, context);
    } finally {
      await opened?.close();
    }
  } finally {
    await backup.close();
  }
}

/** Estimates a backup for a dry run; what would stop a confirmed run is a warning. @throws RegadmError BACKUP_… */
export async function estimateBackup(
  input: SaveInput,
  { backup }: Pick<PrunePorts, 'backup'>,
  { reporter, signal }: RunContext,
): Promise<BackupSummary> {
  const prepared = await prepareBackup(input.request, input, backup, signal);
  const { images, unlisted, estimatedBytes, freeBytes } = prepared;
  warnOfDamage(prepared, reporter);
  if (estimatedBytes > freeBytes) reporter.warning(tooLittleSpace(prepared, input.request.directory));
  if (unlisted > 0) reporter.warning(unlistedWarning(unlisted, undefined));
  const { directory } = input.request;
  return { directory, estimatedBytes, freeBytes, saved: images.length - unlisted, notSaved: unlisted, bytes: 0 };
}

async function openSource(
  { request: { storage }, plan, registry }: SaveInput,
  ports: PrunePorts,
  { signal, reporter }: RunContext,
): Promise<{ source: ContentSource; close: () => Promise<void> } | undefined> {
  if (!plan.options.pruneRegistry) return undefined;
  if (storage !== undefined) {
    const opened = await ports.backup.openStorage(storage, {
      signal,
      log: (level, line) => reporter.log(level, line),
      note: (line) => reporter.note(line),
    });
    return { source: new StorageSource(opened, signal), close: () => opened.close() };
  }
  return registry && { source: new RegistrySource(registry, signal), close: async () => undefined };
}

interface SaveRun extends SaveInput {
  prepared: PreparedBackup;
  backup: WritableBackup;
  source?: ContentSource;
}

async function saveAll(save: SaveRun, ports: PrunePorts, context: RunContext): Promise<SavedBackup> {
  const { plan, prepared, backup, source } = save;
  const { cluster, images, repositories } = prepared;
  const { reporter } = context;
  const tick = (count: number): void => reporter.tick(count);
  const run = await backup.startRun({ startedAt: context.startedAt.toISOString(), server: ports.server, cluster });
  try {
    // Images differ in size by orders of magnitude: bytes show the progress.
    const isByBytes = source !== undefined && prepared.contentBytes > 0;
    const [onBytes, onImage] = isByBytes ? [tick, NOTHING] : [NOTHING, () => tick(1)];
    const content = source && new ContentSaver(backup.blobs, source, onBytes);
    const readImage = (name: Parameters<PrunePorts['backup']['readImage']>[0]) =>
      ports.backup.readImage(name, context.signal);
    const saver = new ImageSaver(plan, { content, run, readImage, repositories });
    if (isByBytes) reporter.phase('saving images', prepared.contentBytes, 'bytes');
    else reporter.phase('saving images', images.length);
    await saveImages(images, saver, { content, onImage }, context);
    const items = await saveStreams(plan, run, saver, { ports, context });
    await saveUnlistedNames(plan, run, saver);
    context.signal.throwIfAborted();
    await backup.commit(run);
    return toResult(save, saver, { items, bytes: content?.counts.bytes ?? 0 }, context);
  } finally {
    await run.close();
  }
}

const NOTHING = (): void => {};

async function saveImages(
  images: number[],
  saver: ImageSaver,
  { content, onImage }: { content: ContentSaver | undefined; onImage: () => void },
  { reporter, signal }: RunContext,
): Promise<void> {
  const shouldStop = (): boolean => signal.aborted;
  await forEachParallel(images, { concurrency: CONCURRENCY, shouldStop }, async (image) => {
    await saver.save(image);
    onImage();
  });
  signal.throwIfAborted();
  if (content) reporter.log(4, `saved ${content.counts.blobs} blobs with ${formatBytes(content.counts.bytes)}`);
}

/** Saves the removed tag items of each stream. @returns why items were not saved */
async function saveStreams(
  { streams, snapshot }: ImagePrunePlan,
  run: RunWriter,
  saver: ImageSaver,
  { ports, context: { reporter, signal } }: { ports: PrunePorts; context: RunContext },
): Promise<Map<string, Map<number, string>>> {
  const unsaved = new Map<string, Map<number, string>>();
  const withItems = streams.filter(({ items }) => items.length > 0);
  reporter.phase('saving tag items', withItems.length);
  await forEachParallel(withItems, { concurrency: CONCURRENCY, shouldStop: () => signal.aborted }, async (planned) => {
    const { repository } = planned;
    try {
      const object = await ports.backup.readStream(repository, signal);
      if (!object) throw new Error('the image stream no longer exists');
      const { record, missing } = savedStream(planned, object, snapshot.digests);
      await run.add('stream', record);
      for (const descriptor of streamDescriptors(record, saver.manifests)) await run.add('descriptor', descriptor);
      if (missing.size > 0) unsaved.set(repository, missing);
    } catch (error) {
      unsaved.set(repository, allItems(planned, messageOf(error)));
    }
    reporter.tick(1);
  });
  return unsaved;
}

function allItems({ items }: PlannedStream, reason: string): Map<number, string> {
  return new Map(items.map((_, index) => [index, reason]));
}

/** Names the images that lose no tag item, and that no saved index names, by their own reference. */
async function saveUnlistedNames(plan: ImagePrunePlan, run: RunWriter, saver: ImageSaver): Promise<void> {
  const { images, digests } = plan.snapshot;
  const named = new Set<number>(plan.streams.flatMap(({ items }) => items.map(({ image }) => image)));
  for (const image of plan.images) images.eachChild(image, (child) => named.add(child));
  for (const image of plan.images) {
    if (named.has(images.name(image))) continue;
    const digest = digests.digest(images.name(image));
    const manifest = saver.manifests.get(digest);
    if (!manifest) continue;
    for (const descriptor of descriptorsOf(repositoryOf(images.reference(image)), digest, manifest))
      await run.add('descriptor', descriptor);
  }
}

function toResult(
  { plan, prepared, request: { directory } }: SaveRun,
  saver: ImageSaver,
  { items, bytes }: { items: Unsaved['items']; bytes: number },
  { reporter }: RunContext,
): SavedBackup {
  const { digests } = plan.snapshot;
  const reasons = withRelatives(plan, prepared.images, new Map([...saver.unlisted, ...saver.failed]));
  const { unlisted, failed, saved } = saver;
  const [first] = unlisted.keys();
  if (first !== undefined) reporter.warning(unlistedWarning(unlisted.size, digests.text(first)));
  const failures = [...failed].map(([image, message]) => ({
    target: `image ${digests.text(image)}`,
    message: `not saved, and therefore kept: ${message}`,
  }));
  for (const [repository, missing] of items)
    failures.push({
      target: `image stream ${repository}`,
      message: `${missing.size === 1 ? '1 tag item was not saved, and is' : `${missing.size} tag items were not saved, and are`} therefore kept: ${[...missing.values()][0]}`,
    });
  reporter.note(`saved ${saved} images (${formatBytes(bytes)}) in ${directory}`);
  const { estimatedBytes, freeBytes } = prepared;
  return {
    summary: { directory, estimatedBytes, freeBytes, saved, notSaved: unlisted.size, bytes },
    unsaved: { images: withPrefix(reasons), items: new Map([...items].map(([key, of]) => [key, withPrefix(of)])) },
    failures,
  };
}

function withPrefix(reasons: ReadonlyMap<number, string>): Map<number, string> {
  return new Map([...reasons].map(([key, reason]) => [key, `not saved: ${reason}`]));
}
