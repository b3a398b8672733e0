import { streamKey } from '../../model/image-stream.js';
import type { PlannedStream } from '../plan/plan.js';
import { STATUS, type StatusCode, type StreamOutcome } from '../report.js';
import { forEach, type Run } from './run.js';

/** The registry serves no repository without an image stream: 500 to every deletion of a manifest link (recorded). */
export const STREAM_GONE = 'the image stream is gone: only a hard prune reaches what is left in its repository';

/**
 * Removes the planned links of images that a stream does not list any more: layer links, then manifest links.
 * A link that somebody needs by now stays; one that cannot be removed holds its image back, so that the next run finds it.
 * @param digests the images (digest numbers) whose links may go
 * @param moreToCome true while further images are still to be taken out of the stream: links that those need wait for them
 * @returns the images whose links are all gone
 */
export async function pruneLinks(
  run: Run,
  planned: PlannedStream,
  outcome: StreamOutcome,
  digests: number[],
  moreToCome = false,
): Promise<Set<number>> {
  const { images } = run.plan.snapshot;
  const owners = new Map<number, number[]>();
  const own = (link: number, image: number): void => {
    const list = owners.get(link);
    if (list) list.push(image);
    else owners.set(link, [image]);
  };
  for (const digest of digests) {
    own(digest, digest);
    const image = images.indexOf(digest);
    if (image !== -1) images.eachBlob(image, (blob) => own(blob, digest));
  }
  const unfinished = new Set<number>();
  const work = { run, owners, unfinished, moreToCome, key: streamKey(planned.stream) };
  await removeAll(work, planned.layerLinks, outcome.layerLinks, 'layer', outcome);
  await removeAll(work, planned.manifestLinks, outcome.manifestLinks, 'manifest', outcome);
  run.ports.view.forget(work.key);
  return new Set(digests.filter((digest) => run.goesOn && !unfinished.has(digest)));
}

interface LinkWork {
  run: Run;
  /** By link: the images that it belongs to. */
  owners: Map<number, number[]>;
  unfinished: Set<number>;
  moreToCome: boolean;
  key: string;
}

async function removeAll(
  work: LinkWork,
  links: number[],
  codes: Uint8Array,
  kind: 'layer' | 'manifest',
  outcome: StreamOutcome,
): Promise<void> {
  const { run, owners } = work;
  const todo = links
    .map((_link, index) => index)
    .filter((index) => codes[index] === STATUS.planned && owners.has(links[index]!));
  await forEach(run, todo, async (index) => {
    const link = links[index]!;
    const code = await removeLink(work, link, kind, outcome);
    codes[index] = code;
    if (code === STATUS.failed) hold(work, link);
  });
}

async function removeLink(
  work: LinkWork,
  link: number,
  kind: 'layer' | 'manifest',
  outcome: StreamOutcome,
): Promise<StatusCode> {
  const { run, key, owners, unfinished } = work;
  const { registry } = run.ports;
  const digest = run.plan.snapshot.digests.text(link);
  // The manifest link of an image whose layer links are not gone leads the next run to them.
  if (kind === 'manifest' && owners.get(link)!.some((image) => unfinished.has(image))) return STATUS.skipped;
  if (!(await run.ready())) return STATUS.planned;
  const obstacle = obstacleTo(work, link);
  if (obstacle) {
    if (work.moreToCome && obstacle !== STREAM_GONE) return STATUS.planned;
    outcome.note = obstacle;
    return STATUS.skipped;
  }
  const still = run.still(() => obstacleTo(work, link));
  try {
    const done =
      kind === 'layer'
        ? await registry!.deleteLayerLink(key, digest, { beforeRetry: still })
        : await registry!.deleteManifestLink(key, digest, { beforeRetry: still });
    await run.record({ action: `delete-${kind}-link`, repository: key, digest, result: done });
    return done === 'gone' ? STATUS.gone : STATUS.deleted;
  } catch (error) {
    if (obstacleTo(work, link) === STREAM_GONE) {
      outcome.note = STREAM_GONE;
      return STATUS.skipped;
    }
    const message = run.fail(`${kind} link ${digest} in repository ${key}`, error);
    await run.record({ action: `delete-${kind}-link`, repository: key, digest, result: 'failed', message });
    return STATUS.failed;
  }
}

/** Why a link must not be removed now; undefined when it may. */
function obstacleTo({ run, key }: LinkWork, link: number): string | undefined {
  const { view } = run.ports;
  if (!view.stream(key)) return STREAM_GONE;
  return view.linkNeeded(key, link)
    ? `an item that the stream lists by now needs ${run.plan.snapshot.digests.text(link)}`
    : undefined;
}

function hold({ run, owners, unfinished, key }: LinkWork, link: number): void {
  for (const image of owners.get(link) ?? []) {
    unfinished.add(image);
    run.heldBack.set(image, `a link in repository ${key} could not be removed`);
  }
}
