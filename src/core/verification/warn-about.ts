import type { Reporter } from '../kit/reporter.js';
import { plural } from '../terminal/text.js';
import type { Verification } from './plan/types.js';

/** Warns about what a verification after deletions found: the formats `oc` and `name` do not contain its result. */
export function warnAbout({ broken, unchecked }: Verification, reporter: Pick<Reporter, 'warning'>): void {
  const [first] = broken;
  if (first)
    reporter.warning(
      `after the deletions, ${plural(broken.length, 'image is', 'images are')} broken (first: ${first.image}): regadm registry verify shows what to do`,
    );
  if (unchecked.length > 0)
    reporter.warning(`the verification could not check everything (first: ${unchecked[0]!.message})`);
}
