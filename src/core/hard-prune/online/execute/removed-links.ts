import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import type { ClusterUsage } from '../../../orphans/plan/usage.js';
import type { LinkFile } from '../../../storage/trash.js';
import { readRemovedLinks, recordRemovedLinks } from '../../../trash-store/removed-links.js';
import { plural } from '../../../terminal/text.js';
import { removedBy } from '../../plan/removed-links.js';
import { neededLinks } from '../plan/needed-links.js';
import type { OnlineRun } from '../run.js';

/** Collects the links that a plan removes although their blobs are not marked, during a walk. */
export class OtherLinks {
  private readonly found = new Map<string, LinkFile[]>();
  private readonly isRemoved: (link: LinkFile) => boolean;

  constructor(plan: HardPrunePlan) {
    this.isRemoved = removedBy(plan);
  }

  readonly add = (link: LinkFile): void => {
    if (!this.isRemoved(link)) return;
    const hex = link.digest.slice('sha256:'.length);
    const known = this.found.get(hex);
    if (known) known.push({ ...link });
    else this.found.set(hex, [{ ...link }]);
  };

  /**
   * Records them durably, so that they can be restored.
   * @param plan what of the plan is removed
   * @param isMarked true for blobs whose links their marks have
   */
  async record(
    { session, trashPorts }: OnlineRun,
    plan: HardPrunePlan,
    isMarked: (hex: string) => boolean,
  ): Promise<void> {
    const isRemoved = removedBy(plan);
    const entries = [...this.found]
      .filter(([hex]) => !isMarked(hex))
      .map(([hex, links]) => ({ hex, bytes: 0, links: links.filter(isRemoved) }))
      .filter(({ links }) => links.length > 0);
    await recordRemovedLinks(session, trashPorts, entries);
  }
}

/** Restores links that were removed, by this run or an earlier one, and that are needed now. */
export async function restoreNeededLinks(run: OnlineRun, usage: ClusterUsage): Promise<void> {
  const { session, storage, ports, progress } = run;
  const trash = storage.trash();
  const { links, warnings } = await readRemovedLinks(trash, session.file.storage, ports.signal);
  for (const warning of warnings) ports.reporter.warning(warning);
  const needed = neededLinks(links, usage);
  if (needed.length === 0) return;
  const writes = await trash.restoreLinks(needed, { mayContinue: session.assertHeld });
  let restored = 0;
  for (const [at, write] of writes.entries()) {
    const { repository, path } = needed[at]!;
    if (write.status === 'written') restored++;
    if (write.status === 'failed') progress.failures.push({ target: `${repository}@${path}`, message: write.message });
  }
  if (restored === 0) return;
  progress.hasChanged = true;
  ports.reporter.note(`restored ${plural(restored, 'link')} of images that are listed now`);
}

/** Deletes records of removed links that are older than what the trash keeps. @param before this run began */
export async function forgetRemovedLinks(
  { session, storage, ports, request }: OnlineRun,
  before: number,
): Promise<void> {
  const trash = storage.trash();
  const { files } = await readRemovedLinks(trash, session.file.storage, ports.signal);
  const youngest = Math.min(before, session.now() - request.guard.trashKeepMs);
  const old = files.filter(({ at }) => at < youngest).map(({ path }) => path);
  if (old.length === 0) return;
  await session.assertHeld();
  await trash.deleteFiles(old);
}
