import { describeReason } from '../../graph/reason.js';
import { shortDigest } from '../../model/digest.js';
import { formatBytes } from '../../model/quantity.js';
import type { ImagePruneReport } from '../report.js';
import { age } from '../../terminal/age.js';
import { inWords, reasonOf, type Section } from './section.js';
import { tell } from './status.js';
import { placesOf } from './where.js';

/** Images; full digests and reasons with `wide`. `now` in ms since the epoch. */
export function imageSection(
  { plan, outcome, dryRun }: ImagePruneReport,
  limit: number,
  wide: boolean,
  now: number,
): Section {
  const { images } = plan.snapshot;
  const shown = plan.images.slice(0, limit);
  const where = placesOf(plan, shown);
  function* rows(): Generator<string[]> {
    for (const [at, image] of shown.entries()) {
      const told = tell(outcome.images[at]!, dryRun, 'delete', () => outcome.imageNotes.get(at));
      const name = images.nameText(image);
      const row = [
        wide ? name : shortDigest(name),
        age(images.created(image), now),
        formatBytes(images.size(image)),
        where(image),
      ];
      if (!dryRun || wide) row.push(inWords(told));
      if (wide) row.push(reasonOf(told, describeReason(plan.decisions.image(image).because)));
      yield row;
    }
  }
  return {
    title: dryRun ? 'Images to delete' : 'Images',
    total: plan.images.length,
    rows,
    columns: [
      { title: 'IMAGE' },
      { title: 'CREATED', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'WHERE', flexible: true },
      ...(!dryRun || wide ? [{ title: 'STATUS' }] : []),
      ...(wide ? [{ title: 'REASON' }] : []),
    ],
  };
}
