import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import type { ClusterUsage } from '../../../orphans/plan/usage.js';
import type { LinkFile } from '../../../storage/trash.js';
import { recordRemovedLinks, restoreNeededLinks as restoreLinks } from '../../../trash-store/removed-links.js';
import { removedBy } from '../../plan/removed-links.js';
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
  const { session, trashPorts, ports, progress } = run;
  const { written, failures, warnings } = await restoreLinks(session, trashPorts, usage);
  for (const warning of warnings) ports.reporter.warning(warning);
  progress.failures.push(...failures);
  if (failures.length > 0) progress.hasUnrestoredLinks = true;
  if (written > 0) progress.hasChanged = true;
}
