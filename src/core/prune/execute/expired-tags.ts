import { describeReason } from '../../graph/reason.js';
import { hasItems } from '../../graph/unfinished-tags.js';
import { specVersion } from '../../model/spec-tag.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import { STATUS, type StatusCode, type StreamOutcome } from '../outcome.js';
import type { PlannedStream } from '../plan/plan.js';
import type { Run } from './run.js';

const PUSHED_MEANWHILE =
  'the tag was pushed again while its entry in the spec was deleted; what was pushed was restored';

/** A stream with tags that expire. */
interface ExpiringStream {
  planned: PlannedStream;
  outcome: StreamOutcome;
}

/**
 * Deletes the tags of a stream's spec that expire and whose items are all removed. Until then, `regadm/pending-tags`
 * names them, so that the next run finishes what this one cannot.
 */
export async function deleteEmptiedTags(run: Run, { planned, outcome }: ExpiringStream): Promise<void> {
  const unfinished = new Set(planned.items.flatMap(({ tag }, at) => (isDone(outcome.items[at]!) ? [] : [tag])));
  for (const [at, { tag, inSpec }] of planned.expired.entries()) {
    if (!inSpec || outcome.expired[at] !== STATUS.planned || unfinished.has(tag)) continue;
    // Looks before the stream is read, so that the deletion follows immediately.
    if (!(await run.waitUntilFresh())) return;
    await deleteTag(run, { planned, outcome }, at);
  }
}

async function deleteTag(run: Run, { planned, outcome }: ExpiringStream, at: number): Promise<void> {
  const { view, imageStreams } = run.ports;
  const key = planned.repository;
  const { tag } = planned.expired[at]!;
  const imageStreamTag = `${key}:${tag}`;
  const action = 'delete-image-stream-tag';
  let obstacle: string | undefined;
  try {
    const { result, stream } = await imageStreams.deleteTag(key, tag, async (record) => {
      const read = view.putStream(record);
      if (!(await run.waitUntilFresh())) return false;
      obstacle = whyKept(run, planned, tag, view.stream(key) ?? read);
      return obstacle === undefined;
    });
    if (stream) view.putStream(stream);
    else view.removeStream(key);
    if (result === 'pushed') {
      outcome.expired[at] = STATUS.skipped;
      outcome.expiredNotes.set(at, PUSHED_MEANWHILE);
      await run.record({ action, imageStreamTag, result: 'skipped', message: PUSHED_MEANWHILE });
    } else if (result !== 'kept') {
      outcome.expired[at] = result === 'deleted' ? STATUS.deleted : STATUS.gone;
      await run.record({ action, imageStreamTag, result });
    } else if (obstacle !== undefined) {
      outcome.expired[at] = STATUS.skipped;
      outcome.expiredNotes.set(at, obstacle);
    }
  } catch (error) {
    const message = run.fail(`image stream tag ${imageStreamTag}`, error, key);
    outcome.expired[at] = STATUS.failed;
    outcome.expiredNotes.set(at, message);
    await run.record({ action, imageStreamTag, result: 'failed', message });
  }
}

/** Returns why a tag without items is not deleted now; undefined if it may be. */
function whyKept(run: Run, { stream: before }: PlannedStream, tag: string, now: ImageStream): string | undefined {
  if (now.uid !== before.uid) return 'the image stream was deleted and created again in the meantime';
  if (hasItems(now, tag)) return 'the tag was pushed again in the meantime';
  if (specVersion(now, tag) !== specVersion(before, tag)) return 'the tag was changed in the meantime';
  const reason = run.ports.view.tagStays(now, tag);
  return reason && describeReason(reason);
}

/** Derives the status of the tags that have none of their own from their items. */
export function settleExpired({ planned, outcome }: ExpiringStream): void {
  if (planned.expired.length === 0) return;
  const codes = new Map<string, StatusCode[]>();
  planned.items.forEach(({ tag }, at) => {
    const code = outcome.items[at] as StatusCode;
    const known = codes.get(tag);
    if (known) known.push(code);
    else codes.set(tag, [code]);
  });
  planned.expired.forEach(({ tag, inSpec }, at) => {
    const ofTag = codes.get(tag);
    if (outcome.expired[at] !== STATUS.planned || !ofTag) return;
    const status = statusOf(ofTag);
    // A tag of the spec exists until it is deleted there.
    if (inSpec && isDone(status)) return;
    outcome.expired[at] = status;
    if (status === STATUS.skipped) outcome.expiredNotes.set(at, outcome.note ?? 'some of its items are kept');
  });
}

function statusOf(items: readonly StatusCode[]): StatusCode {
  for (const status of [STATUS.failed, STATUS.skipped, STATUS.planned, STATUS.deleted])
    if (items.includes(status)) return status;
  return STATUS.gone;
}

function isDone(code: number): boolean {
  return code === STATUS.deleted || code === STATUS.gone;
}
