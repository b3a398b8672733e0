import type { Reporter } from '../../kit/reporter.js';
import { RegadmError } from '../../model/errors.js';
import { placeItems, positionOf } from '../plan/place-items.js';
import type { PlannedItem, PlannedStream, RestorePlan } from '../plan/plan.js';
import type { RestorePorts } from '../ports.js';
import type { RestoreRun } from './run.js';

/** Restores tag items in the histories of their streams, and creates the streams that are missing. */
export async function restoreItems(
  run: RestoreRun,
  { streams }: RestorePlan,
  { ports, reporter }: { ports: RestorePorts; reporter: Reporter },
): Promise<void> {
  const open = streams
    .map((stream) => ({ stream, items: stream.items.filter((item) => isReady(run, item)) }))
    .filter(({ items }) => items.length > 0);
  reporter.phase('restoring tag items', open.length);
  await run.forEach(open, async ({ stream, items }) => {
    try {
      await updateStream(run, stream, { items, ports });
    } catch (error) {
      const message = run.fail(`image stream ${stream.key}`, error, stream.key);
      for (const item of items) run.items.set(item, { status: 'failed', message, position: item.position });
    }
    reporter.tick(1);
  });
}

function isReady(run: RestoreRun, { exists, obstacle, saved }: PlannedItem): boolean {
  return !exists && !obstacle && run.isDone(saved.item.image);
}

/** @throws RegadmError if the stream cannot be created or updated */
async function updateStream(
  run: RestoreRun,
  { key, create, settings }: PlannedStream,
  { items, ports }: { items: readonly PlannedItem[]; ports: RestorePorts },
): Promise<void> {
  if (create) await ports.cluster.createStream(key, settings);
  const saved = items.map((item) => item.saved);
  const { stream } = await ports.cluster.updateStream(key, async (state) => {
    const insertItems = placeItems(state.stream, saved);
    return insertItems.length > 0 ? { insertItems } : undefined;
  });
  if (!stream)
    throw new RegadmError(`image stream ${key} no longer exists`, {
      code: 'NOT_FOUND',
      suggestions: ['run the same command again: it creates the stream'],
    });
  for (const item of items) {
    const tag = stream.tags.find(({ name }) => name === item.saved.tag);
    const position = positionOf(tag?.items ?? [], item.saved.item);
    if (position === -1) throw lost(key, item);
    run.items.set(item, { status: 'restored', position });
  }
}

function lost(key: string, { saved }: PlannedItem): RegadmError {
  return new RegadmError(`image stream ${key} was updated, but tag ${saved.tag} does not list ${saved.item.image}`, {
    code: 'API_ERROR',
    suggestions: ['run the same command again'],
  });
}
