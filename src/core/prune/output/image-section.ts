import { describeReason } from '../../graph/reason.js';
import { shortDigests } from '../../model/digest.js';
import { formatBytes } from '../../model/values/quantity.js';
import { age } from '../../model/values/age.js';
import { largestFirst } from '../../kit/largest-first.js';
import type { Layout } from '../../terminal/output.js';
import type { ImagePruneReport } from '../report.js';
import { LAST_PULL, lastPull, reasonText, type Section } from './section.js';
import { deletionStatus } from './status.js';
import { take } from './stream-sections.js';
import { placesOf } from './where.js';

/** Builds the table of images, the largest first; `wide` adds full digests and reasons. `now` in ms since the epoch. */
export function imageSection(
  { plan, outcome, dryRun }: ImagePruneReport,
  { limit, wide, now, order }: Pick<Layout, 'wide' | 'now' | 'order'> & { limit: number },
): Section {
  const { images } = plan.snapshot;
  const sizes = (): number[] => plan.images.map((image) => images.size(image));
  const shown = [...take(limit, order ?? largestFirst(sizes(), limit))];
  const pulls = wide ? plan.decisions.pulls : undefined;
  const where = placesOf(
    plan,
    shown.map((at) => plan.images[at]!),
  );
  const short = shortDigests(wide ? [] : shown.map((at) => images.nameText(plan.images[at]!)));
  function* rows(): Generator<string[]> {
    for (const at of shown) {
      const image = plan.images[at]!;
      const entry = deletionStatus(outcome.images[at]!, dryRun, () => outcome.imageNotes.get(at));
      const name = images.nameText(image);
      const row = [
        wide ? name : short(name),
        age(images.created(image), now),
        formatBytes(images.size(image)),
        where(image),
      ];
      if (pulls) row.push(lastPull(pulls.times.image(images.name(image)), now));
      if (!dryRun || wide) row.push(entry.status);
      if (wide) row.push(reasonText(entry, describeReason(plan.decisions.image(image).because)));
      yield row;
    }
  }
  return {
    title: dryRun ? 'Images to delete' : 'Images',
    note: `SIZE includes layers that other images share${order ? '' : '; the largest come first'}`,
    total: plan.images.length,
    rows,
    columns: [
      { title: 'IMAGE' },
      { title: 'CREATED', align: 'right', drop: 1 },
      { title: 'SIZE', align: 'right' },
      { title: 'WHERE' },
      ...(pulls ? [LAST_PULL] : []),
      ...(!dryRun || wide ? [{ title: 'STATUS' }] : []),
      ...(wide ? [{ title: 'REASON', wraps: true }] : []),
    ],
  };
}
